//! Files that are there whole or not at all.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::Write,
    path::Path,
};

use crate::Error;

/// Writes beside `path`, syncs to disk and renames into place: a reader sees the old file or the
/// new one, never half of it.
///
/// # Errors
/// [`Error::File`] in the system's words.
pub(crate) fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut scratch = OsString::from(path);
    scratch.push(".tmp");
    let write = || {
        let mut file = File::create(&scratch)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&scratch, path)
    };
    write().map_err(|e: std::io::Error| Error::file(path, e))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn replaces_whole_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_atomic(&path, b"first").unwrap();
        write_atomic(&path, b"2").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("no/such/folder.txt");
        assert!(write_atomic(&nowhere, b"x").unwrap_err().to_string().contains("folder.txt"));
    }
}
