//! Bytes to [`RawImage`]: the pixels as stored, and what the header says of them.

mod dicom;
mod foreign;
mod gray;
mod raster;
mod tiff;
mod told;

pub use koniscope_dicom::{Lut, ModalityTransform, Source, Voi, WindowFunction};

pub use told::Told;

use crate::{Error, panics::caught};

/// A picture as its file holds it: one frame, one sample a pixel, nothing yet changed.
#[derive(Clone, Debug, PartialEq)]
pub struct RawImage {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Stored values, row-major `[height, width]`, sign already extended.
    pub stored: Vec<i32>,
    /// Bits that hold a value (DICOM Bits Stored; 8 or 16 for other files).
    pub bits_stored: u32,
    /// Whether stored values are two's complement (DICOM Pixel Representation).
    pub signed: bool,
    /// What the header says of the values and of the film.
    pub header: Header,
}

/// What a header says. A raster file says next to nothing: [`Header::default`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// Container and coding.
    pub format: Format,
    /// How stored values map to gray.
    pub photometric: Photometric,
    /// Stored values to device-independent ones (PS3.3 C.11.1).
    pub modality: ModalityTransform,
    /// The first Value Of Interest transformation (PS3.3 C.11.2), a table before a window.
    pub voi: Voi,
    /// Presentation LUT Shape INVERSE (PS3.3 C.11.6).
    pub presentation_inverse: bool,
    /// How the picture must be turned to stand upright, the patient's right on the viewer's left.
    pub orientation: Orientation,
    /// Stored values that are no picture but the ground around it, the lowest and the highest (Pixel
    /// Padding Value and Range Limit, PS3.3 C.7.5.1.1.2).
    pub padding: Option<[i32; 2]>,
    /// Pixel spacing in mm, `[between rows, between columns]`: Pixel Spacing, else Imager
    /// Pixel Spacing, else Nominal Scanned Pixel Spacing.
    pub spacing_mm: Option<[f64; 2]>,
    /// Height of a pixel over its width, where no spacing but Pixel Aspect Ratio (0028,0034) tells it.
    pub aspect: Option<f64>,
    /// Modality (0008,0060), as `DX`.
    pub modality_code: Option<String>,
    /// View Position (0018,5101), as `PA`, `AP`, `LL`; where it is empty, what else names the view.
    pub view_position: Option<String>,
    /// View Code Sequence (0054,0220): the View Position that it stands for, or its meaning.
    pub view_code: Option<String>,
    /// Patient Orientation (0020,0020) as it is written, as `L\F`.
    pub patient_orientation: Option<String>,
    /// Body Part Examined (0018,0015), as `CHEST`.
    pub body_part: Option<String>,
    /// Anatomic Region Sequence (0008,2218): its meaning.
    pub body_region: Option<String>,
    /// Presentation Intent Type (0008,0068) is FOR PROCESSING.
    pub for_processing: bool,
    /// Burned In Annotation (0028,0301) is YES.
    pub burned_in_annotation: bool,
    /// SOP Instance UID, where there is one.
    pub sop_instance_uid: Option<String>,
    /// What is odd about it, and was not needed or could be mended.
    pub oddities: Vec<Oddity>,
}

/// Something odd in a header with which the picture can still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// The VOI transformation is none, or its window lies beside all values.
    WindowLeftOut,
    /// Spacings are given, and none can be used.
    UnusableSpacing,
    /// A number has a comma in place of the point.
    DecimalComma,
    /// Patient Orientation names no two directions.
    UnknownOrientation,
    /// Pixel Padding Value or Range Limit is no number.
    UnusablePadding,
    /// Pixel Data is longer than the picture, by less than a row or by zeros.
    SparePixelData,
    /// Bits above Bits Stored are set, and are no part of the values.
    CutBits,
    /// Patient's Age, or the time since birth, is below 16 years.
    Child,
}

/// Container and coding of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Portable Network Graphics.
    #[default]
    Png,
    /// JPEG.
    Jpeg,
    /// Tagged Image File Format.
    Tiff,
    /// DICOM, with its transfer syntax UID.
    Dicom {
        /// Transfer syntax UID.
        transfer_syntax: String,
    },
}

