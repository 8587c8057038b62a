//! Files: written whole or not at all, and read up to a limit.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::Error;

/// The bytes of a regular file of at most `limit` bytes. Devices and pipes, which may never end,
/// are not opened.
///
/// # Errors
/// [`Error::Io`] or [`Error::FileTooLarge`].
pub fn bytes_of(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let io = |e: io::Error| Error::Io { detail: e.to_string() };
    let found = fs::metadata(path).map_err(io)?;
    if !found.is_file() {
        let what =
            if found.is_dir() { "a folder that cannot be listed" } else { "no regular file" };
        return Err(Error::Io { detail: format!("it is {what}") });
    }
    if found.len() > limit {
        return Err(Error::FileTooLarge { bytes: found.len(), limit });
    }
    let mut bytes = Vec::new();
    // One byte more than allowed: a file may grow meanwhile.
    File::open(path).and_then(|f| f.take(limit + 1).read_to_end(&mut bytes)).map_err(io)?;
    match bytes.len() as u64 {
        read if read > limit => Err(Error::FileTooLarge { bytes: read, limit }),
        _ => Ok(bytes),
    }
}

/// The text of a regular file of at most `limit` bytes, as [`bytes_of`].
///
/// # Errors
/// Those of [`bytes_of`], and [`Error::Io`] if it is no UTF-8.
pub fn text_of(path: &Path, limit: u64) -> Result<String, Error> {
    let bytes = bytes_of(path, limit)?;
    String::from_utf8(bytes).map_err(|_| Error::Io { detail: "it is no text in UTF-8".into() })
}

/// Writes beside `path`, syncs to disk and renames into place: a reader sees the old file or the
/// new one, never half of it. Threads may write the same file at once, as for films that are the same.
///
/// # Errors
/// The system's words. Nothing is left beside it.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let mut scratch = OsString::from(path);
    scratch.push(format!(".{}.tmp", WRITTEN.fetch_add(1, Ordering::Relaxed)));
    let write = || {
        let mut file = File::create(&scratch)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&scratch, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&scratch)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_allowed_size_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, [7; 10]).unwrap();
        assert_eq!(bytes_of(&file, 10).unwrap(), [7; 10]);
        assert_eq!(bytes_of(&file, 9), Err(Error::FileTooLarge { bytes: 10, limit: 9 }));
        assert_eq!(bytes_of(folder.path(), 9).unwrap_err().kind(), "io");
        assert_eq!(bytes_of(&folder.path().join("none"), 9).unwrap_err().kind(), "io");
        #[cfg(unix)]
        assert_eq!(bytes_of(Path::new("/dev/zero"), 9).unwrap_err().kind(), "io");
    }

    #[test]
    fn threads_may_write_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..20).map(|_| write_atomic(&path, &[7; 9999])).collect()))
                .collect();
            for writer in writers {
                let written: io::Result<Vec<()>> = writer.join().unwrap();
                written.unwrap();
            }
        });
        assert_eq!(fs::read(&path).unwrap(), [7; 9999]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn replaces_whole_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_atomic(&path, b"first").unwrap();
        write_atomic(&path, b"2").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        // A folder in the way: the rename fails, and the scratch file goes.
        let blocked = folder.path().join("b");
        fs::create_dir_all(blocked.join("inside")).unwrap();
        assert!(write_atomic(&blocked, b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
