//! Whether a film that came back is the one that went.

use dicom_core::header::Header;
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::{TransferSyntaxIndex, TransferSyntaxRegistry};
use koniscope_dicom::{Tag, tags};

use crate::scu::{DataSet, identifier};

/// What became of a film in an archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sameness {
    /// The same bytes.
    Bytes,
    /// The same values, written otherwise or with elements added.
    Values,
    /// The same pixels; these elements have other values, or are gone.
    Changed(Vec<Tag>),
    /// Other pixels, or another identity.
    Other(Vec<Tag>),
}

/// What makes a film another one.
const IDENTITY: [Tag; 5] = [
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
    tags::STUDY_INSTANCE_UID,
    tags::PIXEL_DATA,
];

/// Compares element by element, where the bytes are not the same.
///
/// # Errors
/// If one of both cannot be read.
pub(super) fn compare(sent: &DataSet, came: &DataSet) -> Result<Sameness, String> {
    if sent.transfer_syntax == came.transfer_syntax && sent.bytes == came.bytes {
        return Ok(Sameness::Bytes);
    }
    let read = |one: &DataSet| {
        // First walked: the reader of all elements believes lengths.
        identifier::read(one.bytes, &one.transfer_syntax)?;
        let syntax = TransferSyntaxRegistry.get(&one.transfer_syntax);
        let syntax = syntax.ok_or("an unknown transfer syntax")?;
        InMemDicomObject::read_dataset_with_ts(one.bytes, syntax).map_err(|e| e.to_string())
    };
    let (before, after) = (read(sent)?, read(came)?);
    let is_length = |tag: &Tag| tag.element() == 0;
    let differs = |tag: &Tag| !is_length(tag) && value(&before, *tag) != value(&after, *tag);
    let changed: Vec<Tag> = before.iter().map(Header::tag).filter(differs).collect();
    let others: Vec<Tag> = changed.iter().copied().filter(|tag| IDENTITY.contains(tag)).collect();
    Ok(match (changed.is_empty(), others.is_empty()) {
        (true, _) => Sameness::Values,
        (false, true) => Sameness::Changed(changed),
        (false, false) => Sameness::Other(others),
    })
}

/// An element's bytes without padding; nothing where it is not there, or a sequence.
fn value(object: &InMemDicomObject, tag: Tag) -> Option<Vec<u8>> {
    let mut bytes = object.get(tag)?.to_bytes().ok()?.into_owned();
    if tag != tags::PIXEL_DATA {
        while matches!(bytes.last(), Some(b' ' | 0)) {
            bytes.pop();
        }
    }
    Some(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use koniscope_dicom::{VR, uids};

    use super::*;
    use crate::{film::tests::film, scu::data_set};

    #[test]
    fn changes_are_named_by_their_elements() {
        let texts = |name: &'static str| [(tags::PATIENT_NAME, VR::PN, name)];
        let sent = film(7, &texts("TEST^A"));
        let sent = data_set(&sent).unwrap();
        assert_eq!(compare(&sent, &sent), Ok(Sameness::Bytes));
        let implicit = sent.in_syntax(uids::IMPLICIT_VR_LITTLE_ENDIAN).unwrap();
        let other = DataSet {
            transfer_syntax: uids::IMPLICIT_VR_LITTLE_ENDIAN.into(),
            bytes: &implicit,
            ..sent.clone()
        };
        assert_eq!(compare(&sent, &other), Ok(Sameness::Values));
        let renamed = film(7, &texts("TEST^B"));
        let changed = compare(&sent, &data_set(&renamed).unwrap());
        assert_eq!(changed, Ok(Sameness::Changed(vec![tags::PATIENT_NAME])));
        let another = film(8, &texts("TEST^A"));
        let other = compare(&sent, &data_set(&another).unwrap());
        assert_eq!(other, Ok(Sameness::Other(vec![tags::SOP_INSTANCE_UID])));
        assert!(compare(&sent, &DataSet { bytes: &[0xFF; 9], ..sent.clone() }).is_err());
    }
}
