//! What results that are made of an object copy from it.

use dicom_core::{Tag, VR};
use dicom_dictionary_std::{tags, uids};

use crate::{Container, DataSet, elements::Walker, encoding::has_short_length};

/// Elements of the modules Patient, General Study and Patient Study (PS3.3 C.7.1 and C.7.2) that a
/// result of the same study repeats, and what its text is written in.
const COPIED: [Tag; 31] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::STUDY_DATE,
    tags::STUDY_TIME,
    tags::ACCESSION_NUMBER,
    tags::REFERRING_PHYSICIAN_NAME,
    tags::TIMEZONE_OFFSET_FROM_UTC,
    tags::STUDY_DESCRIPTION,
    tags::PHYSICIANS_OF_RECORD,
    tags::NAME_OF_PHYSICIANS_READING_STUDY,
    tags::ADMITTING_DIAGNOSES_DESCRIPTION,
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::ISSUER_OF_PATIENT_ID,
    tags::TYPE_OF_PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_BIRTH_TIME,
    tags::PATIENT_SEX,
    tags::OTHER_PATIENT_NAMES,
    tags::PATIENT_AGE,
    tags::PATIENT_SIZE,
    tags::PATIENT_WEIGHT,
    tags::MEDICAL_ALERTS,
    tags::ALLERGIES,
    tags::OCCUPATION,
    tags::SMOKING_STATUS,
    tags::ADDITIONAL_PATIENT_HISTORY,
    tags::PATIENT_COMMENTS,
    tags::PATIENT_IDENTITY_REMOVED,
    tags::DEIDENTIFICATION_METHOD,
    tags::STUDY_INSTANCE_UID,
    tags::STUDY_ID,
];

/// Elements that a result refers to, and that are its own in the result.
const TOLD: [Tag; 9] = [
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
    tags::FRAME_OF_REFERENCE_UID,
    tags::CONTENT_DATE,
    tags::CONTENT_TIME,
    tags::LOSSY_IMAGE_COMPRESSION,
    tags::LOSSY_IMAGE_COMPRESSION_RATIO,
    tags::LOSSY_IMAGE_COMPRESSION_METHOD,
];

/// Longest value that is copied: the longest of even length that a length of 16 bits can tell. What is longer is
/// no attribute of a patient.
const MAX_BYTES: usize = 65_534;

/// Whose object it is, and of which study: for DICOM results of it, and for nothing else. It holds a
/// patient's name, so it can be neither printed nor written as JSON:
///
/// ```compile_fail
/// fn printed<T: std::fmt::Debug>() {}
/// printed::<koniscope_dicom::Source>();
/// ```
#[derive(Clone)]
pub struct Source {
    copied: DataSet,
    told: DataSet,
    /// Method and ratio of the compression that its transfer syntax is, where that may lose.
    compressed: Option<(&'static str, f64)>,
}

impl Source {
    /// Of an object. An element that is damaged is left out: results say less, and the object is read.
    pub fn of(container: &Container) -> Self {
        let (mut copied, mut told, mut compressed) = (DataSet::new(), DataSet::new(), None);
        let mut bits = 1.0; // of the pixels, uncompressed
        let mut walker = Walker::new(&container.data_set, container.encoding);
        while let Ok(Some(element)) = walker.next() {
            let (tag, vr, value) = (element.tag, element.kind(), element.value);
            if tag == tags::PIXEL_DATA {
                let ratio = bits / 8.0 / value.len().max(1) as f64;
                compressed = method(container.transfer_syntax()).map(|method| (method, ratio));
                break;
            }
            if [tags::ROWS, tags::COLUMNS, tags::BITS_ALLOCATED].contains(&tag) {
                bits *= element.numbers().first().copied().flatten().unwrap_or(0.0);
            }
            let is_text = has_short_length(vr) && !matches!(vr, VR::AT | VR::FD | VR::FL)
                || matches!(vr, VR::UC | VR::UR | VR::UT);
            if element.delimited || !is_text || value.len() > MAX_BYTES {
                continue;
            }
            if COPIED.contains(&tag) {
                copied = copied.bytes(tag, vr, value);
            } else if TOLD.contains(&tag) {
                told = told.bytes(tag, vr, value);
            }
        }
        Self { copied, told, compressed }
    }

    /// The elements that a result repeats, each with the bytes that the source has: text in the
    /// source's Specific Character Set, which is one of them where the source has it, be it the right
    /// one or not.
    pub fn elements(&self) -> &DataSet {
        &self.copied
    }

    /// SOP Class UID.
    pub fn sop_class_uid(&self) -> Option<String> {
        ascii(&self.told, tags::SOP_CLASS_UID)
    }

    /// SOP Instance UID.
    pub fn sop_instance_uid(&self) -> Option<String> {
        ascii(&self.told, tags::SOP_INSTANCE_UID)
    }

