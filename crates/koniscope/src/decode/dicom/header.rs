//! [`Header`] out of attributes.

use koniscope_dicom::{
    Attributes, Error, ModalityTransform, Picture, Voi, WindowFunction, modality, tags, voi,
};

use super::super::{Format, Header, Oddity, Orientation, Photometric};

/// Pixel spacing in mm that a radiograph can have; zero and wild numbers mean that nobody knew.
const SPACING_MM: std::ops::RangeInclusive<f64> = 0.01..=10.0;

/// Years from which a patient has the lungs that the networks have learnt from.
const GROWN_UP: f64 = 16.0;

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
    let name = attributes.text(tags::PHOTOMETRIC_INTERPRETATION).map(|name| name.to_uppercase());
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
/// [`Error::BadHeader`] for numbers without which no gray is known.
pub(super) fn read(
    attributes: &Attributes,
    photometric: Photometric,
    picture: &Picture,
    transfer_syntax: &str,
) -> Result<Header, Error> {
    let mut oddities = Vec::new();
    let modality = modality(attributes)?;
    let voi = window(attributes, &modality, &picture.stored);
    let spacing = spacing_mm(attributes);
    let orientation = orientation(attributes);
    let padding = picture.grid.padding(attributes);
    let view = view_code(attributes);
    let numbers = [tags::WINDOW_CENTER, tags::WINDOW_WIDTH, tags::RESCALE_SLOPE];
    let comma = [tags::RESCALE_INTERCEPT].iter().chain(&numbers).chain(&SPACINGS);
    let odd = [
        (voi.is_none(), Oddity::WindowLeftOut),
        (spacing.is_err(), Oddity::UnusableSpacing),
        (orientation.is_err(), Oddity::UnknownOrientation),
        (padding.is_err(), Oddity::UnusablePadding),
        (comma.copied().any(|tag| attributes.has_decimal_comma(tag)), Oddity::DecimalComma),
        (picture.spare_bytes > 0, Oddity::SparePixelData),
        (picture.cut_bits, Oddity::CutBits),
        (age_years(attributes).is_some_and(|years| years < GROWN_UP), Oddity::Child),
    ];
    oddities.extend(odd.into_iter().filter(|(found, _)| *found).map(|(_, oddity)| oddity));
    let says = |tag, word| attributes.text(tag).is_some_and(|t| t.eq_ignore_ascii_case(word));
    Ok(Header {
        format: Format::Dicom { transfer_syntax: transfer_syntax.into() },
        photometric,
        modality,
        voi: voi.unwrap_or_default(),
        presentation_inverse: says(tags::PRESENTATION_LUT_SHAPE, "INVERSE"),
        orientation: orientation.unwrap_or_default(),
        padding: padding.unwrap_or_default(),
        spacing_mm: spacing.unwrap_or_default(),
        aspect: aspect(attributes),
        modality_code: attributes.text(tags::MODALITY),
        view_position: attributes
            .text(tags::VIEW_POSITION)
            .or_else(|| view.clone())
            .or_else(|| lateral(attributes)),
        view_code: view,
        patient_orientation: attributes.text(tags::PATIENT_ORIENTATION),
        body_part: attributes.text(tags::BODY_PART_EXAMINED),
        body_region: region(attributes),
        for_processing: says(tags::PRESENTATION_INTENT_TYPE, "FOR PROCESSING"),
        burned_in_annotation: says(tags::BURNED_IN_ANNOTATION, "YES"),
        sop_instance_uid: attributes.text(tags::SOP_INSTANCE_UID),
        oddities,
    })
}

/// The VOI transformation; nothing if what the header says is none, or if its window lies beside
/// all values and would leave one gray.
fn window(attributes: &Attributes, modality: &ModalityTransform, stored: &[i32]) -> Option<Voi> {
    let voi = voi(attributes).ok()?;
    let Voi::Window { center, width, function } = voi else { return Some(voi) };
    // What is left of a sigmoid so far out is below 1 part in 10,000.
    let reach = if function == WindowFunction::Sigmoid { 2.5 * width } else { 0.5 * width };
    let (low, high) = match modality {
        ModalityTransform::Rescale { slope, intercept } => {
            let ends = [stored.iter().min()?, stored.iter().max()?];
            let [a, b] = ends.map(|v| slope * f64::from(*v) + intercept);
            (a.min(b), a.max(b))
        }
        ModalityTransform::Table(lut) => {
            (f64::from(*lut.entries.iter().min()?), f64::from(*lut.entries.iter().max()?))
        }
    };
    (low < center + reach && high > center - reach).then_some(voi)
}

const SPACINGS: [koniscope_dicom::Tag; 3] =
    [tags::PIXEL_SPACING, tags::IMAGER_PIXEL_SPACING, tags::NOMINAL_SCANNED_PIXEL_SPACING];

