//! PNG, JPEG and TIFF files.
//!
//! What a raster file says beyond its pixels is not trusted: PNG's pHYs and TIFF's resolution
//! are those of a printer, not of a detector. Its orientation (Exif, in a JPEG or PNG, or TIFF's tag)
//! is kept, since every viewer shows the picture by it.

mod jpeg;
mod png;

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader,
    error::{LimitErrorKind, UnsupportedErrorKind},
};

use super::{Format, Header, Limits, Orientation, RawImage, gray, tiff};
use crate::Error;

/// Bytes that a decoder may take for itself beside the picture.
const WORKING_BYTES: u64 = 64 << 20;

/// Bytes of the widest pixel, RGBA of 16 bits.
const PIXEL_BYTES: u64 = 8;

/// The format, if it is one that is read.
pub(super) fn recognizes(bytes: &[u8]) -> Option<ImageFormat> {
    if tiff::recognizes(bytes) {
        return Some(ImageFormat::Tiff); // the image library does not know BigTIFF by its first bytes
    }
    let format = image::guess_format(bytes).ok()?;
    matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Tiff).then_some(format)
}

/// Decodes a gray picture of 8 or 16 bits, as it is stored.
///
/// # Errors
/// [`Error::Color`], [`Error::SeveralFrames`], [`Error::TooManyPixels`], [`Error::BadHeader`],
/// [`Error::UnsupportedCoding`], [`Error::Damaged`].
pub(super) fn decode(
    bytes: &[u8],
    format: ImageFormat,
    limits: &Limits,
) -> Result<RawImage, Error> {
    let broken = |e| broken(format, e);
    match format {
        ImageFormat::Tiff => tiff::check(bytes)?,
        ImageFormat::Png => png::check(bytes)?,
        _ => {
            if let Some(picture) = jpeg::lossless(bytes, limits)? {
                return Ok(picture);
            }
        }
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut allowed = image::Limits::no_limits();
    allowed.max_alloc = Some(limits.pixels.saturating_mul(PIXEL_BYTES) + WORKING_BYTES);
    reader.limits(allowed);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    within(limits, u64::from(width), u64::from(height))?;
    let orientation = decoder.orientation().map_err(broken)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    let (stored, bits_stored) = samples(picture)?;
    Ok(RawImage {
        width: width as usize,
        height: height as usize,
        stored,
        bits_stored,
        signed: false,
        header: header(known(format), orientation),
    })
}

fn within(limits: &Limits, width: u64, height: u64) -> Result<(), Error> {
    if width * height > limits.pixels {
        return Err(Error::TooManyPixels { width, height, limit: limits.pixels });
    }
    Ok(())
}

fn header(format: Format, orientation: image::metadata::Orientation) -> Header {
    let orientation = Orientation::from_exif(orientation.to_exif()).unwrap_or_default();
    Header { format, orientation, ..Header::default() }
}

/// One gray value a pixel, and its bits. An alpha channel is dropped: what a picture hides is
/// still its value.
fn samples(picture: DynamicImage) -> Result<(Vec<i32>, u32), Error> {
    Ok(match picture {
        DynamicImage::ImageLuma8(p) => (widen(&p.into_raw()), 8),
        DynamicImage::ImageLuma16(p) => (widen(&p.into_raw()), 16),
        DynamicImage::ImageLumaA8(p) => (first_of(p.into_raw().as_chunks::<2>().0), 8),
        DynamicImage::ImageLumaA16(p) => (first_of(p.into_raw().as_chunks::<2>().0), 16),
        DynamicImage::ImageRgb8(p) => (gray::of(p.into_raw().as_chunks::<3>().0, 255)?, 8),
        DynamicImage::ImageRgba8(p) => (gray::of(p.into_raw().as_chunks::<4>().0, 255)?, 8),
        DynamicImage::ImageRgb16(p) => (gray::of(p.into_raw().as_chunks::<3>().0, 65535)?, 16),
        DynamicImage::ImageRgba16(p) => (gray::of(p.into_raw().as_chunks::<4>().0, 65535)?, 16),
        _ => return Err(floating()),
    })
}

fn widen<T: Copy + Into<i32>>(samples: &[T]) -> Vec<i32> {
    samples.iter().map(|v| (*v).into()).collect()
}

fn first_of<T: Copy + Into<i32>, const N: usize>(pixels: &[[T; N]]) -> Vec<i32> {
    pixels.iter().map(|p| p[0].into()).collect()
}

fn known(format: ImageFormat) -> Format {
    match format {
        ImageFormat::Jpeg => Format::Jpeg,
        ImageFormat::Tiff => Format::Tiff,
        _ => Format::Png,
    }
}

fn floating() -> Error {
    Error::BadHeader { detail: "floating-point pixels; integers of 8 or 16 bits are read".into() }
}

/// The words of the image library, sorted into ours.
fn broken(format: ImageFormat, error: ImageError) -> Error {
    match error {
        ImageError::Unsupported(e) => match e.kind() {
            UnsupportedErrorKind::Color(color) => Error::BadHeader {
                detail: format!("pixels of kind {color:?}; gray of 8 or 16 bits is read"),
            },
            _ => Error::UnsupportedCoding {
                uid: format!("{format:?}"),
                name: e.to_string(),
                remedy: "Save it as an 8- or 16-bit gray PNG".into(),
            },
        },
        ImageError::Limits(e) => Error::Damaged {
            detail: match e.kind() {
                LimitErrorKind::InsufficientMemory => {
                    "decoding would take more memory than its size justifies".into()
                }
                _ => e.to_string(),
            },
        },
        other => Error::Damaged { detail: other.to_string() },
    }
}
