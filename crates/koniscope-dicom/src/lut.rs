//! Modality and VOI transformations, out of their attributes.

use dicom_core::VR;
use dicom_dictionary_std::tags;

use crate::{Error, attributes::Attributes, error::bad};

/// A lookup table (PS3.3 C.11.1.1, C.11.2.1.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Lut {
    /// Input value that maps to the first entry; below it the first entry holds.
    pub first: i32,
    /// Entries; beyond the last the last holds.
    pub entries: Vec<u16>,
}

/// Modality LUT module.
#[derive(Clone, Debug, PartialEq)]
pub enum ModalityTransform {
    /// `slope * stored + intercept`.
    Rescale {
        /// Rescale Slope.
        slope: f64,
        /// Rescale Intercept.
        intercept: f64,
    },
    /// Modality LUT Sequence.
    Table(Lut),
}

impl Default for ModalityTransform {
    fn default() -> Self {
        Self::Rescale { slope: 1.0, intercept: 0.0 }
    }
}

/// VOI LUT module.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Voi {
    /// None given.
    #[default]
    None,
    /// Window Center, Window Width and VOI LUT Function.
    Window {
        /// Window Center.
        center: f64,
        /// Window Width.
        width: f64,
        /// VOI LUT Function.
        function: WindowFunction,
    },
    /// VOI LUT Sequence.
    Table(Lut),
}

/// VOI LUT Function (PS3.3 C.11.2.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindowFunction {
    /// LINEAR.
    #[default]
    Linear,
    /// LINEAR_EXACT.
    LinearExact,
    /// SIGMOID.
    Sigmoid,
}

/// Modality LUT Sequence, else Rescale Slope and Intercept (PS3.3 C.11.1).
///
/// # Errors
/// [`Error::BadHeader`], [`Error::Damaged`].
pub fn modality(attributes: &Attributes) -> Result<ModalityTransform, Error> {
    if let Some(item) = attributes.item(tags::MODALITY_LUT_SEQUENCE)? {
        return Ok(ModalityTransform::Table(table("Modality LUT", &item, attributes)?));
    }
    Ok(ModalityTransform::Rescale {
        slope: attributes.number(tags::RESCALE_SLOPE)?.unwrap_or(1.0),
        intercept: attributes.number(tags::RESCALE_INTERCEPT)?.unwrap_or(0.0),
    })
}

/// The first table of the VOI LUT Sequence, else the first window (PS3.3 C.11.2).
///
/// # Errors
/// [`Error::BadHeader`] if it is there and defines no transformation, [`Error::Damaged`].
pub fn voi(attributes: &Attributes) -> Result<Voi, Error> {
    if let Some(item) = attributes.item(tags::VOILUT_SEQUENCE)? {
        return Ok(Voi::Table(table("VOI LUT", &item, attributes)?));
    }
    let center = attributes.number(tags::WINDOW_CENTER)?;
    let width = attributes.number(tags::WINDOW_WIDTH)?;
    let (center, width) = match (center, width) {
        (None, None) => return Ok(Voi::None),
        (Some(center), Some(width)) => (center, width),
        (Some(center), None) => return bad(format!("Window Center {center} without a Width")),
        (None, Some(width)) => return bad(format!("Window Width {width} without a Center")),
    };
    let function = attributes.text(tags::VOILUT_FUNCTION).map(|text| text.to_uppercase());
    let function = match function.as_deref() {
        None | Some("LINEAR") => WindowFunction::Linear,
        Some("LINEAR_EXACT") => WindowFunction::LinearExact,
        Some("SIGMOID") => WindowFunction::Sigmoid,
        Some(other) => {
            return bad(format!(
                "VOI LUT Function is {other:?}; LINEAR, LINEAR_EXACT or SIGMOID was expected"
            ));
        }
    };
    // C.11.2.1.2.1: at least 1 for LINEAR; C.11.2.1.3: greater than 0 for the others.
    let wide = match function {
        WindowFunction::Linear => width >= 1.0,
        WindowFunction::LinearExact | WindowFunction::Sigmoid => width > 0.0,
    };
    if wide && width.is_finite() && center.is_finite() {
        return Ok(Voi::Window { center, width, function });
    }
    bad(format!("Window Center {center} and Width {width} define no window"))
}

/// LUT Descriptor and LUT Data (PS3.3 C.11.1.1.1).
fn table(name: &str, item: &Attributes, image: &Attributes) -> Result<Lut, Error> {
    let missing = |what| bad(format!("the {name} Sequence has no {what}"));
    let Some(descriptor) = item.lut_value(tags::LUT_DESCRIPTOR) else {
        return missing("LUT Descriptor (0028,3002)");
    };
    let &[entries, first, bits] = descriptor.words.as_slice() else {
        return bad(format!(
            "the {name} Descriptor has {} values; 3 were expected",
            descriptor.words.len()
        ));
    };
    // 65,536 does not fit the field and is written as 0.
    let entries = if entries == 0 { 1 << 16 } else { usize::from(entries) };
    // The first input is signed if written so; where the VR is not written, if pixels are.
    let signed = match descriptor.vr {
        Some(vr) => vr == VR::SS,
        None => image.count(tags::PIXEL_REPRESENTATION)? == Some(1),
    };
    let first = if signed { i32::from(first.cast_signed()) } else { i32::from(first) };
    let Some(data) = item.lut_value(tags::LUT_DATA) else {
        return missing("LUT Data (0028,3006)");
    };
    let words = &data.words;
    let entries = if words.len() >= entries {
        words[..entries].to_vec()
    } else if bits <= 8 && words.len() == entries.div_ceil(2) {
        // Two entries in a word, the first below.
        words.iter().flat_map(|w| [w & 0xFF, w >> 8]).take(entries).collect()
    } else {
        return bad(format!(
            "the {name} declares {entries} entries of {bits} bits, but has {} words of data",
            words.len()
        ));
    };
    Ok(Lut { first, entries })
}