/// The first of the three spacings that is one; nothing if none is given.
///
/// # Errors
/// If some are given, and none can be used.
fn spacing_mm(attributes: &Attributes) -> Result<Option<[f64; 2]>, ()> {
    let usable = |tag| match attributes.numbers(tag).ok()?[..] {
        [row, column] if SPACING_MM.contains(&row) && SPACING_MM.contains(&column) => {
            Some([row, column])
        }
        _ => None,
    };
    match SPACINGS.into_iter().find_map(usable) {
        Some(spacing) => Ok(Some(spacing)),
        None if SPACINGS.iter().any(|tag| attributes.text(*tag).is_some()) => Err(()),
        None => Ok(None),
    }
}

/// Height of a pixel over its width (PS3.3 C.7.6.3.1.7).
fn aspect(attributes: &Attributes) -> Option<f64> {
    match attributes.numbers(tags::PIXEL_ASPECT_RATIO).ok()?[..] {
        [height, width] if height > 0.0 && width > 0.0 => Some(height / width),
        _ => None,
    }
}

/// How a picture must be turned so that rows run to the patient's left and columns to the feet
/// (Patient Orientation, PS3.3 C.7.6.1.1.1). Nothing is turned where rows or columns run between
/// front and back: there is no left or right.
///
/// # Errors
/// If it names no two directions.
fn orientation(attributes: &Attributes) -> Result<Orientation, ()> {
    let Some(text) = attributes.text(tags::PATIENT_ORIENTATION) else {
        return Ok(Orientation::Upright);
    };
    let text = text.to_uppercase();
    // Of an oblique direction, as LF, the first letter is the main one.
    let mut main = text.split('\\').map(|direction| direction.trim().chars().next());
    Ok(match (main.next().flatten(), main.next().flatten()) {
        (Some('L'), Some('F')) => Orientation::Upright,
        (Some('R'), Some('F')) => Orientation::MirrorHorizontal,
        (Some('R'), Some('H')) => Orientation::Rotate180,
        (Some('L'), Some('H')) => Orientation::MirrorVertical,
        (Some('F'), Some('L')) => Orientation::Transpose,
        (Some('F'), Some('R')) => Orientation::Rotate90,
        (Some('H'), Some('R')) => Orientation::Transverse,
        (Some('H'), Some('L')) => Orientation::Rotate270,
        (Some('A' | 'P'), Some('F' | 'H')) | (Some('F' | 'H'), Some('A' | 'P')) => {
            Orientation::Upright
        }
        _ => return Err(()),
    })
}

/// The View Position of View Code Sequence; of another code, its meaning.
fn view_code(attributes: &Attributes) -> Option<String> {
    let item = attributes.item(tags::VIEW_CODE_SEQUENCE).ok()??;
    let code = item.text(tags::CODE_VALUE);
    let known = VIEWS.iter().find(|(known, _)| Some(*known) == code.as_deref());
    known.map(|(_, view)| (*view).to_string()).or_else(|| item.text(tags::CODE_MEANING)).or(code)
}

/// LATERAL if rows run from front to back.
fn lateral(attributes: &Attributes) -> Option<String> {
    let rows = attributes.text(tags::PATIENT_ORIENTATION)?.to_uppercase();
    rows.starts_with(['A', 'P']).then(|| "LATERAL".to_string())
}

/// The meaning of Anatomic Region Sequence, else its code.
fn region(attributes: &Attributes) -> Option<String> {
    let item = attributes.item(tags::ANATOMIC_REGION_SEQUENCE).ok()??;
    item.text(tags::CODE_MEANING).or_else(|| item.text(tags::CODE_VALUE))
}

/// Patient's Age (PS3.5 section 6.2: `012Y`, `018M`; a bare number is taken for years), else the
/// time from birth to the study.
fn age_years(attributes: &Attributes) -> Option<f64> {
    let of_text = |text: String| {
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match &text[number.len()..] {
            "Y" | "y" | "" => 1.0,
            "M" | "m" => 12.0,
            "W" | "w" => 52.2,
            "D" | "d" => 365.25,
            _ => return None,
        };
        number.trim().parse::<f64>().ok().map(|n| n / unit)
    };
    // YYYYMMDD; old files put points between.
    let date = |tag| {
        let digits: String = attributes.text(tag)?.chars().filter(char::is_ascii_digit).collect();
        let number = digits.parse::<u32>().ok().filter(|_| digits.len() == 8)?;
        Some(f64::from(number / 10_000) + f64::from(number / 100 % 100) / 12.0)
    };
    let since_birth = || Some(date(tags::STUDY_DATE)? - date(tags::PATIENT_BIRTH_DATE)?);
    attributes.text(tags::PATIENT_AGE).and_then(of_text).or_else(since_birth)
}
