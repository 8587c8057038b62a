//! Checks of the header and of the film as a whole.

use super::Flag;
use crate::{Error, Radiograph, decode::RawImage};

/// Refuses what the header says is no frontal chest radiograph.
///
/// # Errors
/// The named refusal.
pub fn check_header(_raw: &RawImage) -> Result<(), Error> {
    Ok(())
}

/// Refuses a film that is too small; flags exposure, projection, resolution.
///
/// # Errors
/// [`Error::TooSmall`].
pub fn check_film(_raw: &RawImage, _film: &Radiograph) -> Result<Vec<Flag>, Error> {
    Ok(Vec::new())
}
