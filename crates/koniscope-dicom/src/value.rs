//! Values of elements, by what an element is and not only by what it calls itself.

use dicom_core::{
    Tag, VR,
    dictionary::{DataDictionary, DataDictionaryEntry},
};
use dicom_dictionary_std::StandardDataDictionary;
use dicom_encoding::text::{SpecificCharacterSet, TextCodec};

use crate::elements::Element;

/// Bytes of a value that are read as text or numbers; no attribute of an image has more.
const MAX_BYTES: usize = 1 << 16;

impl<'a> Element<'a> {
    /// The type of the value: the VR that is written, unless it says nothing (none, UN, or bytes
    /// and words), then that of the dictionary.
    pub(crate) fn kind(&self) -> VR {
        match self.vr {
            Some(vr) if !matches!(vr, VR::UN | VR::OB | VR::OW) => vr,
            other => dictionary(self.tag).or(other).unwrap_or(VR::UN),
        }
    }

    /// Whether it is a sequence.
    pub(crate) fn is_sequence(&self) -> bool {
        self.kind() == VR::SQ
    }

    /// The value as text, trimmed; empty where there is none.
    pub(crate) fn text(&self, charset: &SpecificCharacterSet) -> String {
        let bytes = self.short();
        let text = match charset.decode(bytes) {
            Ok(text) if *charset != SpecificCharacterSet::default() => text,
            _ => String::from_utf8(bytes.to_vec())
                .unwrap_or_else(|_| bytes.iter().map(|b| char::from(*b)).collect()),
        };
        text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_string()
    }

    /// The values as numbers, nothing in place of one that is none; no values where it is empty.
    pub(crate) fn numbers(&self) -> Vec<Option<f64>> {
        let (bytes, encoding) = (self.short(), self.encoding);
        let words = || bytes.as_chunks::<2>().0.iter().map(|b| encoding.u16(*b));
        let longs = || bytes.as_chunks::<4>().0.iter().map(|b| encoding.u32(*b));
        let wides = || bytes.as_chunks::<8>().0.iter().map(|b| encoding.u64(*b));
        match self.kind() {
            VR::US | VR::OW => words().map(|v| Some(v.into())).collect(),
            VR::SS => words().map(|v| Some(v.cast_signed().into())).collect(),
            VR::UL | VR::OL => longs().map(|v| Some(v.into())).collect(),
            VR::SL => longs().map(|v| Some(v.cast_signed().into())).collect(),
            VR::FL | VR::OF => longs().map(|v| Some(f32::from_bits(v).into())).collect(),
            VR::FD | VR::OD => wides().map(|v| Some(f64::from_bits(v))).collect(),
            VR::UV | VR::OV => wides().map(|v| Some(v as f64)).collect(),
            VR::SV => wides().map(|v| Some(v.cast_signed() as f64)).collect(),
            _ => match self.text(&SpecificCharacterSet::default()) {
                text if text.is_empty() => Vec::new(),
                text => text.split('\\').map(number).collect(),
            },
        }
    }

    /// Whether a number is written with a comma in place of the point.
    pub(crate) fn has_decimal_comma(&self) -> bool {
        let text = || self.text(&SpecificCharacterSet::default());
        matches!(self.kind(), VR::DS | VR::IS | VR::ST | VR::LT | VR::UT | VR::LO | VR::SH)
            && text().split('\\').any(|part| part.contains(',') && number(part).is_some())
    }

    /// The value as words of 16 bits.
    pub(crate) fn words(&self) -> Vec<u16> {
        self.value.as_chunks::<2>().0.iter().map(|word| self.encoding.u16(*word)).collect()
    }

    fn short(&self) -> &'a [u8] {
        &self.value[..self.value.len().min(MAX_BYTES)]
    }
}

/// The VR of the standard's dictionary; of those that depend on the pixels, the unsigned one.
fn dictionary(tag: Tag) -> Option<VR> {
    StandardDataDictionary.by_tag(tag).map(|entry| entry.vr().relaxed())
}

/// A Decimal or Integer String (PS3.5 section 6.2). A comma is read as the point that it stands for
/// where people write so.
fn number(text: &str) -> Option<f64> {
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).replacen(',', ".", 1);
    // Rust reads words besides, as `inf`.
    let is_number = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    text.parse().ok().filter(|_| text.chars().all(is_number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::Encoding;
    use dicom_dictionary_std::tags;

    fn element(tag: Tag, vr: Option<VR>, value: &[u8]) -> Element<'_> {
        Element { tag, vr, value, delimited: false, encoding: Encoding::EXPLICIT_LITTLE }
    }

    #[test]
    fn a_value_is_read_by_what_it_is() {
        type Case = (Tag, Option<VR>, &'static [u8], &'static [Option<f64>]);
        let cases: [Case; 13] = [
            (tags::ROWS, Some(VR::US), &[0, 2], &[Some(512.0)]),
            (tags::ROWS, Some(VR::UN), &[0, 2], &[Some(512.0)]),
            (tags::ROWS, None, &[0, 2], &[Some(512.0)]),
            (tags::ROWS, Some(VR::IS), b"512 ", &[Some(512.0)]),
            (tags::PIXEL_PADDING_VALUE, Some(VR::SS), &[0xff, 0xff], &[Some(-1.0)]),
            (tags::WINDOW_CENTER, Some(VR::UN), b"2048", &[Some(2048.0)]),
            (tags::WINDOW_CENTER, Some(VR::FL), &[0, 0, 0, 0x45], &[Some(2048.0)]),
            (tags::WINDOW_CENTER, Some(VR::DS), b" \0", &[]),
            (tags::WINDOW_CENTER, Some(VR::DS), b"one\\2", &[None, Some(2.0)]),
            (tags::WINDOW_CENTER, Some(VR::DS), b"nan\\inf\\1e3", &[None, None, Some(1000.0)]),
            (tags::PIXEL_SPACING, Some(VR::UT), b"0.7\\0.7", &[Some(0.7), Some(0.7)]),
            (tags::PIXEL_SPACING, Some(VR::DS), b"0,7\\1,2,3", &[Some(0.7), None]),
            (tags::PIXEL_SPACING, Some(VR::OB), b"0.7\\", &[Some(0.7), None]),
        ];
        for (tag, vr, value, expected) in cases {
            let found = element(tag, vr, value).numbers();
            assert_eq!(found, expected, "{tag} {vr:?} {value:?}");
        }
        assert!(element(tags::PIXEL_SPACING, Some(VR::UN), b"0,7\\0,7").has_decimal_comma());
        assert!(!element(tags::PIXEL_SPACING, Some(VR::UN), b"0.7\\0.7").has_decimal_comma());
    }

    #[test]
    fn text_is_decoded_and_trimmed() {
        let body_part = |value| element(tags::BODY_PART_EXAMINED, Some(VR::CS), value);
        let cases: [(&str, &[u8], &str); 5] = [
            ("ISO_IR 6", b" CHEST\0", "CHEST"),
            ("ISO_IR 6", "胸部".as_bytes(), "胸部"),
            ("ISO_IR 6", b"T\xd3RAX ", "TÓRAX"),
            ("ISO_IR 144", b"\xb3\xe0\xe3\xd4\xec", "Грудь"),
            ("GB18030", b"\xd0\xd8\xb2\xbf", "胸部"),
        ];
        for (charset, value, expected) in cases {
            let charset = SpecificCharacterSet::from_code(charset).unwrap_or_default();
            assert_eq!(body_part(value).text(&charset), expected);
        }
    }
}
