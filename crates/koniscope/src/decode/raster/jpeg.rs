//! JPEG streams of kinds that the image library does not decode.

use image::metadata::Orientation;
use koniscope_dicom::{lossless_jpeg, stream};

use super::{Format, Limits, RawImage, header, within};
use crate::Error;

/// How an application segment begins that holds Exif (Exif 2.32, section 4.7.2).
const EXIF: &[u8] = b"Exif\0\0";

/// The picture of a lossless stream of one component; nothing of a stream of the usual kind, 8 bits by
/// the cosine transform.
///
/// # Errors
/// [`Error::UnsupportedCoding`] for other kinds, by their name; [`Error::Damaged`],
/// [`Error::TooManyPixels`].
pub(super) fn lossless(bytes: &[u8], limits: &Limits) -> Result<Option<RawImage>, Error> {
    let frame = stream::jpeg(bytes).map_err(Error::of_dicom)?;
    if frame.dct && frame.precision == 8 {
        return Ok(None);
    }
    if !frame.is_lossless || frame.components != 1 {
        let coding = match (frame.is_lossless, frame.dct) {
            (true, _) => "lossless",
            (false, true) => "lossy",
            (false, false) => "near-lossless or arithmetic",
        };
        return Err(Error::UnsupportedCoding {
            uid: "JPEG".into(),
            name: format!(
                "a {coding} JPEG of {} bits and {} components",
                frame.precision, frame.components
            ),
            remedy: "Save it as a gray PNG of 16 bits".into(),
        });
    }
    within(limits, frame.width, frame.height)?;
    let gray = lossless_jpeg::decode(bytes).map_err(Error::of_dicom)?;
    let exif = exif(bytes).and_then(Orientation::from_exif_chunk);
    Ok(Some(RawImage {
        width: gray.width,
        height: gray.height,
        stored: gray.samples.into_iter().map(i32::from).collect(),
        bits_stored: gray.precision,
        signed: false,
        header: header(Format::Jpeg, exif.unwrap_or(Orientation::NoTransforms)),
    }))
}

/// What the first Exif segment holds.
fn exif(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.strip_prefix(&[0xFF, 0xD8])?;
    loop {
        let (marker, body, after) = stream::segment(rest).ok()?;
        match (marker, body.strip_prefix(EXIF)) {
            (0xDA, _) => return None,
            (0xE1, Some(exif)) => return Some(exif),
            _ => rest = after,
        }
    }
}
