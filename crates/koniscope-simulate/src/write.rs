//! Files of a simulated film, there whole or not at all.

mod png;

use std::path::Path;

pub use png::{gray16, labels};

use crate::Error;

/// [`koniscope::files::write_atomic`] with the path in the error.
///
/// # Errors
/// [`Error::Io`].
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    koniscope::files::write_atomic(path, bytes).map_err(|source| Error::Io {
        doing: "write",
        path: path.to_owned(),
        source,
    })
}
