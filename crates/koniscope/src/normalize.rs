//! [`RawImage`] to [`Radiograph`]: the one place where stored values become gray.

use crate::{Error, Radiograph, decode::RawImage, plane::Plane};

/// Placeholder until the real steps stand here.
///
/// # Errors
/// [`Error::Blank`] if there is no contrast.
pub fn normalize(raw: &RawImage) -> Result<Radiograph, Error> {
    let max = ((1u64 << raw.bits_stored) - 1) as f32;
    let data = raw.stored.iter().map(|v| (*v as f32 / max).clamp(0.0, 1.0)).collect();
    Ok(Radiograph::new(Plane::new(raw.width, raw.height, data), raw.header.spacing_mm))
}
