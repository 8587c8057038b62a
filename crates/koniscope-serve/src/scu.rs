//! The asking side of associations: C-ECHO, C-STORE and reports of storage commitment to a peer.

mod data_set;

use std::time::Duration;

pub use data_set::{DataSet, data_set};
use dicom_ul::pdu::{
    AssociationRQ, Pdu, PresentationContextProposed, PresentationContextResultReason,
    RequestorRoles, UserVariableItem,
};
use koniscope_dicom::uids;
use tokio::{net::TcpStream, time::timeout};

use crate::{
    IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION,
    ae::AeTitle,
    command::{Command, element, field},
    config::{Peer, Timeouts},
    dimse::{Channel, MessageError},
    wire::{Wire, WireError},
};

/// DICOM's own application context (PS3.7 A.2.1).
pub(crate) const APPLICATION_CONTEXT: &str = "1.2.840.10008.3.1.1.1";

/// Contexts that an association can have: odd numbers of a byte.
const MOST_CONTEXTS: usize = 128;

/// What we are told to take at most in a P-DATA-TF.
const OWN_PDU: u32 = 64 << 10;

/// Why a peer did not take what it was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScuError {
    /// No connection.
    #[error("no connection to {address}: {detail}")]
    Connect {
        /// Where to.
        address: String,
        /// The system's words.
        detail: String,
    },
    /// The peer rejected the association.
    #[error("the peer rejected the association: {0}")]
    Rejected(String),
    /// The peer took none of the contexts that were proposed.
    #[error(
        "the peer takes none of the {0} kinds of objects proposed; see what it is set to accept"
    )]
    NoContext(usize),
    /// The peer took no context for this object.
    #[error("the peer does not take objects of class {class}{how}")]
    ContextRefused {
        /// SOP Class UID.
        class: String,
        /// In which transfer syntax, where others are taken.
        how: String,
    },
    /// The peer answered with a failure.
    #[error("the peer answered with status {status:04X} ({meaning}){words}")]
    Status {
        /// As sent.
        status: u16,
        /// By the standard's tables.
        meaning: &'static str,
        /// The peer's own words.
        words: String,
    },
    /// The object is none.
    #[error("an object that cannot be sent: {0}")]
    Object(String),
    /// The association broke.
    #[error(transparent)]
    Message(#[from] MessageError),
}

impl From<WireError> for ScuError {
    fn from(error: WireError) -> Self {
        Self::Message(error.into())
    }
}

impl ScuError {
    /// Whether the same may go well later: the network, and a peer that says it is short of something.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::Rejected(_) | Self::Message(_) | Self::NoContext(_) => {
                true
            }
            Self::Status { status, .. } => matches!(status, 0xA700..=0xA7FF | 0x0110 | 0x0213),
            Self::ContextRefused { .. } | Self::Object(_) => false,
        }
    }

    /// Whether the association can be used on: only after a whole answer.
    pub fn is_of_object(&self) -> bool {
        matches!(self, Self::Status { .. } | Self::ContextRefused { .. } | Self::Object(_))
    }
}

/// A context that the peer took.
struct Context {
    id: u8,
    class: String,
    transfer_syntax: String,
}

/// An association that we asked for.
pub struct Outgoing {
    channel: Channel<TcpStream>,
    contexts: Vec<Context>,
    message: u16,
    release_within: Duration,
}

impl Outgoing {
    /// Asks a peer for an association on which objects of these classes, each with its transfer syntax, go.
    /// Each is proposed in Explicit and Implicit VR Little Endian too, in contexts of their own.
    ///
    /// # Errors
    /// [`ScuError`].
    pub async fn open(
        peer: &Peer,
        calling: &AeTitle,
        objects: &[(String, String)],
        timeouts: &Timeouts,
    ) -> Result<Self, ScuError> {
        Self::open_with(peer, calling, proposals(objects), None, timeouts).await
    }

