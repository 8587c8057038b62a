//! Asking a peer to keep objects: storage commitment as its user.

use std::time::Duration;

use koniscope_dicom::uids;

use super::{
    Outgoing, ScuError,
    association::{Came, refused, well},
};
use crate::{
    ae::AeTitle,
    command::{Command, element, field},
    commitment::{Asked, Report},
    config::{Peer, Timeouts},
    dimse::MessageError,
    wire::WireError,
};

const CLASS: &str = uids::STORAGE_COMMITMENT_PUSH_MODEL;

/// A peer that reports on the association on which it was asked does so in this time; others open one of their
/// own once ours is released.
const ON_THE_SAME: Duration = Duration::from_secs(2);

impl Outgoing {
    /// Asks a peer to keep objects. Its report, where it comes on the same association.
    pub(crate) async fn commit(
        peer: &Peer,
        calling: &AeTitle,
        asked: &Asked,
        timeouts: &Timeouts,
    ) -> Result<Option<Report>, ScuError> {
        let class = (CLASS.to_owned(), uids::IMPLICIT_VR_LITTLE_ENDIAN.to_owned());
        let mut open = Self::open(peer, calling, &[class], timeouts).await?;
        let told = open.ask_to_keep(asked).await;
        match &told {
            Err(error) if !error.is_of_object() => open.abort().await,
            _ => open.release().await,
        }
        told
    }

    async fn ask_to_keep(&mut self, asked: &Asked) -> Result<Option<Report>, ScuError> {
        let context = self.context_of(CLASS).ok_or_else(|| refused(CLASS, String::new()))?;
        let (id, written) = (context.id, asked.message(&context.transfer_syntax));
        let (command, bytes) = written.ok_or_else(|| ScuError::Object("not written".into()))?;
        self.begin(id, command, Some(&bytes)).await?;
        let mut report = None;
        let mut is_answered = false;
        // The report may come before the answer.
        while !is_answered || report.is_none() {
            match self.next().await {
                Ok(Came::Final(answer)) => {
                    well(&answer)?;
                    is_answered = true;
                    self.channel.within = self.channel.within.min(ON_THE_SAME);
                }
                Ok(Came::Request(context, request, data)) => {
                    report = Some(self.told(context, &request, &data).await?);
                }
                Ok(Came::Pending(..)) => {
                    return Err(MessageError::Breach("a query's answer".into()).into());
                }
                // It reports on an association of its own.
                Err(ScuError::Message(
                    MessageError::Released
                    | MessageError::Wire(WireError::Timeout { .. } | WireError::Closed),
                )) if is_answered => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(report)
    }

    async fn told(
        &mut self,
        context: u8,
        request: &Command,
        data: &[u8],
    ) -> Result<Report, ScuError> {
        let syntax = self.contexts.iter().find(|one| one.id == context);
        let syntax = syntax.map(|one| one.transfer_syntax.clone()).unwrap_or_default();
        let is_report = request.get(element::FIELD) == Some(field::EVENT_REPORT);
        let read = Report::read(data, &syntax).map_err(MessageError::Breach)?;
        if !is_report {
            return Err(MessageError::Breach("another request than a report".into()).into());
        }
        self.answer(context, &Command::answer(request, 0)).await?;
        Ok(read)
    }
}
