//! Data sets to be written: elements in order, as Explicit VR Little Endian.
//!
//! Values are kept as the bytes that are written, so that text copied from another object keeps its
//! own. What is written follows from what was put in, byte by byte.

use std::collections::BTreeMap;

use dicom_core::{
    Tag, VR,
    dictionary::{DataDictionary, DataDictionaryEntry},
};
use dicom_dictionary_std::{StandardDataDictionary, tags, uids};

use crate::{Error, elements::ITEM, encoding::has_short_length};

/// Who wrote a file: a UUID made once, as a UID (PS3.5 annex B.2).
const IMPLEMENTATION_CLASS_UID: &str = "2.25.182306065197631800330491399596143513144";

const IMPLEMENTATION_VERSION: &str = "KONISCOPE";

/// Elements by tag; one that is put again replaces the one before.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DataSet(BTreeMap<Tag, Value>);

#[derive(Clone, PartialEq, Eq)]
enum Value {
    Bytes(VR, Vec<u8>),
    Items(Vec<DataSet>),
}

impl DataSet {
    /// Without an element.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a text, its values separated by `\`. Its VR is the dictionary's.
    #[must_use]
    pub fn text(self, tag: Tag, text: &str) -> Self {
        self.bytes(tag, vr_of(tag), text.as_bytes())
    }

    /// With an element that has no value.
    #[must_use]
    pub fn empty(self, tag: Tag) -> Self {
        match vr_of(tag) {
            VR::SQ => self.items(tag, []),
            vr => self.bytes(tag, vr, &[]),
        }
    }

    /// With numbers of 16 bits (VR US).
    #[must_use]
    pub fn shorts(self, tag: Tag, values: &[u16]) -> Self {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.bytes(tag, VR::US, &bytes)
    }

    /// With numbers of 32 bits (VR UL).
    #[must_use]
    pub fn longs(self, tag: Tag, values: &[u32]) -> Self {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.bytes(tag, VR::UL, &bytes)
    }

    /// With floating-point numbers of 32 bits (VR FL).
    #[must_use]
    pub fn floats(self, tag: Tag, values: &[f32]) -> Self {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.bytes(tag, VR::FL, &bytes)
    }

    /// With an attribute's tag (VR AT).
    #[must_use]
    pub fn tag(self, tag: Tag, value: Tag) -> Self {
        let bytes = [value.group().to_le_bytes(), value.element().to_le_bytes()].concat();
        self.bytes(tag, VR::AT, &bytes)
    }

    /// With a sequence.
    #[must_use]
    pub fn items(mut self, tag: Tag, items: impl IntoIterator<Item = Self>) -> Self {
        self.0.insert(tag, Value::Items(items.into_iter().collect()));
        self
    }

    /// With a value as it is written, made even.
    #[must_use]
    pub fn bytes(mut self, tag: Tag, vr: VR, bytes: &[u8]) -> Self {
        let mut bytes = bytes.to_vec();
        if bytes.len() % 2 == 1 {
            bytes.push(if matches!(vr, VR::UI | VR::OB | VR::UN) { 0 } else { b' ' });
        }
        self.0.insert(tag, Value::Bytes(vr, bytes));
        self
    }

    /// With all elements of another.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Whether there is such an element.
    pub fn has(&self, tag: Tag) -> bool {
        self.0.contains_key(&tag)
    }

    /// A value as it is written, of what is no sequence.
    pub fn get(&self, tag: Tag) -> Option<&[u8]> {
        match self.0.get(&tag)? {
            Value::Bytes(_, bytes) => Some(bytes),
            Value::Items(_) => None,
        }
    }

    /// The items of a sequence.
    pub fn items_of(&self, tag: Tag) -> Option<&[Self]> {
        match self.0.get(&tag)? {
            Value::Bytes(..) => None,
            Value::Items(items) => Some(items),
        }
    }

    /// The sequences in it.
    pub fn sequences(&self) -> impl Iterator<Item = (Tag, &[Self])> {
        self.0.iter().filter_map(|(tag, value)| match value {
            Value::Bytes(..) => None,
            Value::Items(items) => Some((*tag, items.as_slice())),
        })
    }