    /// Asks a peer for an association on which we, the provider of storage commitment, report.
    pub(crate) async fn to_report(
        peer: &Peer,
        calling: &AeTitle,
        timeouts: &Timeouts,
    ) -> Result<Self, ScuError> {
        let class = uids::STORAGE_COMMITMENT_PUSH_MODEL.to_owned();
        let roles = RequestorRoles { scu: false, scp: true };
        let role = UserVariableItem::ScuScpRoleSelectionSubItem(class.clone(), roles);
        let proposed = proposals(&[(class, uids::IMPLICIT_VR_LITTLE_ENDIAN.to_owned())]);
        Self::open_with(peer, calling, proposed, Some(role), timeouts).await
    }

    async fn open_with(
        peer: &Peer,
        calling: &AeTitle,
        proposed: Vec<PresentationContextProposed>,
        role: Option<UserVariableItem>,
        timeouts: &Timeouts,
    ) -> Result<Self, ScuError> {
        let address = peer.address.clone();
        let failed = |detail: String| ScuError::Connect { address: address.clone(), detail };
        let connect = TcpStream::connect(&peer.address);
        let late = |_| failed(format!("{} s passed", timeouts.connect_s));
        let stream = timeout(Duration::from_secs(timeouts.connect_s), connect)
            .await
            .map_err(late)?
            .map_err(|e| failed(e.to_string()))?;
        // An answer should not wait for more bytes to fill a packet.
        let _ = stream.set_nodelay(true);
        let mut wire = Wire::new(stream, OWN_PDU);
        let request = AssociationRQ {
            protocol_version: 1,
            calling_ae_title: calling.as_str().to_owned(),
            called_ae_title: peer.ae_title.as_str().to_owned(),
            application_context_name: APPLICATION_CONTEXT.to_owned(),
            presentation_contexts: proposed.clone(),
            user_variables: [
                UserVariableItem::MaxLength(OWN_PDU),
                UserVariableItem::ImplementationClassUID(IMPLEMENTATION_CLASS_UID.to_owned()),
                UserVariableItem::ImplementationVersionName(IMPLEMENTATION_VERSION.to_owned()),
            ]
            .into_iter()
            .chain(role)
            .collect(),
        };
        let acse = Duration::from_secs(timeouts.association_s);
        wire.write(&Pdu::AssociationRQ(request), acse).await?;
        let accepted = match wire.read(acse, "the answer to our association was awaited").await? {
            Pdu::AssociationAC(accepted) => accepted,
            Pdu::AssociationRJ(rejected) => {
                return Err(ScuError::Rejected(rejected.source.to_string()));
            }
            Pdu::AbortRQ { .. } => return Err(MessageError::Aborted.into()),
            _ => {
                let words = "no answer to an association".to_owned();
                return Err(MessageError::Breach(words).into());
            }
        };
        let peer_limit = accepted.user_variables.iter().find_map(|item| match item {
            UserVariableItem::MaxLength(limit) => Some(*limit),
            _ => None,
        });
        let mut contexts = Vec::new();
        for result in accepted.presentation_contexts {
            let proposal = proposed.iter().find(|proposal| proposal.id == result.id);
            if let Some(proposal) = proposal
                && result.reason == PresentationContextResultReason::Acceptance
            {
                contexts.push(Context {
                    id: proposal.id,
                    class: proposal.abstract_syntax.clone(),
                    transfer_syntax: result.transfer_syntax.trim_end_matches('\0').to_owned(),
                });
            }
        }
        let within = Duration::from_secs(timeouts.message_s);
        let channel = Channel { wire, peer_limit: peer_limit.unwrap_or(0), within };
        let mut open = Self { channel, contexts, message: 0, release_within: acse };
        if open.contexts.is_empty() {
            open.release().await;
            return Err(ScuError::NoContext(proposed.len()));
        }
        Ok(open)
    }

