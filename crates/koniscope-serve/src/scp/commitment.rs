//! Storage commitment on the answering side: what peers ask to be kept, and what they say of what we asked for.
//!
//! The report goes to the peer of the configuration with the asking AE title, on an association of its own, as
//! archives do it; to a sender without address, on the association on which it asked.

use super::Scp;
use crate::{
    command::{Command, element},
    commitment::{Asked, REQUEST, Report},
    now_ms,
    store::StoreError,
};

/// Statuses: processing failure, no such action.
const FAILURE: u16 = 0x0110;
const NO_SUCH_ACTION: u16 = 0x0123;

/// The answer to a request, and what is asked for where it is well.
pub(super) fn answer(request: &Command, list: &[u8], syntax: &str) -> (Command, Option<Asked>) {
    let refuse = |status, words: &str| (Command::answer(request, status).comment(words), None);
    if request.get(element::ACTION) != Some(REQUEST) {
        return refuse(NO_SUCH_ACTION, "action 1 is known here");
    }
    match Asked::read(list, syntax) {
        Ok(asked) => (Command::answer(request, 0), Some(asked)),
        Err(words) => refuse(FAILURE, &words),
    }
}

/// Looks which objects are held.
pub(super) async fn report(scp: &Scp, asked: &Asked) -> Result<Report, StoreError> {
    let mut is_held = Vec::new();
    for (class, instance) in &asked.objects {
        is_held.push(scp.store.holds(class, instance).await?);
    }
    Ok(asked.report(&is_held))
}

/// Notes a peer's report: the answer to it.
pub(super) async fn told(scp: &Scp, request: &Command, list: &[u8], syntax: &str) -> Command {
    let refuse = |words: &str| Command::answer(request, FAILURE).comment(words);
    let report = match Report::read(list, syntax) {
        Ok(report) => report,
        Err(words) => return refuse(&words),
    };
    match scp.store.told(&report.transaction, &report.outcomes(), now_ms()).await {
        Ok(true) => Command::answer(request, 0),
        Ok(false) => refuse("no such transaction was asked for here"),
        Err(error) => refuse(&error.to_string()),
    }
}
