//! PNG, JPEG and TIFF files.

use super::{Header, Limits, RawImage};
use crate::Error;

pub(super) fn recognizes(bytes: &[u8]) -> bool {
    image::guess_format(bytes).is_ok()
}

pub(super) fn decode(bytes: &[u8], _limits: &Limits) -> Result<RawImage, Error> {
    let picture = image::load_from_memory(bytes)
        .map_err(|e| Error::Damaged { detail: e.to_string() })?
        .into_luma16();
    Ok(RawImage {
        width: picture.width() as usize,
        height: picture.height() as usize,
        stored: picture.into_raw().into_iter().map(i32::from).collect(),
        bits_stored: 16,
        signed: false,
        header: Header::default(),
    })
}
