//! What results that are made of an object copy from it.

use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_encoding::text::SpecificCharacterSet;
use dicom_object::{InMemDicomObject, mem::InMemElement};

use crate::{Container, attributes::charset_of, elements::Walker};

/// Elements of the modules General Image, Frame of Reference, Patient, General Study and Patient Study
/// (PS3.3 C.7.1 to C.7.6) that a result of the same study repeats.
const COPIED: [Tag; 26] = [
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::STUDY_DATE,
    tags::STUDY_TIME,
    tags::ACCESSION_NUMBER,
    tags::REFERRING_PHYSICIAN_NAME,
    tags::TIMEZONE_OFFSET_FROM_UTC,
    tags::STUDY_DESCRIPTION,
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::ISSUER_OF_PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_BIRTH_TIME,
    tags::PATIENT_SEX,
    tags::OTHER_PATIENT_NAMES,
    tags::PATIENT_AGE,
    tags::PATIENT_SIZE,
    tags::PATIENT_WEIGHT,
    tags::PATIENT_COMMENTS,
    tags::PATIENT_IDENTITY_REMOVED,
    tags::DEIDENTIFICATION_METHOD,
    tags::STUDY_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
    tags::STUDY_ID,
    tags::FRAME_OF_REFERENCE_UID,
    tags::POSITION_REFERENCE_INDICATOR,
];

/// Whose object it is, and of which study: for DICOM results of it, and for nothing else. It holds a
/// patient's name, so it can be neither printed nor written as JSON:
///
/// ```compile_fail
/// fn printed<T: std::fmt::Debug>() {}
/// printed::<koniscope_dicom::Source>();
/// ```
#[derive(Clone)]
pub struct Source {
    object: InMemDicomObject,
}

impl Source {
    /// Of an object. An element that is damaged is left out: results say less, and the object is read.
    pub fn of(container: &Container) -> Self {
        let mut object = InMemDicomObject::new_empty();
        let mut walker = Walker::new(&container.data_set, container.encoding);
        let mut charset = SpecificCharacterSet::default();
        while let Ok(Some(element)) = walker.next() {
            match element.tag {
                tags::PIXEL_DATA => break,
                tags::SPECIFIC_CHARACTER_SET => charset = charset_of(&element),
                tag if COPIED.contains(&tag) && !element.delimited => {
                    let (vr, text) = (element.kind(), element.text(&charset));
                    let value = match vr {
                        _ if text.is_empty() => PrimitiveValue::Empty,
                        VR::LT | VR::ST | VR::UT => PrimitiveValue::Str(text),
                        _ => PrimitiveValue::Strs(text.split('\\').map(str::to_owned).collect()),
                    };
                    object.put(DataElement::new(tag, vr, value));
                }
                _ => {}
            }
        }
        object.put(DataElement::new(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"));
        Self { object }
    }

    /// The elements, their text in Unicode, which Specific Character Set (one of them) says.
    pub fn elements(&self) -> impl Iterator<Item = &InMemElement> {
        self.object.iter()
    }

    /// SOP Class UID.
    pub fn sop_class_uid(&self) -> Option<String> {
        self.uid(tags::SOP_CLASS_UID)
    }

    /// SOP Instance UID.
    pub fn sop_instance_uid(&self) -> Option<String> {
        self.uid(tags::SOP_INSTANCE_UID)
    }

    /// Study Instance UID.
    pub fn study_instance_uid(&self) -> Option<String> {
        self.uid(tags::STUDY_INSTANCE_UID)
    }

    /// Series Instance UID.
    pub fn series_instance_uid(&self) -> Option<String> {
        self.uid(tags::SERIES_INSTANCE_UID)
    }

    /// Frame of Reference UID, which most radiographs have none of.
    pub fn frame_of_reference_uid(&self) -> Option<String> {
        self.uid(tags::FRAME_OF_REFERENCE_UID)
    }

    fn uid(&self, tag: Tag) -> Option<String> {
        let value = self.object.get(tag)?.to_str().ok()?;
        let text = value.trim_matches(['\0', ' ']);
        (!text.is_empty()).then(|| text.to_owned())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use dicom_core::VR;

    use super::*;
    use crate::{Limits, write};

    #[test]
    fn patient_and_study_are_there_and_pixels_are_not() {
        let texts = [
            (tags::PATIENT_NAME, VR::PN, "Zhang^San"),
            (tags::STUDY_ID, VR::SH, "7"),
            (tags::BODY_PART_EXAMINED, VR::CS, "CHEST"),
        ];
        let film = write::Radiograph {
            width: 2,
            height: 2,
            bits: 12,
            spacing_mm: [0.2; 2],
            monochrome1: false,
            uids: [1, 2, 3],
            texts: &texts,
        };
        let bytes = write::radiograph(&[0, 1, 2, 3], &film).unwrap();
        let limits = Limits { pixels: 100, inflated_bytes: 100 };
        let source = Source::of(&Container::open(&bytes, &limits).unwrap());
        assert_eq!(source.sop_instance_uid().as_deref(), Some("2.25.1"));
        assert_eq!(source.series_instance_uid().as_deref(), Some("2.25.2"));
        assert_eq!(source.study_instance_uid().as_deref(), Some("2.25.3"));
        assert_eq!(source.frame_of_reference_uid(), None);
        let of = |tag| source.elements().find(|element| element.header().tag == tag);
        let text = |tag| of(tag).map(|element| element.to_str().unwrap().into_owned());
        assert_eq!(text(tags::PATIENT_NAME).as_deref(), Some("Zhang^San"));
        assert_eq!(text(tags::STUDY_ID).as_deref(), Some("7"));
        assert!(text(tags::SPECIFIC_CHARACTER_SET).is_some());
        assert!(of(tags::BODY_PART_EXAMINED).is_none() && of(tags::PIXEL_DATA).is_none());
    }
}
