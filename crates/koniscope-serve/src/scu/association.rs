//! One association that we ask for: its request, its contexts, and the one exchange of a message and its answers.

use std::time::Duration;

use dicom_ul::pdu::{
    AssociationRQ, Pdu, PresentationContextProposed, PresentationContextResultReason,
    RequestorRoles, UserVariableItem,
};
use koniscope_dicom::uids;
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{Instant, sleep, timeout, timeout_at},
};

use super::error::{ScuError, meaning};
use crate::{
    IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION,
    ae::AeTitle,
    command::{Command, element, field},
    config::{Peer, Timeouts},
    dimse::{Channel, MessageError},
    wire::{Stream, Wire},
};

/// DICOM's own application context (PS3.7 A.2.1).
pub(crate) const APPLICATION_CONTEXT: &str = "1.2.840.10008.3.1.1.1";

/// Contexts that an association can have: odd numbers of a byte.
const MOST_CONTEXTS: usize = 128;

/// What we are told to take at most in a P-DATA-TF.
const OWN_PDU: u32 = 64 << 10;

/// A peer that is asked to give up a query has so long for its last answers.
const GIVE_UP: Duration = Duration::from_secs(5);

/// A context that the peer took.
pub(super) struct Context {
    pub(super) id: u8,
    pub(super) class: String,
    pub(super) transfer_syntax: String,
}

/// What comes while a request of ours is answered.
pub(super) enum Came {
    /// An answer after which others come.
    Pending(Command, Vec<u8>),
    /// The last answer.
    Final(Command),
    /// A request of the peer's, on a context: a film that we asked for, or a report.
    Request(u8, Command, Vec<u8>),
}

/// An association that we asked for.
pub struct Outgoing {
    pub(super) channel: Channel<Box<dyn Stream>>,
    pub(super) contexts: Vec<Context>,
    /// Classes whose provider we are, by the peer's leave.
    roles: Vec<String>,
    message: u16,
    /// Context of the last request.
    context: u8,
    release_within: Duration,
    /// Becomes true where a query is to be given up.
    stop: Option<watch::Receiver<bool>>,
    /// Once the peer was asked to give up: until when it may answer.
    given_up: Option<Instant>,
}

