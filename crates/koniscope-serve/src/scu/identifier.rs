//! Data sets that ask and answer: identifiers of queries, lists of references.

use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::{TransferSyntaxIndex, TransferSyntaxRegistry};
use koniscope_dicom::{Attributes, Tag, tags};

/// Of texts; an empty one asks for the value. Text beyond ASCII goes as UTF-8, and says so.
pub(crate) fn of(texts: &[(Tag, VR, &str)]) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    if texts.iter().any(|(.., text)| !text.is_ascii()) {
        let label = PrimitiveValue::from("ISO_IR 192");
        object.put(DataElement::new(tags::SPECIFIC_CHARACTER_SET, VR::CS, label));
    }
    for (tag, vr, text) in texts {
        let value = match *text {
            "" => PrimitiveValue::Empty,
            text => PrimitiveValue::from(text),
        };
        object.put(DataElement::new(*tag, *vr, value));
    }
    object
}

/// Its bytes in a transfer syntax, where that is known.
pub(crate) fn write(object: &InMemDicomObject, syntax: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    object.write_dataset_with_ts(&mut bytes, TransferSyntaxRegistry.get(syntax)?).ok()?;
    Some(bytes)
}

/// Of its bytes in a transfer syntax, which come from a peer: no length in them is believed, and what is
/// nested is not entered.
///
/// # Errors
/// That it cannot be read.
pub(crate) fn read<'a>(bytes: &'a [u8], syntax: &str) -> Result<Attributes<'a>, String> {
    let read = Attributes::of_message(bytes, syntax);
    read.map_err(|error| format!("a list or an answer that cannot be read ({error})"))
}

/// A text, blanks around it cut; empty where there is none.
pub(crate) fn text(attributes: &Attributes, tag: Tag) -> String {
    attributes.text(tag).unwrap_or_default()
}

/// A UID: 1 to 64 digits and points; nothing where it is another text, as it may become a path.
pub(crate) fn uid(attributes: &Attributes, tag: Tag) -> Option<String> {
    attributes.text(tag).filter(|text| crate::command::is_uid(text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use koniscope_dicom::uids;

    use super::*;

    #[test]
    fn a_hostile_list_is_refused_by_name() {
        let explicit = uids::EXPLICIT_VR_LITTLE_ENDIAN;
        // A sequence in a sequence, without an end: 20 bytes a level.
        let head = b"\x08\0\x99\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff";
        let told = |bytes: &[u8]| read(bytes, explicit).err().unwrap_or_default();
        assert!(told(&head.repeat(200_000)).contains("nested more than"));
        let huge = b"\x08\0\x95\x11OB\0\0\xfe\xff\xff\xff12";
        assert!(told(huge).contains("declares 4294967294 bytes, but 2 are left"));
        // Hidden in an item, it is found once the item is asked for.
        let item = [&b"\xfe\xff\0\xe0"[..], &(huge.len() as u32).to_le_bytes(), huge].concat();
        let head = [&b"\x08\0\x99\x11SQ\0\0"[..], &(item.len() as u32).to_le_bytes()].concat();
        let list = [head, item].concat();
        let list = read(&list, explicit).unwrap();
        assert!(list.items(tags::REFERENCED_SOP_SEQUENCE).is_err());
    }

    #[test]
    fn text_beyond_ascii_says_what_it_is() {
        let syntax = uids::EXPLICIT_VR_LITTLE_ENDIAN;
        let plain = write(&of(&[(tags::PATIENT_ID, VR::LO, "A1")]), syntax).unwrap();
        assert_eq!(plain, b"\x10\0\x20\0LO\x02\0A1");
        // U+00FC, in UTF-8 of two bytes.
        let umlaut = write(&of(&[(tags::PATIENT_ID, VR::LO, "M\u{FC}")]), syntax).unwrap();
        let label = b"\x08\0\x05\0CS\x0A\0ISO_IR 192";
        assert_eq!(umlaut, [&label[..], b"\x10\0\x20\0LO\x04\0M\xC3\xBC "].concat());
        assert_eq!(text(&read(&umlaut, syntax).unwrap(), tags::PATIENT_ID), "M\u{FC}");
    }
}
