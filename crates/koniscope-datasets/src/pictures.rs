//! Pictures that are written for sets whose own cannot be read as they are.

mod jsrt;
mod lungs;

use std::path::Path;

use image::{ExtendedColorType, ImageEncoder, ImageReader, codecs::png};

pub(crate) use jsrt::{SIDE as JSRT_SIDE, to_png as jsrt_to_png};
pub(crate) use lungs::label_map;

use crate::Error;

/// Bytes of a mask's file at most.
const BYTES: u64 = 256 << 20;

/// Pixels of a film at most, as the reader has it.
const PIXELS: u64 = 64_000_000;

/// Columns and rows of a PNG, JPEG or TIFF file, from its head.
///
/// # Errors
/// A clause; also for more pixels than a film has.
pub(crate) fn shape_of(path: &Path) -> Result<[u32; 2], String> {
    let reader = ImageReader::open(path).and_then(ImageReader::with_guessed_format);
    let shape = reader.map_err(|e| e.to_string())?.into_dimensions();
    let (w, h) = shape.map_err(|e| format!("{} is no picture: {e}", path.display()))?;
    if u64::from(w) * u64::from(h) > PIXELS {
        return Err(format!("{} claims {w} x {h} pixels; a film has fewer", path.display()));
    }
    Ok([w, h])
}

/// A PNG of one channel.
fn png(
    bytes: &[u8],
    [width, height]: [u32; 2],
    color: ExtendedColorType,
) -> Result<Vec<u8>, Error> {
    let mut file = Vec::new();
    png::PngEncoder::new_with_quality(&mut file, png::CompressionType::Fast, png::FilterType::Up)
        .write_image(bytes, width, height, color)
        .map_err(|e| Error::Encode { what: "PNG", detail: e.to_string() })?;
    Ok(file)
}
