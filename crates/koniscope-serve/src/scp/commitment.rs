//! Storage commitment (PS3.4 annex J): which of the objects asked for are held here.
//!
//! The report goes to the peer of the configuration with the asking AE title, on an association of its own, as
//! archives do it; to a sender without address, on the association on which it asked.

use std::time::Duration;

use dicom_core::{DataElement, VR, value::DataSetSequence};
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::{TransferSyntaxIndex, TransferSyntaxRegistry};
use koniscope_dicom::{Tag, tags, uids};

use super::Scp;
use crate::{
    ae::AeTitle,
    command::{Command, element, field},
    scu::{Outgoing, ScuError},
};

/// The one action: Request Storage Commitment.
const REQUEST: u16 = 1;
/// Events: all is held, and some is not.
const ALL_HELD: u16 = 1;
const SOME_NOT: u16 = 2;
/// Failure Reason: no such object instance.
const NOT_HERE: u16 = 0x0112;
/// Statuses: processing failure, no such action.
const FAILURE: u16 = 0x0110;
const NO_SUCH_ACTION: u16 = 0x0123;
/// Most objects of a request.
const MOST: usize = 10_000;
/// Tries to report, and seconds between them.
const TRIES: u32 = 5;
const BETWEEN_S: u64 = 5;

/// What is asked for: pairs of class and instance.
#[derive(Debug, PartialEq)]
pub(super) struct Asked {
    transaction: String,
    objects: Vec<(String, String)>,
}

/// What is told: for whom it is to be written is known later.
pub(super) struct Report {
    event: u16,
    data_set: InMemDicomObject,
}

/// The answer to a request, and what is asked for where it is well.
pub(super) fn answer(request: &Command, list: &[u8], syntax: &str) -> (Command, Option<Asked>) {
    let refuse = |status, words: &str| (Command::answer(request, status).comment(words), None);
    if request.get(element::ACTION) != Some(REQUEST) {
        return refuse(NO_SUCH_ACTION, "action 1 is known here");
    }
    match asked(list, syntax) {
        Ok(asked) => (Command::answer(request, 0), Some(asked)),
        Err(words) => refuse(FAILURE, &words),
    }
}

fn asked(list: &[u8], syntax: &str) -> Result<Asked, String> {
    let syntax = TransferSyntaxRegistry.get(syntax).ok_or("an unknown transfer syntax")?;
    let object = InMemDicomObject::read_dataset_with_ts(list, syntax)
        .map_err(|_| "the list cannot be read".to_owned())?;
    let uid = |object: &InMemDicomObject, tag: Tag| {
        let value = object.get(tag)?.to_str().ok()?;
        let text = value.trim_matches(['\0', ' ']);
        (!text.is_empty()).then(|| text.to_owned())
    };
    let items = object.get(tags::REFERENCED_SOP_SEQUENCE).and_then(|sequence| sequence.items());
    let items = items.unwrap_or_default();
    if items.len() > MOST {
        return Err(format!("at most {MOST} objects a request"));
    }
    let pair = |item| {
        uid(item, tags::REFERENCED_SOP_CLASS_UID).zip(uid(item, tags::REFERENCED_SOP_INSTANCE_UID))
    };
    let objects: Option<Vec<_>> = items.iter().map(pair).collect();
    let transaction = uid(&object, tags::TRANSACTION_UID).ok_or("no Transaction UID")?;
    match objects {
        Some(objects) if !objects.is_empty() => Ok(Asked { transaction, objects }),
        _ => Err("no object, or one without class and instance".into()),
    }
}

/// Looks which objects are held.
pub(super) async fn report(scp: &Scp, asked: &Asked) -> Report {
    let (mut held, mut missing) = (Vec::new(), Vec::new());
    for pair in &asked.objects {
        let is_held = scp.store.holds(&pair.0, &pair.1).await.unwrap_or(false);
        if is_held { &mut held } else { &mut missing }.push(pair);
    }
    let mut data_set = InMemDicomObject::new_empty();
    data_set.put(DataElement::new(tags::TRANSACTION_UID, VR::UI, asked.transaction.as_str()));
    for (tag, pairs, failure) in [
        (tags::REFERENCED_SOP_SEQUENCE, &held, None),
        (tags::FAILED_SOP_SEQUENCE, &missing, Some(NOT_HERE)),
    ] {
        let item = |(class, instance): &&(String, String)| {
            let mut item = InMemDicomObject::new_empty();
            let class_tag = tags::REFERENCED_SOP_CLASS_UID;
            item.put(DataElement::new(class_tag, VR::UI, class.as_str()));
            let instance_tag = tags::REFERENCED_SOP_INSTANCE_UID;
            item.put(DataElement::new(instance_tag, VR::UI, instance.as_str()));
            if let Some(reason) = failure {
                let reason = dicom_core::PrimitiveValue::from(reason);
                item.put(DataElement::new(tags::FAILURE_REASON, VR::US, reason));
            }
            item
        };
        // A viewer may stumble over an empty sequence: what is empty is left out.
        if !pairs.is_empty() {
            let items: Vec<_> = pairs.iter().map(item).collect();
            data_set.put(DataElement::new(tag, VR::SQ, DataSetSequence::from(items)));
        }
    }
    Report { event: if missing.is_empty() { ALL_HELD } else { SOME_NOT }, data_set }
}

impl Report {
    /// As a message in a transfer syntax.
    pub(super) fn message(&self, syntax: &str) -> Option<(Command, Vec<u8>)> {
        let command = Command::new(field::EVENT_REPORT)
            .with_uid(element::AFFECTED_CLASS, uids::STORAGE_COMMITMENT_PUSH_MODEL)
            .with_uid(element::AFFECTED_INSTANCE, uids::STORAGE_COMMITMENT_PUSH_MODEL_INSTANCE)
            .number(element::MESSAGE, 1)
            .number(element::EVENT, self.event)
            .with_data_set();
        let mut bytes = Vec::new();
        let syntax = TransferSyntaxRegistry.get(syntax)?;
        self.data_set.write_dataset_with_ts(&mut bytes, syntax).ok()?;
        Some((command, bytes))
    }
}

/// Reports to a peer of the configuration, on associations of its own; false if there is none of this title.
pub(super) fn to_peer(scp: &Scp, asking: &AeTitle, report: Report) -> Result<(), Report> {
    let known = scp.config.peers.values().find(|peer| peer.ae_title == *asking).cloned();
    let Some(peer) = known else { return Err(report) };
    let (config, log) = (scp.config.clone(), scp.log.clone());
    tokio::spawn(async move {
        for _ in 0..TRIES {
            let sent = async {
                let own = &config.node.ae_title;
                let mut to = Outgoing::to_report(&peer, own, &config.timeouts).await?;
                let told = to.report(|syntax| report.message(syntax)).await;
                to.release().await;
                told
            };
            match sent.await {
                Ok(()) => return,
                Err(error) => {
                    let error: ScuError = error;
                    log(&format!("to {}: no report of storage commitment: {error}", peer.ae_title));
                }
            }
            tokio::time::sleep(Duration::from_secs(BETWEEN_S)).await;
        }
    });
    Ok(())
}