    /// Study Instance UID.
    pub fn study_instance_uid(&self) -> Option<String> {
        ascii(&self.copied, tags::STUDY_INSTANCE_UID)
    }

    /// Series Instance UID.
    pub fn series_instance_uid(&self) -> Option<String> {
        ascii(&self.told, tags::SERIES_INSTANCE_UID)
    }

    /// Frame of Reference UID, which most radiographs have none of.
    pub fn frame_of_reference_uid(&self) -> Option<String> {
        ascii(&self.told, tags::FRAME_OF_REFERENCE_UID)
    }

    /// Elements that tell of a lossy compression which the pixels went through, by the header or the transfer
    /// syntax; none where they went through none (PS3.3 C.7.6.1.1.5).
    pub(crate) fn lossy(&self) -> DataSet {
        let is_lossy = match ascii(&self.told, tags::LOSSY_IMAGE_COMPRESSION).as_deref() {
            Some("00") => false,
            Some("01") => true,
            _ => self.compressed.is_some(),
        };
        if !is_lossy {
            return DataSet::new();
        }
        let mut lossy = DataSet::new().text(tags::LOSSY_IMAGE_COMPRESSION, "01");
        let (method, ratio) = self.compressed.unzip();
        let ratio = ratio.filter(|ratio| *ratio > 1.0).map(|ratio| format!("{ratio:.2}"));
        for (tag, of_syntax) in [
            (tags::LOSSY_IMAGE_COMPRESSION_METHOD, method.map(str::to_owned)),
            (tags::LOSSY_IMAGE_COMPRESSION_RATIO, ratio),
        ] {
            if let Some(text) = ascii(&self.told, tag).or(of_syntax) {
                lossy = lossy.text(tag, &text);
            }
        }
        lossy
    }

    /// Date of the content, else of the study, as `YYYYMMDD`.
    pub fn date(&self) -> Option<String> {
        let study = || ascii(&self.copied, tags::STUDY_DATE);
        let is_date = |text: &String| text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
        ascii(&self.told, tags::CONTENT_DATE).filter(is_date).or_else(|| study().filter(is_date))
    }

    /// Time of the content, else of the study, as `HHMMSS.FFFFFF` or less of it.
    pub fn time(&self) -> Option<String> {
        let study = || ascii(&self.copied, tags::STUDY_TIME);
        let is_time = |text: &String| {
            (2..=13).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        };
        ascii(&self.told, tags::CONTENT_TIME).filter(is_time).or_else(|| study().filter(is_time))
    }
}

/// The method (PS3.3 C.7.6.1.1.5.1) of a transfer syntax that may lose.
fn method(transfer_syntax: &str) -> Option<&'static str> {
    match transfer_syntax {
        uids::JPEG_BASELINE8_BIT | uids::JPEG_EXTENDED12_BIT => Some("ISO_10918_1"),
        uids::JPEGLS_NEAR_LOSSLESS => Some("ISO_14495_1"),
        uids::JPEG2000 => Some("ISO_15444_1"),
        _ => None,
    }
}

