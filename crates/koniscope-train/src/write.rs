//! Files that are there whole or not at all.

use std::path::Path;

use crate::Error;

/// [`koniscope::files::write_atomic`] with the path in the error.
///
/// # Errors
/// [`Error::File`] in the system's words.
pub(crate) fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    koniscope::files::write_atomic(path, bytes).map_err(|e| Error::file(path, e))
}
