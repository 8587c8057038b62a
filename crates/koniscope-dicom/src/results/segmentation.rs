//! Segmentation (PS3.3 A.51): parts of a film as masks of its own pixels.
//!
//! Viewers place a segmentation in space, where a radiograph has no place. So that they draw it over the
//! film, its plane is written as the image's own: rows along x, columns along y, the origin at zero.
//! That is a convention of display and no geometry of the patient.

use dicom_core::{Tag, VR};
use dicom_dictionary_std::{tags, uids};

use super::{Origin, ResultObject, code::Code, code::plain, finished, uid};
use crate::{DataSet, Error};

/// Who drew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Algorithm {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What else decides its result, as the hash of weights.
    pub parameters: String,
}

/// One part of a film.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// What people call it.
    pub label: String,
    /// Category of what it is (PS3.16 CID 7150).
    pub category: Code,
    /// What it is.
    pub kind: Code,
    /// Side of the body, of what it is.
    pub side: Option<Code>,
    /// Who drew it.
    pub algorithm: Algorithm,
    /// Color in which it is best shown: CIELab as 16 bits each (PS3.3 C.10.7.1.1).
    pub color: [u16; 3],
    /// Its pixels, row-major `[height, width]`, the film's own as they are stored.
    pub pixels: Vec<bool>,
}

/// All parts of a film, in the order of their numbers from 1 on. `size` is columns and rows;
/// `spacing_mm` is `[between rows, between columns]`. Where it is not known, 1 is written: viewers do not
/// show a segmentation without any, and measure on the film.
///
/// # Errors
/// [`Error::Unwritable`] without a segment, or if it does not fit a DICOM file.
pub fn segmentation(
    origin: &Origin,
    segments: &[Segment],
    size: [usize; 2],
    spacing_mm: Option<[f64; 2]>,
) -> Result<ResultObject, Error> {
    let fail = |detail: &str| Error::Unwritable { detail: detail.into() };
    let [Ok(columns), Ok(rows)] = size.map(u16::try_from) else {
        return Err(fail("more than 65,535 pixels a side"));
    };
    let pixels = size[0] * size[1];
    if segments.is_empty() || pixels == 0 || segments.iter().any(|s| s.pixels.len() != pixels) {
        return Err(fail("segments of as many pixels as the film were expected"));
    }
    let frame_of_reference = origin.frame_of_reference.clone();
    let frame_of_reference = frame_of_reference
        .unwrap_or_else(|| uid(&[b"frame of reference", origin.film.instance.as_bytes()]));
    let organization = uid(&[b"dimensions", origin.film.instance.as_bytes()]);
    let organized = || DataSet::new().text(tags::DIMENSION_ORGANIZATION_UID, &organization);
    let index = organized()
        .tag(tags::DIMENSION_INDEX_POINTER, tags::REFERENCED_SEGMENT_NUMBER)
        .tag(tags::FUNCTIONAL_GROUP_POINTER, tags::SEGMENT_IDENTIFICATION_SEQUENCE)
        .text(tags::DIMENSION_DESCRIPTION_LABEL, "Segment");
    let series = DataSet::new()
        .items(tags::REFERENCED_INSTANCE_SEQUENCE, [origin.film.item()])
        .text(tags::SERIES_INSTANCE_UID, &origin.film.series);
    let numbers = 1..=segments.len() as u16;
    let set = origin
        .object("SEG", 9101, "Koniscope segments. Research use only, not for diagnosis")
        .text(tags::IMAGE_TYPE, "DERIVED\\PRIMARY")
        .text(tags::CONTENT_LABEL, "SEGMENTS")
        .text(tags::CONTENT_DESCRIPTION, origin.notice())
        .text(tags::CONTENT_CREATOR_NAME, "Koniscope^")
        .text(tags::BODY_PART_EXAMINED, "CHEST")
        .text(tags::FRAME_OF_REFERENCE_UID, &frame_of_reference)
        .empty(tags::POSITION_REFERENCE_INDICATOR)
        .text(tags::SEGMENTATION_TYPE, "BINARY")
        .text(tags::LOSSY_IMAGE_COMPRESSION, "00")
        .and(origin.lossy.clone())
        .text(tags::PHOTOMETRIC_INTERPRETATION, "MONOCHROME2")
        .shorts(tags::SAMPLES_PER_PIXEL, &[1])
        .shorts(tags::ROWS, &[rows])
        .shorts(tags::COLUMNS, &[columns])
        .shorts(tags::BITS_ALLOCATED, &[1])
        .shorts(tags::BITS_STORED, &[1])
        .shorts(tags::HIGH_BIT, &[0])
        .shorts(tags::PIXEL_REPRESENTATION, &[0])
        .text(tags::NUMBER_OF_FRAMES, &segments.len().to_string())
        .items(
            tags::SEGMENT_SEQUENCE,
            numbers.clone().zip(segments).map(|(n, s)| segment(origin, n, s)),
        )
        .items(tags::DIMENSION_ORGANIZATION_SEQUENCE, [organized()])
        .items(tags::DIMENSION_INDEX_SEQUENCE, [index])
        .items(tags::REFERENCED_SERIES_SEQUENCE, [series])
        .items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, [shared(spacing_mm)])
        .items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, numbers.map(|n| frame(origin, n)))
        .bytes(tags::PIXEL_DATA, VR::OB, &packed(segments));
    finished(set, uids::SEGMENTATION_STORAGE)
}