/// What is asked for: contexts, and classes whose provider we are.
pub(super) struct Proposal {
    pub(super) contexts: Vec<PresentationContextProposed>,
    pub(super) provider_of: Vec<String>,
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
        let proposal = Proposal { contexts: proposals(objects), provider_of: Vec::new() };
        Self::open_with(peer, calling, proposal, timeouts).await
    }

    pub(super) async fn open_with(
        peer: &Peer,
        calling: &AeTitle,
        proposal: Proposal,
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
        let acse = Duration::from_secs(timeouts.association_s);
        let stream: Box<dyn Stream> = match &peer.secure {
            None => Box::new(stream),
            Some(secure) => {
                let host = peer.address.rsplit_once(':').map_or("", |(host, _)| host);
                let late = |_| failed(format!("no TLS: {} s passed", timeouts.association_s));
                let secured = timeout(acse, secure.connect(host, stream)).await.map_err(late)?;
                secured.map_err(&failed)?
            }
        };
        let mut wire = Wire::new(stream, OWN_PDU);
        let roles = RequestorRoles { scu: false, scp: true };
        let role =
            |class: &String| UserVariableItem::ScuScpRoleSelectionSubItem(class.clone(), roles);
        let request = AssociationRQ {
            protocol_version: 1,
            calling_ae_title: calling.as_str().to_owned(),
            called_ae_title: peer.ae_title.as_str().to_owned(),
            application_context_name: APPLICATION_CONTEXT.to_owned(),
            presentation_contexts: proposal.contexts.clone(),
            user_variables: [
                UserVariableItem::MaxLength(OWN_PDU),
                UserVariableItem::ImplementationClassUID(IMPLEMENTATION_CLASS_UID.to_owned()),
                UserVariableItem::ImplementationVersionName(IMPLEMENTATION_VERSION.to_owned()),
            ]
            .into_iter()
            .chain(proposal.provider_of.iter().map(role))
            .collect(),
        };
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
        let (mut peer_limit, mut roles) = (0, Vec::new());
        for item in accepted.user_variables {
            match item {
                UserVariableItem::MaxLength(limit) => peer_limit = limit,
                UserVariableItem::ScuScpRoleSelectionSubItem(class, role) if role.scp => {
                    roles.push(class.trim_end_matches('\0').to_owned());
                }
                _ => {}
            }
        }
        let mut contexts = Vec::new();
        for result in accepted.presentation_contexts {
            let proposed = proposal.contexts.iter().find(|proposed| proposed.id == result.id);
            if let Some(proposed) = proposed
                && result.reason == PresentationContextResultReason::Acceptance
            {
                contexts.push(Context {
                    id: proposed.id,
                    class: proposed.abstract_syntax.clone(),
                    transfer_syntax: result.transfer_syntax.trim_end_matches('\0').to_owned(),
                });
            }
        }
        let mut open = Self {
            channel: Channel::new(wire, peer_limit, timeouts),
            contexts,
            roles,
            message: 0,
            context: 0,
            release_within: acse,
            stop: None,
            given_up: None,
        };
        if open.contexts.is_empty() {
            open.release().await;
            return Err(ScuError::NoContext(proposal.contexts.len()));
        }
        Ok(open)
    }

    /// Queries of this association are given up once `stop` is true: the peer is asked to end them, and has
    /// some seconds for it.
    pub(crate) fn give_up_on(&mut self, stop: watch::Receiver<bool>) {
        self.stop = Some(stop);
    }

    /// The first context of a class.
    pub(super) fn context_of(&self, class: &str) -> Option<&Context> {
        self.contexts.iter().find(|context| context.class == class)
    }

    /// Whether the peer sends objects of a class on this association.
    pub(super) fn is_provider_of(&self, class: &str) -> bool {
        self.roles.iter().any(|role| role == class)
    }

    /// Sends a request. What comes of it is told by [`Outgoing::next`].
    pub(super) async fn begin(
        &mut self,
        context: u8,
        request: Command,
        data: Option<&[u8]>,
    ) -> Result<(), ScuError> {
        self.message = self.message.wrapping_add(1);
        self.context = context;
        let request = request.number(element::MESSAGE, self.message);
        Ok(self.channel.send(context, &request, data).await?)
    }

    /// What comes next of the last request.
    pub(super) async fn next(&mut self) -> Result<Came, ScuError> {
        if self.given_up.is_none() && self.stop.as_ref().is_some_and(|stop| *stop.borrow()) {
            let request = Command::new(field::CANCEL).number(element::RESPONDED, self.message);
            self.channel.send(self.context, &request, None).await?;
            self.given_up = Some(Instant::now() + GIVE_UP);
        }
        let receive = self.channel.receive("the answer to a message was awaited");
        let received = match self.given_up {
            Some(until) => timeout_at(until, receive).await.map_err(|_| ScuError::GivenUp)?,
            // A message under way is not cut: the peer's place in it would be lost.
            None => tokio::select! {
                received = receive => received,
                () = stopped(&mut self.stop) => return Err(ScuError::GivenUp),
            },
        };
        let (context, command, data) = received?;
        if command.get(element::FIELD).is_none_or(|field| field & field::ANSWER == 0) {
            return Ok(Came::Request(context, command, data));
        }
        if command.get(element::RESPONDED) != Some(self.message) {
            let words = "an answer to another message".to_owned();
            return Err(MessageError::Breach(words).into());
        }
        match command.get(element::STATUS) {
            Some(0xFF00 | 0xFF01) => Ok(Came::Pending(command, data)),
            Some(_) => Ok(Came::Final(command)),
            None => Err(MessageError::Breach("an answer without status".into()).into()),
        }
    }

    /// A request with one answer, which must be well.
    pub(super) async fn ask(
        &mut self,
        context: u8,
        request: Command,
        data: Option<&[u8]>,
    ) -> Result<(), ScuError> {
        self.begin(context, request, data).await?;
        match self.next().await? {
            Came::Final(answer) => well(&answer),
            _ => Err(MessageError::Breach("more than one answer".into()).into()),
        }
    }

    /// Answers a request of the peer's.
    pub(super) async fn answer(&mut self, context: u8, answer: &Command) -> Result<(), ScuError> {
        Ok(self.channel.send(context, answer, None).await?)
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

/// Some seconds after `stop` became true; never where nothing can.
async fn stopped(stop: &mut Option<watch::Receiver<bool>>) {
    if let Some(stop) = stop
        && stop.wait_for(|stop| *stop).await.is_ok()
    {
        return sleep(GIVE_UP).await;
    }
    std::future::pending().await
}

/// Whether an answer's status is well.
pub(super) fn well(answer: &Command) -> Result<(), ScuError> {
    match answer.get(element::STATUS) {
        // Warnings say that the peer did it, after its own fashion.
        Some(0 | 0x0001 | 0xB000..=0xBFFF) => Ok(()),
        Some(0xFE00) => Err(ScuError::GivenUp),
        Some(status) => {
            let words = answer.words().unwrap_or_default();
            Err(ScuError::Status { status, meaning: meaning(status), words })
        }
        None => Err(MessageError::Breach("an answer without status".into()).into()),
    }
}

/// That a context was not taken.
pub(super) fn refused(class: &str, how: String) -> ScuError {
    ScuError::ContextRefused { class: class.to_owned(), how }
}

/// Contexts to propose, each with one transfer syntax, so that the peer says of each whether it takes it.
/// Explicit and Implicit VR Little Endian are proposed of every class.
pub(super) fn proposals(objects: &[(String, String)]) -> Vec<PresentationContextProposed> {
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
}
