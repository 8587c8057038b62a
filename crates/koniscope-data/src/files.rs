//! Files: written whole or not at all, and read up to a limit.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
    process,
    sync::atomic::{AtomicU64, Ordering},
};

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not there, may not be read, or is no regular file.
    #[error("{0}")]
    Io(String),
    /// It is larger than allowed.
    #[error("it has {bytes} bytes; at most {limit} were expected")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// What was allowed.
        limit: u64,
    },
}

/// The bytes of a regular file of at most `limit` bytes. Devices and pipes, which may never end,
/// are not opened.
///
/// # Errors
/// [`ReadError`].
pub fn bytes_of(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let io = |e: io::Error| ReadError::Io(e.to_string());
    let found = fs::metadata(path).map_err(io)?;
    if !found.is_file() {
        let what =
            if found.is_dir() { "a folder that cannot be listed" } else { "no regular file" };
        return Err(ReadError::Io(format!("it is {what}")));
    }
    if found.len() > limit {
        return Err(ReadError::TooLarge { bytes: found.len(), limit });
    }
    let mut bytes = Vec::new();
    // One byte more than allowed: a file may grow meanwhile.
    File::open(path).and_then(|f| f.take(limit + 1).read_to_end(&mut bytes)).map_err(io)?;
    match bytes.len() as u64 {
        read if read > limit => Err(ReadError::TooLarge { bytes: read, limit }),
        _ => Ok(bytes),
    }
}

/// Writes beside `path`, syncs to disk and renames into place: a reader sees the old file or the
/// new one, never half of it. Threads and programs may write the same file at once, as for films
/// that are the same.
///
/// # Errors
/// The system's words. Nothing is left beside the file.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_beside(path, bytes, |scratch| fs::rename(scratch, path))
}

/// As [`write_atomic`], but a file that is there stays as it is.
///
/// # Errors
/// The system's words, with [`io::ErrorKind::AlreadyExists`] for a file that is there. Nothing is left
/// beside it.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_beside(path, bytes, |scratch| {
        // A second name is refused where there is one, at once and for all programs.
        fs::hard_link(scratch, path)?;
        fs::remove_file(scratch)
    })
}

fn write_beside(
    path: &Path,
    bytes: &[u8],
    put: impl FnOnce(&OsString) -> io::Result<()>,
) -> io::Result<()> {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let mut scratch = OsString::from(path);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    scratch.push(format!(".{}-{number}.tmp", process::id()));
    let write = || {
        let mut file = File::create(&scratch)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        put(&scratch)
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
        assert_eq!(bytes_of(&file, 9), Err(ReadError::TooLarge { bytes: 10, limit: 9 }));
        let is_io = |path: &Path| matches!(bytes_of(path, 9), Err(ReadError::Io(_)));
        assert!(is_io(folder.path()) && is_io(&folder.path().join("none")));
        #[cfg(unix)]
        assert!(is_io(Path::new("/dev/zero")));
    }

    #[test]
    fn a_new_file_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let written: Vec<_> = std::thread::scope(|scope| {
            let write = |i| {
                scope.spawn({
                    let path = &path;
                    move || write_new(path, &[i; 9999])
                })
            };
            (0..8).map(write).collect::<Vec<_>>().into_iter().map(|w| w.join().unwrap()).collect()
        });
        assert_eq!(written.iter().filter(|written| written.is_ok()).count(), 1);
        let refused = written.iter().filter_map(|written| written.as_ref().err());
        assert!(refused.into_iter().all(|e| e.kind() == io::ErrorKind::AlreadyExists));
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.len() == 9999 && bytes.iter().all(|byte| *byte == bytes[0]));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
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
