//! Files, with their path in the error.

use std::path::Path;

use koniscope_data::files;

use crate::Error;

/// [`files::write_atomic`] with the path in the error.
///
/// # Errors
/// [`Error::Io`]; nothing is left beside the file.
pub(crate) fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    files::write_atomic(path, bytes).map_err(Error::io("write", path))
}

/// A text, in whatever bytes: those that are no UTF-8 become a mark.
///
/// # Errors
/// [`Error::Data`] if it cannot be read, or has more than `limit` bytes.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<String, Error> {
    let bytes =
        files::bytes_of(path, limit).map_err(|e| Error::table(path, None, e.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_up_to_a_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_atomic(&path, b"1").unwrap();
        assert_eq!(read_text(&path, 1).unwrap(), "1");
        assert!(read_text(&path, 0).unwrap_err().to_string().contains("at most 0"));
        let error = write_atomic(&folder.path().join("no/such.csv"), b"x").unwrap_err();
        assert!(error.to_string().contains("such.csv"));
    }
}
