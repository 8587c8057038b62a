//! Files that are there whole or not at all.

use std::{ffi::OsString, fs, io::Write, path::Path};

use crate::Error;

/// Writes beside `path` and renames into place.
///
/// # Errors
/// [`Error::Io`]; nothing is left beside it.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut scratch = OsString::from(path);
    scratch.push(".tmp");
    let write = || {
        let mut file = fs::File::create(&scratch)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&scratch, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&scratch))).map_err(Error::io("write", path))
}

/// A text, in whatever bytes: those that are no UTF-8 become a mark.
///
/// # Errors
/// [`Error::Io`], or [`Error::Table`] if it has more than `limit` bytes.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<String, Error> {
    let io = || Error::io("read", path);
    let bytes = fs::metadata(path).map_err(io())?.len();
    if bytes > limit {
        let detail = format!("it has {bytes} bytes; a text of at most {limit} was expected");
        return Err(Error::Table { path: path.to_owned(), line: None, detail });
    }
    Ok(String::from_utf8_lossy(&fs::read(path).map_err(io())?).into_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_whole(&path, b"1").unwrap();
        assert_eq!(read_text(&path, 1).unwrap(), "1");
        assert!(read_text(&path, 0).unwrap_err().to_string().contains("at most 0"));
        let blocked = folder.path().join("b");
        fs::create_dir_all(blocked.join("inside")).unwrap();
        assert!(write_whole(&blocked, b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