/// What must be done to a stored picture so that it stands upright: the eight cases of Exif (tag
/// 0x0112, whose number is given), which are all turns and mirrorings of a rectangle.
///
/// Below, `in` is the stored picture of `width` columns and `height` rows, `out` the upright one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Orientation {
    /// 1: nothing.
    #[default]
    Upright,
    /// 2: left and right exchanged. `out[y][x] = in[y][width - 1 - x]`.
    MirrorHorizontal,
    /// 3: turned by half. `out[y][x] = in[height - 1 - y][width - 1 - x]`.
    Rotate180,
    /// 4: top and bottom exchanged. `out[y][x] = in[height - 1 - y][x]`.
    MirrorVertical,
    /// 5: rows become columns. `out[y][x] = in[x][y]`.
    Transpose,
    /// 6: turned by a quarter, clockwise. `out[y][x] = in[height - 1 - x][y]`.
    Rotate90,
    /// 7: rows become columns, both from the far end. `out[y][x] = in[height - 1 - x][width - 1 - y]`.
    Transverse,
    /// 8: turned by a quarter, counterclockwise. `out[y][x] = in[x][width - 1 - y]`.
    Rotate270,
}

impl Orientation {
    /// All, in the order of Exif's numbers from 1 on.
    pub const ALL: [Self; 8] = [
        Self::Upright,
        Self::MirrorHorizontal,
        Self::Rotate180,
        Self::MirrorVertical,
        Self::Transpose,
        Self::Rotate90,
        Self::Transverse,
        Self::Rotate270,
    ];

    /// Exif's number, 1 to 8.
    pub fn exif(self) -> u8 {
        self as u8 + 1
    }

    /// Of Exif's number; nothing for a number that Exif does not have.
    pub fn from_exif(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}

/// Photometric Interpretation of a one-sample image (PS3.3 C.7.6.3.1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Photometric {
    /// Lowest value is white.
    Monochrome1,
    /// Lowest value is black.
    #[default]
    Monochrome2,
}

/// What a file may cost at most. Checked before memory is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Pixels of the picture; the largest detectors give about 5,000 x 4,000. Made square, a film may
    /// have up to four times as many.
    pub pixels: u64,
    /// Bytes after a deflated data set is inflated.
    pub inflated_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 256 << 20, pixels: 64_000_000, inflated_bytes: 512 << 20 }
    }
}

/// Decodes a DICOM, PNG, JPEG or TIFF file, told apart by its first bytes.
///
/// # Errors
/// An [`Error`] whose kind names what the file is or lacks; see [`Error::kind`].
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RawImage, Error> {
    decode_with_source(bytes, limits).map(|(raw, _)| raw)
}

/// [`decode`], and beside it what DICOM results of a DICOM file copy from it.
///
/// # Errors
/// As [`decode`].
pub fn decode_with_source(
    bytes: &[u8],
    limits: &Limits,
) -> Result<(RawImage, Option<Source>), Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    if bytes.len() as u64 > limits.file_bytes {
        return Err(Error::FileTooLarge { bytes: bytes.len() as u64, limit: limits.file_bytes });
    }
    // Nothing here panics on bad bytes that we know of. Decoders written by others stand below,
    // and a batch of films must not end with one of them.
    caught(|| dispatch(bytes, limits)).unwrap_or_else(|_| {
        Err(Error::Damaged { detail: "the decoder gave up on it in an unforeseen way".into() })
    })
}

fn dispatch(bytes: &[u8], limits: &Limits) -> Result<(RawImage, Option<Source>), Error> {
    // DICOM first: its preamble may spell another format, TIFF for one (PS3.10 section 7.1).
    if dicom::recognizes(bytes) {
        let (raw, source) = dicom::decode(bytes, limits).map_err(Error::of_dicom)?;
        Ok((raw, Some(source)))
    } else if let Some(format) = raster::recognizes(bytes) {
        Ok((raster::decode(bytes, format, limits)?, None))
    } else {
        Err(Error::NotAnImage { detail: foreign::describe(bytes).into() })
    }
}
