//! [`Header`] out of attributes.

use koniscope_dicom::{Attributes, Error, modality, tags, voi};

use super::super::{Format, Header, Orientation, Photometric};

/// Pixel spacing in mm that a radiograph can have; zero and wild numbers mean that nobody knew.
const SPACING_MM: std::ops::RangeInclusive<f64> = 0.01..=10.0;

/// Codes of View Code Sequence (PS3.16 CID 4010, SNOMED CT and RT) and their View Position.
const VIEWS: [(&str, &str); 10] = [
    ("272479007", "PA"),
    ("R-10214", "PA"),
    ("399348003", "AP"),
    ("R-10206", "AP"),
    ("399173006", "LL"),
    ("R-10236", "LL"),
    ("399198007", "RL"),
    ("R-10232", "RL"),
    ("399067008", "LATERAL"),
    ("R-102CD", "LATERAL"),
];

/// How stored values map to gray.
///
/// # Errors
/// [`Error::Color`] for all but MONOCHROME1 and 2, [`Error::BadHeader`] if it is not said.
pub(super) fn photometric(attributes: &Attributes) -> Result<Photometric, Error> {
    let samples = attributes.count(tags::SAMPLES_PER_PIXEL)?.unwrap_or(1);
    let name = attributes.text(tags::PHOTOMETRIC_INTERPRETATION);
    match (samples, name.as_deref()) {
        (1, Some("MONOCHROME1")) => Ok(Photometric::Monochrome1),
        (1, Some("MONOCHROME2")) => Ok(Photometric::Monochrome2),
        (_, None) => {
            let detail = "no Photometric Interpretation; MONOCHROME1 or 2 was expected".into();
            Err(Error::BadHeader { detail })
        }
        (samples, Some(name)) => {
            let detail = format!("Photometric Interpretation {name}, {samples} samples a pixel");
            Err(Error::Color { detail })
        }
    }
}

/// Reads the rest.
///
/// # Errors
/// [`Error::BadHeader`].
pub(super) fn read(
    attributes: &Attributes,
    photometric: Photometric,
    transfer_syntax: &str,
) -> Result<Header, Error> {
    let says = |tag, word| attributes.text(tag).is_some_and(|t| t.eq_ignore_ascii_case(word));
    Ok(Header {
        format: Format::Dicom { transfer_syntax: transfer_syntax.into() },
        photometric,
        modality: modality(attributes)?,
        voi: voi(attributes)?,
        presentation_inverse: says(tags::PRESENTATION_LUT_SHAPE, "INVERSE"),
        orientation: Orientation::Upright,
        padding: None,
        spacing_mm: spacing_mm(attributes)?,
        modality_code: attributes.text(tags::MODALITY),
        view_position: view(attributes),
        body_part: attributes.text(tags::BODY_PART_EXAMINED),
        for_processing: says(tags::PRESENTATION_INTENT_TYPE, "FOR PROCESSING"),
        burned_in_annotation: says(tags::BURNED_IN_ANNOTATION, "YES"),
        sop_instance_uid: attributes.text(tags::SOP_INSTANCE_UID),
    })
}

/// The first of the three spacings that is one.
fn spacing_mm(attributes: &Attributes) -> Result<Option<[f64; 2]>, Error> {
    let sources =
        [tags::PIXEL_SPACING, tags::IMAGER_PIXEL_SPACING, tags::NOMINAL_SCANNED_PIXEL_SPACING];
    for tag in sources {
        if let [row, column] = attributes.numbers(tag)?[..]
            && SPACING_MM.contains(&row)
            && SPACING_MM.contains(&column)
        {
            return Ok(Some([row, column]));
        }
    }
    Ok(None)
}

/// View Position, else View Code Sequence, else LATERAL if rows run from front to back.
fn view(attributes: &Attributes) -> Option<String> {
    let code = || {
        let value = attributes.item(tags::VIEW_CODE_SEQUENCE)?.text(tags::CODE_VALUE)?;
        VIEWS.iter().find(|(code, _)| *code == value).map(|(_, view)| (*view).to_string())
    };
    let orientation = || {
        let row = attributes.text(tags::PATIENT_ORIENTATION)?;
        row.starts_with(['A', 'P']).then(|| "LATERAL".to_string())
    };
    attributes.text(tags::VIEW_POSITION).or_else(code).or_else(orientation)
}
