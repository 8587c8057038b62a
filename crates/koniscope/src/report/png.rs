//! PNG files in memory.

use image::{
    ExtendedColorType, ImageEncoder,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};

use super::Failure;
use crate::segmentation::LungMask;

/// A label map as an 8-bit gray PNG in the mask's own pixels: 0 background, 1 right lung, 2 left
/// lung. Results hold that of [`LungMask::in_file`].
///
/// # Errors
/// [`Failure::internal`] if the mask has no pixel.
pub fn label_map(mask: &LungMask) -> Result<Vec<u8>, Failure> {
    encode(mask.labels(), mask.width(), mask.height(), ExtendedColorType::L8, FilterType::Up)
}

/// 8-bit gray `[height, width]` as a PNG.
///
/// # Errors
/// [`Failure::internal`] if there is no pixel, or not a value for each.
pub fn gray(bytes: &[u8], width: usize, height: usize) -> Result<Vec<u8>, Failure> {
    if bytes.len() != width * height {
        return Err(Failure::internal(&format!("{} values, {width} x {height}", bytes.len())));
    }
    encode(bytes, width, height, ExtendedColorType::L8, FilterType::Up)
}

/// RGBA bytes `[height, width, 4]` as a PNG.
pub(super) fn rgba(bytes: &[u8], width: usize, height: usize) -> Result<Vec<u8>, Failure> {
    encode(bytes, width, height, ExtendedColorType::Rgba8, FilterType::Up)
}

/// RGB bytes `[height, width, 3]` as a PNG.
pub(super) fn rgb(bytes: &[u8], width: usize, height: usize) -> Result<Vec<u8>, Failure> {
    encode(bytes, width, height, ExtendedColorType::Rgb8, FilterType::Adaptive)
}

fn encode(
    bytes: &[u8],
    width: usize,
    height: usize,
    color: ExtendedColorType,
    filter: FilterType,
) -> Result<Vec<u8>, Failure> {
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Fast, filter);
    match (u32::try_from(width), u32::try_from(height)) {
        (Ok(w), Ok(h)) if w > 0 && h > 0 => {
            encoder.write_image(bytes, w, h, color).map_err(|e| Failure::internal(&e))?;
            Ok(png)
        }
        _ => Err(Failure::internal(&format!("no PNG has {width} x {height} pixels"))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_label_map_keeps_geometry_and_labels() {
        let labels = vec![0, 1, 1, 0, 2, 2, 0, 0, 1, 0, 0, 2];
        let png = label_map(&LungMask::new(4, 3, labels.clone())).unwrap();
        let back = image::load_from_memory(&png).unwrap();
        assert_eq!(back.color(), image::ColorType::L8);
        assert_eq!((back.width(), back.height()), (4, 3));
        assert_eq!(back.into_bytes(), labels);
    }

    #[test]
    fn no_pixel_is_an_error() {
        assert_eq!(label_map(&LungMask::new(0, 0, Vec::new())).unwrap_err().kind, "internal");
    }
}