    /// C-ECHO.
    ///
    /// # Errors
    /// [`ScuError`].
    pub async fn echo(&mut self) -> Result<(), ScuError> {
        let class = uids::VERIFICATION;
        let context = self.contexts.iter().find(|context| context.class == class);
        let Some(Context { id, .. }) = context else {
            return Err(refused(class, String::new()));
        };
        let request = Command::new(field::ECHO).with_uid(element::AFFECTED_CLASS, class);
        self.ask(*id, request, None).await
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

    async fn ask(
        &mut self,
        context: u8,
        request: Command,
        data: Option<&[u8]>,
    ) -> Result<(), ScuError> {
        self.message = self.message.wrapping_add(1);
        let request = request.number(element::MESSAGE, self.message);
        self.channel.send(context, &request, data).await?;
        let (_, answer, _) = self.channel.receive("the answer to a message was awaited").await?;
        if answer.get(element::RESPONDED) != Some(self.message) {
            let words = "an answer to another message".to_owned();
            return Err(MessageError::Breach(words).into());
        }
        match answer.get(element::STATUS) {
            // Warnings say that the peer stored it, after its own fashion.
            Some(0 | 0x0001 | 0xB000..=0xBFFF) => Ok(()),
            Some(status) => {
                let words = answer.words().filter(|words| !words.is_empty());
                let words = words.map(|words| format!(": {words}")).unwrap_or_default();
                Err(ScuError::Status { status, meaning: meaning(status), words })
            }
            None => Err(MessageError::Breach("an answer without status".into()).into()),
        }
    }

    /// Releases the association and closes the connection.
    pub async fn release(&mut self) {
        let wire = &mut self.channel.wire;
        if wire.write(&Pdu::ReleaseRQ, self.release_within).await.is_ok() {
            let _ = wire.read(self.release_within, "the release was awaited").await;
        }
        wire.close().await;
    }

    /// Ends it without ceremony: after a fault, when the peer may be anywhere in a message.
    pub async fn abort(mut self) {
        self.channel.abort().await;
    }
}

fn refused(class: &str, how: String) -> ScuError {
    ScuError::ContextRefused { class: class.to_owned(), how }
}

/// Contexts to propose, each with one transfer syntax, so that the peer says of each whether it takes it.
fn proposals(objects: &[(String, String)]) -> Vec<PresentationContextProposed> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for (class, syntax) in objects {
        for syntax in [syntax, uids::EXPLICIT_VR_LITTLE_ENDIAN, uids::IMPLICIT_VR_LITTLE_ENDIAN] {
            if !pairs.contains(&(class, syntax)) {
                pairs.push((class, syntax));
            }
        }
    }
    let ids = (1..=u8::MAX).step_by(2);
    let proposal = |((class, syntax), id): (&(&str, &str), u8)| PresentationContextProposed {
        id,
        abstract_syntax: (*class).to_owned(),
        transfer_syntaxes: vec![(*syntax).to_owned()],
    };
    pairs.iter().take(MOST_CONTEXTS).zip(ids).map(proposal).collect()
}

/// What a status says (PS3.4 table B.2-1, PS3.7 annex C).
fn meaning(status: u16) -> &'static str {
    match status {
        0xA700..=0xA7FF => "out of resources",
        0xA900..=0xA9FF => "the object does not match its class",
        0xC000..=0xCFFF => "it cannot understand the object",
        0x0110 => "processing failure",
        0x0111 => "duplicate instance",
        0x0112 => "no such instance",
        0x0117 => "invalid instance",
        0x0119 => "class and instance conflict",
        0x0122 => "class not supported",
        0x0124 => "not authorized",
        0x0211 => "unrecognized operation",
        0x0213 => "resource limitation",
        _ => "a failure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_odd_and_have_one_syntax_each() {
        let object = |class: &str| (class.to_owned(), uids::EXPLICIT_VR_LITTLE_ENDIAN.to_owned());
        let few = proposals(&[object("1.2"), object("1.3"), object("1.2")]);
        assert_eq!(few.iter().map(|context| context.id).collect::<Vec<_>>(), [1, 3, 5, 7]);
        assert!(few.iter().all(|context| context.transfer_syntaxes.len() == 1));
        let many: Vec<_> = (0..100).map(|i| object(&format!("1.{i}"))).collect();
        let many = proposals(&many);
        assert_eq!((many.len(), many.last().map(|context| context.id)), (128, Some(255)));
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let status = |status| ScuError::Status { status, meaning: "", words: String::new() };
        assert!(status(0xA700).may_pass() && status(0x0110).may_pass());
        assert!(!status(0xC000).may_pass() && !status(0x0124).may_pass());
        assert!(ScuError::from(WireError::Closed).may_pass());
        assert!(!ScuError::from(WireError::Closed).is_of_object());
        assert!(refused("1.2", String::new()).is_of_object());
    }
}
