//! DICOM objects in memory: Digital X-Ray for presentation, Explicit VR Little Endian.

use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

use crate::Error;

/// What a DICOM file says of a radiograph.
#[derive(Clone, Debug, PartialEq)]
pub struct Radiograph<'a> {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bits that hold a value, 1 to 16.
    pub bits: u32,
    /// Distance of pixels in mm, `[between rows, between columns]`.
    pub spacing_mm: [f64; 2],
    /// Lowest value is white.
    pub monochrome1: bool,
    /// Three numbers that make the UIDs of instance, series and study.
    pub uids: [u128; 3],
    /// Text elements besides, or in place of the usual ones; values separated by `\`.
    pub texts: &'a [(Tag, VR, &'a str)],
}

/// A DICOM file of `values` from 0 to `2^bits - 1`, air lowest, row-major `[height, width]`; they
/// are turned where MONOCHROME1 is asked for. A frontal film of the chest, as seen from in front.
///
/// # Errors
/// [`Error::Unwritable`] if it does not fit a DICOM file.
pub fn radiograph(values: &[u16], film: &Radiograph) -> Result<Vec<u8>, Error> {
    let fail = |detail: String| Error::Unwritable { detail };
    let (Ok(columns), Ok(rows)) = (u16::try_from(film.width), u16::try_from(film.height)) else {
        return Err(fail("more than 65,535 pixels a side".into()));
    };
    if values.is_empty() || values.len() != film.width * film.height {
        return Err(fail(format!("{columns} x {rows} pixels were expected")));
    }
    let top = ((1u32 << film.bits.clamp(1, 16)) - 1) as u16;
    let stored = values.iter().map(|v| if film.monochrome1 { top - v.min(&top) } else { *v });
    let [instance, series, study] = film.uids.map(|uid| format!("2.25.{uid}"));
    let [row_mm, column_mm] = film.spacing_mm.map(decimal);
    let spacing = format!("{row_mm}\\{column_mm}");
    let (photometric, shape) =
        if film.monochrome1 { ("MONOCHROME1", "INVERSE") } else { ("MONOCHROME2", "IDENTITY") };
    let class = uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION;
    let texts: [(Tag, VR, &str); 26] = [
        (tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
        (tags::IMAGE_TYPE, VR::CS, "DERIVED\\PRIMARY"),
        (tags::SOP_CLASS_UID, VR::UI, class),
        (tags::SOP_INSTANCE_UID, VR::UI, &instance),
        (tags::STUDY_DATE, VR::DA, ""),
        (tags::STUDY_TIME, VR::TM, ""),
        (tags::ACCESSION_NUMBER, VR::SH, ""),
        (tags::MODALITY, VR::CS, "DX"),
        (tags::PRESENTATION_INTENT_TYPE, VR::CS, "FOR PRESENTATION"),
        (tags::REFERRING_PHYSICIAN_NAME, VR::PN, ""),
        (tags::PATIENT_BIRTH_DATE, VR::DA, ""),
        (tags::PATIENT_SEX, VR::CS, ""),
        (tags::BODY_PART_EXAMINED, VR::CS, "CHEST"),
        (tags::IMAGER_PIXEL_SPACING, VR::DS, &spacing),
        (tags::VIEW_POSITION, VR::CS, "PA"),
        (tags::STUDY_INSTANCE_UID, VR::UI, &study),
        (tags::SERIES_INSTANCE_UID, VR::UI, &series),
        (tags::STUDY_ID, VR::SH, ""),
        (tags::SERIES_NUMBER, VR::IS, "1"),
        (tags::INSTANCE_NUMBER, VR::IS, "1"),
        (tags::PATIENT_ORIENTATION, VR::CS, "L\\F"),
        (tags::PHOTOMETRIC_INTERPRETATION, VR::CS, photometric),
        (tags::PIXEL_SPACING, VR::DS, &spacing),
        (tags::BURNED_IN_ANNOTATION, VR::CS, "NO"),
        (tags::PIXEL_INTENSITY_RELATIONSHIP, VR::CS, "LOG"),
        (tags::PRESENTATION_LUT_SHAPE, VR::CS, shape),
    ];
    let shorts: [(Tag, u16); 7] = [
        (tags::SAMPLES_PER_PIXEL, 1),
        (tags::ROWS, rows),
        (tags::COLUMNS, columns),
        (tags::BITS_ALLOCATED, 16),
        (tags::BITS_STORED, film.bits.clamp(1, 16) as u16),
        (tags::HIGH_BIT, film.bits.clamp(1, 16) as u16 - 1),
        (tags::PIXEL_REPRESENTATION, 0),
    ];
    let mut object = InMemDicomObject::new_empty();
    for (tag, vr, text) in texts.iter().chain(film.texts) {
        let value = match *text {
            "" => PrimitiveValue::Empty,
            text => PrimitiveValue::Strs(text.split('\\').map(str::to_owned).collect()),
        };
        object.put(DataElement::new(*tag, *vr, value));
    }
    for (tag, value) in shorts {
        object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
    }
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(stored.collect())));
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .media_storage_sop_class_uid(class)
        .media_storage_sop_instance_uid(&instance);
    let file = object.with_meta(meta).map_err(|e| fail(e.to_string()))?;
    let mut bytes = Vec::with_capacity(2 * values.len() + 4096);
    file.write_all(&mut bytes).map_err(|e| fail(e.to_string()))?;
    Ok(bytes)
}

/// At most the 16 bytes of a Decimal String.
pub(crate) fn decimal(value: f64) -> String {
    format!("{value:.8}").trim_end_matches('0').trim_end_matches('.').to_owned()
}