    /// As Explicit VR Little Endian, all lengths defined.
    ///
    /// # Errors
    /// [`Error::Unwritable`] if a value is longer than its VR can tell.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        self.write(&mut out)?;
        Ok(out)
    }

    /// As a file of PS3.10, and where in it the data set begins. The data set has to say its SOP class
    /// and instance.
    ///
    /// # Errors
    /// [`Error::Unwritable`] if it does not, or a value is too long.
    pub fn file(&self) -> Result<(Vec<u8>, usize), Error> {
        let uid =
            |tag| self.get(tag).map(<[u8]>::to_vec).ok_or_else(|| unwritable(tag, "is missing"));
        let (class, instance) = (uid(tags::SOP_CLASS_UID)?, uid(tags::SOP_INSTANCE_UID)?);
        let meta = Self::new()
            .bytes(tags::FILE_META_INFORMATION_VERSION, VR::OB, &[0, 1])
            .bytes(tags::MEDIA_STORAGE_SOP_CLASS_UID, VR::UI, &class)
            .bytes(tags::MEDIA_STORAGE_SOP_INSTANCE_UID, VR::UI, &instance)
            .text(tags::TRANSFER_SYNTAX_UID, uids::EXPLICIT_VR_LITTLE_ENDIAN)
            .text(tags::IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_CLASS_UID)
            .text(tags::IMPLEMENTATION_VERSION_NAME, IMPLEMENTATION_VERSION)
            .encode()?;
        let length = length(tags::FILE_META_INFORMATION_GROUP_LENGTH, meta.len())?;
        let mut out = [&[0; 128][..], b"DICM"].concat();
        Self::new().longs(tags::FILE_META_INFORMATION_GROUP_LENGTH, &[length]).write(&mut out)?;
        out.extend(meta);
        let begins = out.len();
        self.write(&mut out)?;
        Ok((out, begins))
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        for (tag, value) in &self.0 {
            put_tag(out, *tag);
            match value {
                Value::Bytes(vr, bytes) => {
                    out.extend(vr.to_bytes());
                    if has_short_length(*vr) {
                        let short = u16::try_from(bytes.len());
                        let short = short.map_err(|_| unwritable(*tag, "is too long"))?;
                        out.extend(short.to_le_bytes());
                    } else {
                        out.extend([0, 0]);
                        out.extend(length(*tag, bytes.len())?.to_le_bytes());
                    }
                    out.extend(bytes);
                }
                Value::Items(items) => {
                    out.extend(b"SQ\0\0");
                    let sequence = start(out);
                    for item in items {
                        put_tag(out, ITEM);
                        let at = start(out);
                        item.write(out)?;
                        end(out, at, *tag)?;
                    }
                    end(out, sequence, *tag)?;
                }
            }
        }
        Ok(())
    }
}

fn put_tag(out: &mut Vec<u8>, tag: Tag) {
    out.extend(tag.group().to_le_bytes());
    out.extend(tag.element().to_le_bytes());
}

/// Leaves room for a length; gives where what it counts begins.
fn start(out: &mut Vec<u8>) -> usize {
    out.extend([0; 4]);
    out.len()
}

/// Fills in the length of what was written from `at` on.
fn end(out: &mut [u8], at: usize, tag: Tag) -> Result<(), Error> {
    let length = length(tag, out.len() - at)?;
    out[at - 4..at].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// All ones stand for a length that is not known.
fn length(tag: Tag, bytes: usize) -> Result<u32, Error> {
    let length = u32::try_from(bytes).ok().filter(|length| *length < u32::MAX);
    length.ok_or_else(|| unwritable(tag, "is too long"))
}

fn unwritable(tag: Tag, fault: &str) -> Error {
    Error::Unwritable { detail: format!("{tag} {fault}") }
}

/// The VR of the standard's dictionary.
fn vr_of(tag: Tag) -> VR {
    StandardDataDictionary.by_tag(tag).map_or(VR::UN, |entry| entry.vr().relaxed())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_in_order_with_their_lengths() {
        let item = DataSet::new().text(tags::CODE_VALUE, "T1");
        let set = DataSet::new()
            .items(tags::CONCEPT_NAME_CODE_SEQUENCE, [item])
            .shorts(tags::ROWS, &[2])
            .text(tags::MODALITY, "SEG");
        // PS3.5 sections 7.1.2 and 7.5, by hand.
        let expected = b"\x08\0\x60\0CS\x04\0SEG \
            \x28\0\x10\0US\x02\0\x02\0\
            \x40\0\x43\xa0SQ\0\0\x12\0\0\0\xfe\xff\0\xe0\x0a\0\0\0\x08\0\0\x01SH\x02\0T1";
        assert_eq!(set.encode().unwrap(), expected);
    }

    #[test]
    fn a_file_says_where_its_data_set_begins() {
        let set =
            DataSet::new().text(tags::SOP_CLASS_UID, "1.2").text(tags::SOP_INSTANCE_UID, "2.25.7");
        let (file, begins) = set.file().unwrap();
        assert_eq!(file[begins..], set.encode().unwrap());
        assert!(file[128..].starts_with(b"DICM\x02\0\0\0UL\x04\0"));
        let group = u32::from_le_bytes(file[140..144].try_into().unwrap()) as usize;
        assert_eq!(144 + group, begins);
        assert!(DataSet::new().text(tags::SOP_CLASS_UID, "1.2").file().is_err());
    }

    #[test]
    fn a_value_too_long_for_its_vr_is_refused() {
        let set = DataSet::new().text(tags::SERIES_DESCRIPTION, &"x".repeat(70_000));
        assert!(set.encode().unwrap_err().to_string().contains("too long"));
    }
}
