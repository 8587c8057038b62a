//! C-ECHO, C-STORE, and reports of storage commitment.

use koniscope_dicom::uids;

use super::{
    Outgoing, ScuError,
    association::{Context, Proposal, proposals, refused},
    data_set,
};
use crate::{
    ae::AeTitle,
    command::{Command, element, field},
    config::{Peer, Timeouts},
};

impl Outgoing {
    /// C-ECHO.
    ///
    /// # Errors
    /// [`ScuError`].
    pub async fn echo(&mut self) -> Result<(), ScuError> {
        let class = uids::VERIFICATION;
        let Some(Context { id, .. }) = self.context_of(class) else {
            return Err(refused(class, String::new()));
        };
        let id = *id;
        self.ask(id, Command::new(field::ECHO).with_uid(element::AFFECTED_CLASS, class), None).await
    }

    /// C-STORE of the bytes of a DICOM file. Where the peer does not take its transfer syntax, an
    /// uncompressed object is written in one that it takes.
    ///
    /// # Errors
    /// [`ScuError`]; after one that is not [`ScuError::is_of_object`] the association is of no more use.
    pub async fn store(&mut self, file: &[u8]) -> Result<(), ScuError> {
        let object = data_set(file).map_err(ScuError::Object)?;
        let of_class: Vec<&Context> =
            self.contexts.iter().filter(|context| context.class == object.class).collect();
        let same = of_class.iter().find(|c| c.transfer_syntax == object.transfer_syntax);
        let (id, bytes) = match (same, of_class.first()) {
            (Some(context), _) => (context.id, object.bytes.into()),
            (None, Some(other)) => {
                let how = format!(" in transfer syntax {}", object.transfer_syntax);
                let written = object.in_syntax(&other.transfer_syntax);
                (other.id, written.ok_or_else(|| refused(&object.class, how))?)
            }
            (None, None) => return Err(refused(&object.class, String::new())),
        };
        let request = Command::new(field::STORE)
            .with_uid(element::AFFECTED_CLASS, &object.class)
            .with_uid(element::AFFECTED_INSTANCE, &object.instance)
            .number(element::PRIORITY, 0)
            .with_data_set();
        self.ask(id, request, Some(&bytes)).await
    }

    /// Asks a peer for an association on which we, the provider of storage commitment, report.
    pub(crate) async fn to_report(
        peer: &Peer,
        calling: &AeTitle,
        timeouts: &Timeouts,
    ) -> Result<Self, ScuError> {
        let class = uids::STORAGE_COMMITMENT_PUSH_MODEL.to_owned();
        let implicit = uids::IMPLICIT_VR_LITTLE_ENDIAN.to_owned();
        let contexts = proposals(&[(class.clone(), implicit)]);
        let proposal = Proposal { contexts, provider_of: vec![class] };
        Self::open_with(peer, calling, proposal, timeouts).await
    }

    /// N-EVENT-REPORT, written in the transfer syntax of the first context.
    pub(crate) async fn report(
        &mut self,
        message: impl Fn(&str) -> Option<(Command, Vec<u8>)>,
    ) -> Result<(), ScuError> {
        let Some(context) = self.contexts.first() else { return Err(ScuError::NoContext(1)) };
        let id = context.id;
        let written = message(&context.transfer_syntax);
        let (command, bytes) = written.ok_or_else(|| ScuError::Object("not written".into()))?;
        self.ask(id, command, Some(&bytes)).await
    }
}
