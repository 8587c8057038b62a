//! What storage commitment says (PS3.4 annex J): a request names objects, a report tells which of them are kept.
//! The same on both sides, of which the node is each.

use dicom_core::{DataElement, PrimitiveValue, VR, value::DataSetSequence};
use dicom_object::InMemDicomObject;
use koniscope_dicom::{Attributes, Tag, tags, uids};
use serde::{Deserialize, Serialize};

use crate::{
    command::{Command, element, field},
    scu::identifier,
};

/// The one action: Request Storage Commitment.
pub(crate) const REQUEST: u16 = 1;
/// Events: all is held, and some is not.
const ALL_HELD: u16 = 1;
const SOME_NOT: u16 = 2;
/// Failure Reason: no such object instance.
const NOT_HERE: u16 = 0x0112;
/// Most objects of a request.
const MOST: usize = 10_000;

/// Class and instance of an object.
pub type Pair = (String, String);

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Transaction UID.
    pub transaction: String,
    /// The objects.
    pub objects: Vec<Pair>,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Transaction UID of the request.
    pub transaction: String,
    /// Objects that are kept.
    pub held: Vec<Pair>,
    /// Objects that are not, and the Failure Reason of each.
    pub failed: Vec<(Pair, u16)>,
}

fn pair(item: &Attributes) -> Option<Pair> {
    let class = identifier::uid(item, tags::REFERENCED_SOP_CLASS_UID)?;
    Some((class, identifier::uid(item, tags::REFERENCED_SOP_INSTANCE_UID)?))
}

fn items<'a>(object: &Attributes<'a>, tag: Tag) -> Result<Vec<Attributes<'a>>, String> {
    let items = object.items(tag).map_err(|error| error.to_string())?;
    if items.len() > MOST { Err(format!("at most {MOST} objects a request")) } else { Ok(items) }
}

fn item((class, instance): &Pair, failure: Option<u16>) -> InMemDicomObject {
    let mut item = identifier::of(&[
        (tags::REFERENCED_SOP_CLASS_UID, VR::UI, class),
        (tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, instance),
    ]);
    if let Some(reason) = failure {
        item.put(DataElement::new(tags::FAILURE_REASON, VR::US, PrimitiveValue::from(reason)));
    }
    item
}

/// A transaction, and sequences of items; an empty one is left out, since readers stumble over it.
fn data_set(transaction: &str, sequences: [(Tag, Vec<InMemDicomObject>); 2]) -> InMemDicomObject {
    let mut object = identifier::of(&[(tags::TRANSACTION_UID, VR::UI, transaction)]);
    for (tag, items) in sequences.into_iter().filter(|(_, items)| !items.is_empty()) {
        object.put(DataElement::new(tag, VR::SQ, DataSetSequence::from(items)));
    }
    object
}

impl Asked {
    /// Of the bytes of a request.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(bytes: &[u8], syntax: &str) -> Result<Self, String> {
        let object = identifier::read(bytes, syntax)?;
        let items = items(&object, tags::REFERENCED_SOP_SEQUENCE)?;
        let transaction = identifier::uid(&object, tags::TRANSACTION_UID);
        let transaction = transaction.ok_or("no Transaction UID")?;
        match items.iter().map(pair).collect::<Option<Vec<_>>>() {
            Some(objects) if !objects.is_empty() => Ok(Self { transaction, objects }),
            _ => Err("no object, or one without class and instance".into()),
        }
    }

    /// N-ACTION-RQ in a transfer syntax.
    pub fn message(&self, syntax: &str) -> Option<(Command, Vec<u8>)> {
        let command = Command::new(field::ACTION)
            .with_uid(element::REQUESTED_CLASS, uids::STORAGE_COMMITMENT_PUSH_MODEL)
            .with_uid(element::REQUESTED_INSTANCE, uids::STORAGE_COMMITMENT_PUSH_MODEL_INSTANCE)
            .number(element::ACTION, REQUEST)
            .with_data_set();
        let items = self.objects.iter().map(|pair| item(pair, None)).collect();
        let sequences =
            [(tags::REFERENCED_SOP_SEQUENCE, items), (tags::FAILED_SOP_SEQUENCE, Vec::new())];
        Some((command, identifier::write(&data_set(&self.transaction, sequences), syntax)?))
    }

    /// The report, by what is held.
    pub fn report(&self, is_held: &[bool]) -> Report {
        let (mut held, mut failed) = (Vec::new(), Vec::new());
        for (pair, is_held) in self.objects.iter().zip(is_held) {
            match is_held {
                true => held.push(pair.clone()),
                false => failed.push((pair.clone(), NOT_HERE)),
            }
        }
        Report { transaction: self.transaction.clone(), held, failed }
    }
}

