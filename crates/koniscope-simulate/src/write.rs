//! Files of a simulated film, there whole or not at all.

mod dicom;
mod png;

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

pub use dicom::{Dicom, dicom};
pub use png::{gray16, labels};

use crate::Error;

/// Writes beside `path`, syncs to disk and renames into place.
///
/// # Errors
/// [`Error::Io`]. Nothing is left beside it.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut scratch = OsString::from(path);
    scratch.push(".tmp");
    let write = || -> io::Result<()> {
        let mut file = File::create(&scratch)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&scratch, path)
    };
    write().map_err(|source| {
        drop(fs::remove_file(&scratch));
        Error::Io { doing: "write", path: path.to_owned(), source }
    })
}
