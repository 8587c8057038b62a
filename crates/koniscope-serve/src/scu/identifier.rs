//! Data sets that ask and answer: identifiers of queries, lists of references.

use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::{TransferSyntaxIndex, TransferSyntaxRegistry};
use koniscope_dicom::{Tag, tags};

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

/// Of its bytes in a transfer syntax.
///
/// # Errors
/// That it cannot be read.
pub(crate) fn read(bytes: &[u8], syntax: &str) -> Result<InMemDicomObject, String> {
    let syntax = TransferSyntaxRegistry.get(syntax).ok_or("an unknown transfer syntax")?;
    let read = InMemDicomObject::read_dataset_with_ts(bytes, syntax);
    read.map_err(|_| "a list or an answer that cannot be read".to_owned())
}

/// A text, blanks around it cut; empty where there is none.
pub(crate) fn text(object: &InMemDicomObject, tag: Tag) -> String {
    let value = object.get(tag).and_then(|element| element.to_str().ok());
    value.map(|value| value.trim_matches(['\0', ' ']).to_owned()).unwrap_or_default()
}

/// A UID: 1 to 64 digits and points; nothing where it is another text, as it may become a path.
pub(crate) fn uid(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    let text = text(object, tag);
    crate::command::is_uid(&text).then_some(text)
}
