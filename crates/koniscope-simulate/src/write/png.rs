//! PNG files in memory.

use image::{
    ExtendedColorType, ImageEncoder,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};

use crate::Error;

/// Gray values of 16 bits, row-major `[height, width]`.
///
/// # Errors
/// [`Error::Encode`] if there are not that many or none.
pub fn gray16(values: &[u16], width: usize, height: usize) -> Result<Vec<u8>, Error> {
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_ne_bytes()).collect();
    encode(&bytes, width, height, ExtendedColorType::L16, FilterType::Paeth)
}

/// A label map of 8 bits, row-major `[height, width]`.
///
/// # Errors
/// [`Error::Encode`] if there are not that many or none.
pub fn labels(values: &[u8], width: usize, height: usize) -> Result<Vec<u8>, Error> {
    encode(values, width, height, ExtendedColorType::L8, FilterType::Up)
}

fn encode(
    bytes: &[u8],
    width: usize,
    height: usize,
    color: ExtendedColorType,
    filter: FilterType,
) -> Result<Vec<u8>, Error> {
    let depth = if color == ExtendedColorType::L16 { 2 } else { 1 };
    if bytes.is_empty() || bytes.len() != width * height * depth {
        return Err(Error::encode("PNG", &format!("{width} x {height} pixels were expected")));
    }
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, filter)
        .write_image(bytes, width as u32, height as u32, color)
        .map_err(|e| Error::encode("PNG", &e))?;
    Ok(png)
}