impl Report {
    /// Of the bytes of a report.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(bytes: &[u8], syntax: &str) -> Result<Self, String> {
        let object = identifier::read(bytes, syntax)?;
        let transaction = identifier::uid(&object, tags::TRANSACTION_UID);
        let transaction = transaction.ok_or("no Transaction UID")?;
        let held = items(&object, tags::REFERENCED_SOP_SEQUENCE)?.iter().filter_map(pair).collect();
        let reason = |item: &Attributes| {
            let reason = item.count(tags::FAILURE_REASON).ok().flatten();
            reason.and_then(|reason| u16::try_from(reason).ok()).unwrap_or(NOT_HERE)
        };
        let failed = items(&object, tags::FAILED_SOP_SEQUENCE)?;
        let failed = failed.iter().filter_map(|item| Some((pair(item)?, reason(item)))).collect();
        Ok(Self { transaction, held, failed })
    }

    /// N-EVENT-REPORT-RQ in a transfer syntax.
    pub fn message(&self, syntax: &str) -> Option<(Command, Vec<u8>)> {
        let event = if self.failed.is_empty() { ALL_HELD } else { SOME_NOT };
        let command = Command::new(field::EVENT_REPORT)
            .with_uid(element::AFFECTED_CLASS, uids::STORAGE_COMMITMENT_PUSH_MODEL)
            .with_uid(element::AFFECTED_INSTANCE, uids::STORAGE_COMMITMENT_PUSH_MODEL_INSTANCE)
            .number(element::MESSAGE, 1)
            .number(element::EVENT, event)
            .with_data_set();
        let held = self.held.iter().map(|pair| item(pair, None)).collect();
        let failed = self.failed.iter().map(|(pair, reason)| item(pair, Some(*reason))).collect();
        let sequences =
            [(tags::REFERENCED_SOP_SEQUENCE, held), (tags::FAILED_SOP_SEQUENCE, failed)];
        Some((command, identifier::write(&data_set(&self.transaction, sequences), syntax)?))
    }

    /// Each instance, with 0 where it is kept and the Failure Reason where it is not.
    pub(crate) fn outcomes(&self) -> Vec<(String, u16)> {
        let held = self.held.iter().map(|(_, instance)| (instance.clone(), 0));
        // A failure without reason is one.
        let failed =
            self.failed.iter().map(|((_, instance), reason)| (instance.clone(), (*reason).max(1)));
        held.chain(failed).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_reports_come_back_as_they_went() {
        let pair = |instance: &str| ("1.2.840.1".to_owned(), instance.to_owned());
        let asked =
            Asked { transaction: "2.25.9".into(), objects: vec![pair("1.1"), pair("1.22")] };
        let report = asked.report(&[true, false]);
        assert_eq!(report.outcomes(), [("1.1".to_owned(), 0), ("1.22".to_owned(), 0x0112)]);
        for syntax in [uids::IMPLICIT_VR_LITTLE_ENDIAN, uids::EXPLICIT_VR_LITTLE_ENDIAN] {
            let (action, bytes) = asked.message(syntax).unwrap();
            assert_eq!(action.get(element::ACTION), Some(1));
            assert_eq!(Asked::read(&bytes, syntax), Ok(asked.clone()));
            let (event, bytes) = report.message(syntax).unwrap();
            assert_eq!(event.get(element::EVENT), Some(2));
            assert_eq!(Report::read(&bytes, syntax), Ok(report.clone()));
            let (event, _) = asked.report(&[true, true]).message(syntax).unwrap();
            assert_eq!(event.get(element::EVENT), Some(1));
        }
        for wrong in [&[][..], &[0xFF; 9], &asked.message("1.2.840.10008.1.2").unwrap().1[..30]] {
            assert!(Asked::read(wrong, uids::IMPLICIT_VR_LITTLE_ENDIAN).is_err());
        }
    }
}