fn segment(origin: &Origin, number: u16, segment: &Segment) -> DataSet {
    let Segment { label, category, kind, side, algorithm, color, .. } = segment;
    let side = side.iter().map(Code::item);
    let mut kind = kind.item();
    if side.len() > 0 {
        kind = kind.items(tags::SEGMENTED_PROPERTY_TYPE_MODIFIER_CODE_SEQUENCE, side);
    }
    let identification = DataSet::new()
        .items(
            tags::ALGORITHM_FAMILY_CODE_SEQUENCE,
            [Code::new("DCM", "123110", "Artificial Intelligence").item()],
        )
        .text(tags::ALGORITHM_NAME, &plain(&algorithm.name, 64))
        .text(tags::ALGORITHM_VERSION, &plain(&algorithm.version, 64))
        .text(tags::ALGORITHM_PARAMETERS, &plain(&algorithm.parameters, 1024))
        .text(tags::ALGORITHM_SOURCE, "Koniscope");
    DataSet::new()
        .shorts(tags::SEGMENT_NUMBER, &[number])
        .text(tags::SEGMENT_LABEL, &plain(label, 64))
        .text(tags::SEGMENT_DESCRIPTION, origin.notice())
        .text(tags::SEGMENT_ALGORITHM_TYPE, "AUTOMATIC")
        .text(tags::SEGMENT_ALGORITHM_NAME, &plain(&algorithm.name, 64))
        .items(tags::SEGMENTATION_ALGORITHM_IDENTIFICATION_SEQUENCE, [identification])
        .shorts(tags::RECOMMENDED_DISPLAY_CIE_LAB_VALUE, color)
        .items(tags::SEGMENTED_PROPERTY_CATEGORY_CODE_SEQUENCE, [category.item()])
        .items(tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE, [kind])
        .text(tags::TRACKING_ID, &plain(label, 64))
        .text(tags::TRACKING_UID, &tracking_uid(origin, label))
}

/// The UID by which one part of a film is known in all objects of it.
pub(crate) fn tracking_uid(origin: &Origin, label: &str) -> String {
    uid(&[b"tracking", origin.film.instance.as_bytes(), label.as_bytes()])
}

/// What all frames share. Viewers end without these, and without an item in each.
fn shared(spacing_mm: Option<[f64; 2]>) -> DataSet {
    let [row, column] = spacing_mm.unwrap_or([1.0; 2]).map(crate::write::decimal);
    let measures = DataSet::new()
        .text(tags::PIXEL_SPACING, &format!("{row}\\{column}"))
        .text(tags::SLICE_THICKNESS, "1");
    let orientation = DataSet::new().text(tags::IMAGE_ORIENTATION_PATIENT, "1\\0\\0\\0\\1\\0");
    DataSet::new()
        .items(tags::PIXEL_MEASURES_SEQUENCE, [measures])
        .items(tags::PLANE_ORIENTATION_SEQUENCE, [orientation])
}

fn frame(origin: &Origin, number: u16) -> DataSet {
    let group = |tag: Tag, item: DataSet| DataSet::new().items(tag, [item]);
    let film = origin.film.item().items(
        tags::PURPOSE_OF_REFERENCE_CODE_SEQUENCE,
        [Code::new("DCM", "121322", "Source Image for Image Processing Operation").item()],
    );
    let derivation = DataSet::new()
        .items(tags::SOURCE_IMAGE_SEQUENCE, [film])
        .items(tags::DERIVATION_CODE_SEQUENCE, [Code::new("DCM", "113076", "Segmentation").item()]);
    let content = DataSet::new().longs(tags::DIMENSION_INDEX_VALUES, &[number.into()]);
    let position = DataSet::new().text(tags::IMAGE_POSITION_PATIENT, "0\\0\\0");
    let segment = DataSet::new().shorts(tags::REFERENCED_SEGMENT_NUMBER, &[number]);
    group(tags::DERIVATION_IMAGE_SEQUENCE, derivation)
        .and(group(tags::FRAME_CONTENT_SEQUENCE, content))
        .and(group(tags::PLANE_POSITION_SEQUENCE, position))
        .and(group(tags::SEGMENT_IDENTIFICATION_SEQUENCE, segment))
}

/// Pixels of all frames one after the other, a bit each, the lowest first; frames do not begin at
/// bytes (PS3.5 section 8.1.1).
fn packed(segments: &[Segment]) -> Vec<u8> {
    let bits: usize = segments.iter().map(|segment| segment.pixels.len()).sum();
    let mut bytes = vec![0; bits.div_ceil(8)];
    let set = segments.iter().flat_map(|segment| &segment.pixels).enumerate();
    for (i, _) in set.filter(|(_, set)| **set) {
        bytes[i / 8] |= 1 << (i % 8);
    }
    bytes
}