/// A value without its padding; nothing if it is empty.
fn ascii(set: &DataSet, tag: Tag) -> Option<String> {
    let text = set.get(tag)?.iter().map(|byte| char::from(*byte)).collect::<String>();
    let text = text.trim_matches(['\0', ' ']);
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use dicom_encoding::transfer_syntax::TransferSyntaxIndex;
    use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

    use super::*;
    use crate::{Limits, write};

    const LIMITS: Limits = Limits { pixels: 100, inflated_bytes: 100 };

    #[test]
    fn patient_and_study_are_there_and_pixels_are_not() {
        let texts = [
            (tags::PATIENT_NAME, VR::PN, "Zhang^San"),
            (tags::STUDY_ID, VR::SH, "7"),
            (tags::STUDY_DATE, VR::DA, "20210102"),
            (tags::CONTENT_DATE, VR::DA, "2021"),
            (tags::CONTENT_TIME, VR::TM, "1201"),
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
        let source = Source::of(&Container::open(&bytes, &LIMITS).unwrap());
        assert_eq!(source.sop_instance_uid().as_deref(), Some("2.25.1"));
        assert_eq!(source.series_instance_uid().as_deref(), Some("2.25.2"));
        assert_eq!(source.study_instance_uid().as_deref(), Some("2.25.3"));
        assert_eq!(source.frame_of_reference_uid(), None);
        assert_eq!(
            (source.date().as_deref(), source.time().as_deref()),
            (Some("20210102"), Some("1201"))
        );
        let copied = source.elements();
        assert_eq!(copied.get(tags::PATIENT_NAME), Some(&b"Zhang^San "[..]));
        assert_eq!(copied.get(tags::STUDY_ID), Some(&b"7 "[..]));
        assert_eq!(copied.get(tags::SPECIFIC_CHARACTER_SET), Some(&b"ISO_IR 192"[..]));
        for not in [tags::BODY_PART_EXAMINED, tags::PIXEL_DATA, tags::SERIES_INSTANCE_UID] {
            assert!(!copied.has(not), "{not}");
        }
    }

    #[test]
    fn a_lossy_compression_is_told_by_header_or_transfer_syntax() {
        let lossy = |told: Option<&str>, syntax: &str| {
            let mut object = DataSet::new()
                .text(tags::SOP_CLASS_UID, "1.2")
                .text(tags::SOP_INSTANCE_UID, "2.25.1")
                .shorts(tags::ROWS, &[10])
                .shorts(tags::COLUMNS, &[8])
                .shorts(tags::BITS_ALLOCATED, &[16])
                .bytes(tags::PIXEL_DATA, VR::OB, &[7; 20]);
            if let Some(told) = told {
                object = object.text(tags::LOSSY_IMAGE_COMPRESSION, told);
                object = object.text(tags::LOSSY_IMAGE_COMPRESSION_RATIO, "30\\2");
            }
            let (file, _) = object.file().unwrap();
            let mut container = Container::open(&file, &LIMITS).unwrap();
            container.syntax = TransferSyntaxRegistry.get(syntax).unwrap();
            let lossy = Source::of(&container).lossy();
            let text = |tag| ascii(&lossy, tag);
            [
                text(tags::LOSSY_IMAGE_COMPRESSION),
                text(tags::LOSSY_IMAGE_COMPRESSION_METHOD),
                text(tags::LOSSY_IMAGE_COMPRESSION_RATIO),
            ]
        };
        let some = |texts: [&str; 3]| texts.map(|text| Some(text.to_owned()));
        let plain = uids::EXPLICIT_VR_LITTLE_ENDIAN;
        assert_eq!(lossy(None, plain), [None, None, None]);
        assert_eq!(lossy(Some("00"), uids::JPEG2000), [None, None, None]);
        let [is_lossy, method, ratio] = lossy(Some("01"), plain);
        assert_eq!(
            (is_lossy.as_deref(), method, ratio.as_deref()),
            (Some("01"), None, Some("30\\2"))
        );
        let baseline = uids::JPEG_BASELINE8_BIT;
        assert_eq!(lossy(None, baseline), some(["01", "ISO_10918_1", "8.00"]));
        assert_eq!(lossy(Some("01"), baseline), some(["01", "ISO_10918_1", "30\\2"]));
    }

    #[test]
    fn a_text_of_odd_length_stays_writable_when_it_is_padded() {
        for (bytes, is_copied) in [(65_534, true), (65_535, false)] {
            let mut file = DataSet::new()
                .text(tags::SOP_CLASS_UID, "1.2")
                .text(tags::SOP_INSTANCE_UID, "2.25.1")
                .file()
                .unwrap()
                .0;
            file.extend(b"\x10\0\0\x40LT");
            file.extend((bytes as u16).to_le_bytes());
            file.extend(vec![b'a'; bytes]);
            let source = Source::of(&Container::open(&file, &LIMITS).unwrap());
            assert_eq!(source.elements().has(tags::PATIENT_COMMENTS), is_copied, "{bytes}");
            assert!(source.elements().encode().is_ok());
        }
    }

    /// Names as PS3.5 annexes H, I, J and K have them, and one that is labelled wrongly, as many
    /// hospitals do.
    #[test]
    fn text_keeps_its_bytes_in_every_character_set() {
        let cases: [(&[u8], &[u8]); 5] = [
            (b"GB18030", b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab="),
            (b"ISO_IR 100", b"\xcd\xf5^\xd0\xa1\xb6\xab"),
            (b"\\ISO 2022 IR 58", b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab= "),
            (b"\\ISO 2022 IR 149", b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7="),
            (b"\\ISO 2022 IR 87", b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"),
        ];
        for (charset, name) in cases {
            let object = DataSet::new()
                .bytes(tags::SPECIFIC_CHARACTER_SET, VR::CS, charset)
                .text(tags::SOP_CLASS_UID, "1.2")
                .text(tags::SOP_INSTANCE_UID, "2.25.1")
                .bytes(tags::PATIENT_NAME, VR::PN, name);
            let (file, _) = object.file().unwrap();
            let source = Source::of(&Container::open(&file, &LIMITS).unwrap());
            let (again, begins) = object.clone().and(source.elements().clone()).file().unwrap();
            let found = |bytes: &[u8]| again[begins..].windows(bytes.len()).any(|w| w == bytes);
            assert!(found(charset) && found(name), "{charset:?}");
            assert_eq!(again, file);
        }
    }
}
