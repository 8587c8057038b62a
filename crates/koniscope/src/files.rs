//! Files: written whole or not at all, and read up to a limit.

use std::path::Path;

pub use koniscope_data::files::write_atomic;
use koniscope_data::files::{self, ReadError};

use crate::Error;

/// The bytes of a regular file of at most `limit` bytes. Devices and pipes, which may never end,
/// are not opened.
///
/// # Errors
/// [`Error::Io`] or [`Error::FileTooLarge`].
pub fn bytes_of(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    files::bytes_of(path, limit).map_err(|e| match e {
        ReadError::TooLarge { bytes, limit } => Error::FileTooLarge { bytes, limit },
        other => Error::Io { detail: other.to_string() },
    })
}

/// The text of a regular file of at most `limit` bytes, as [`bytes_of`].
///
/// # Errors
/// Those of [`bytes_of`], and [`Error::Io`] if it is no UTF-8.
pub fn text_of(path: &Path, limit: u64) -> Result<String, Error> {
    let bytes = bytes_of(path, limit)?;
    String::from_utf8(bytes).map_err(|_| Error::Io { detail: "it is no text in UTF-8".into() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_has_its_kind() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, [7; 10]).unwrap();
        assert_eq!(bytes_of(&file, 9), Err(Error::FileTooLarge { bytes: 10, limit: 9 }));
        assert_eq!(bytes_of(folder.path(), 9).unwrap_err().kind(), "io");
        assert_eq!(bytes_of(&folder.path().join("none"), 9).unwrap_err().kind(), "io");
    }
}
