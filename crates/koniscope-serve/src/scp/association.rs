//! One association, from its request to its end.

use std::time::Duration;

use dicom_ul::pdu::{AssociationAC, Pdu, UserVariableItem};
use koniscope_dicom::uids;
use tokio::{io::AsyncRead, io::AsyncWrite};

use super::{
    Scp, commitment,
    negotiate::{self, FILMS, Taken},
    receive::{self, Arriving},
};
use crate::{
    IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION,
    ae::AeTitle,
    command::{Command, element, field},
    dimse::{Assembler, Channel, LIST_LIMIT, MessageError, Part},
    film::Announced,
    now_ms,
    wire::{Deadline, Wire, WireError},
};

/// Status: the operation is not known here (PS3.7 annex C).
const UNRECOGNIZED: u16 = 0x0211;
/// Status: the class is not that of the context.
const WRONG_CLASS: u16 = 0x0122;
/// Status: the store does not take it.
const OUT_OF_RESOURCES: u16 = 0x0213;
/// Status: the UID is none.
const INVALID_INSTANCE: u16 = 0x0117;

/// A refused film is let go by up to so many times the largest.
const PATIENCE: u64 = 4;

/// How an association ended.
pub(super) struct Ended {
    pub(super) calling: Option<AeTitle>,
    pub(super) objects: u64,
    pub(super) outcome: String,
}

/// An association that was taken.
struct Running<'a, S> {
    scp: &'a Scp,
    channel: Channel<S>,
    calling: AeTitle,
    contexts: Vec<Taken>,
    objects: u64,
}

/// A request, and the data set that comes with it.
struct Request {
    context: u8,
    command: Command,
    data: Data,
    /// Bytes of the data set so far.
    came: u64,
}

enum Data {
    /// Written to disk as it comes.
    Film(Box<Arriving>),
    /// Kept in memory.
    List(Vec<u8>),
    /// Of no use: the request is answered with this once it has come.
    Refused(Command),
}

/// Runs an association. Without a free slot it is only told so.
pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    scp: &Scp,
    stream: S,
    is_free: bool,
) -> Ended {
    let config = &scp.config;
    let within = Duration::from_secs(config.timeouts.association_s);
    let mut wire = Wire::new(stream, config.node.max_pdu);
    let ended = |outcome: String| Ended { calling: None, objects: 0, outcome };
    let request = match wire.read(within, "the request of an association was awaited").await {
        Ok(Pdu::AssociationRQ(request)) => request,
        // A probe of the port, as load balancers do.
        Err(WireError::Closed) => return ended("connected and left without a word".into()),
        other => {
            let words = match other {
                Err(error) => error.to_string(),
                Ok(_) => "the peer broke the protocol: no request of an association".into(),
            };
            Channel::new(wire, 0, &config.timeouts).abort().await;
            return ended(words);
        }
    };
    let calling = match negotiate::caller(&request, config, is_free) {
        Ok(calling) => calling,
        Err((rejection, words)) => {
            let _ = wire.write(&Pdu::AssociationRJ(rejection), within).await;
            // The peer closes, so that it reads the rejection before the connection is gone.
            let _ = wire.read(Duration::from_secs(2), "the peer's close was awaited").await;
            wire.close().await;
            let calling = AeTitle::try_from(request.calling_ae_title).ok();
            return Ended { calling, objects: 0, outcome: words };
        }
    };
    let (answers, contexts) = negotiate::contexts(&request.presentation_contexts);
    let roles = negotiate::roles(&request.user_variables, &contexts);
    let peer_limit = request.user_variables.iter().find_map(|item| match item {
        UserVariableItem::MaxLength(limit) => Some(*limit),
        _ => None,
    });
    let accepted = AssociationAC {
        protocol_version: 1,
        called_ae_title: request.called_ae_title,
        calling_ae_title: request.calling_ae_title,
        application_context_name: crate::scu::APPLICATION_CONTEXT.to_owned(),
        presentation_contexts: answers,
        user_variables: [
            UserVariableItem::MaxLength(config.node.max_pdu),
            UserVariableItem::ImplementationClassUID(IMPLEMENTATION_CLASS_UID.to_owned()),
            UserVariableItem::ImplementationVersionName(IMPLEMENTATION_VERSION.to_owned()),
        ]
        .into_iter()
        .chain(roles)
        .collect(),
    };
    if let Err(error) = wire.write(&Pdu::AssociationAC(accepted), within).await {
        return Ended { calling: Some(calling), objects: 0, outcome: error.to_string() };
    }
    let channel = Channel::new(wire, peer_limit.unwrap_or(0), &config.timeouts);
    let mut running = Running { scp, channel, calling, contexts, objects: 0 };
    let outcome = match running.messages().await {
        Ok(()) if running.contexts.is_empty() => "released; no context could be taken".into(),
        Ok(()) => "released".into(),
        Err(MessageError::Aborted) => MessageError::Aborted.to_string(),
        Err(error) => {
            running.channel.abort().await;
            error.to_string()
        }
    };
    Ended { calling: Some(running.calling), objects: running.objects, outcome }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Running<'_, S> {
    /// Answers messages until the peer releases. A film that is bad ends no association.
    async fn messages(&mut self) -> Result<(), MessageError> {
        let timeouts = &self.scp.config.timeouts;
        let idle = Duration::from_secs(timeouts.idle_s);
        let whole = Duration::from_secs(timeouts.whole_association_s);
        let association = Deadline::new("an association", whole);
        let mut message: Option<Deadline> = None;
        let mut assembler = Assembler::default();
        let mut request: Option<Request> = None;
        loop {
            let (within, awaited) = if assembler.is_inside() {
                (self.channel.within, "the rest of a message was awaited")
            } else {
                message = None;
                (idle, "the next message was awaited")
            };
            let deadlines = [association, message.unwrap_or(association)];
            let read = self.channel.wire.read_by(&deadlines, within, awaited).await?;
            message.get_or_insert_with(|| Deadline::new("a message", self.channel.whole));
            let values = match read {
                Pdu::PData { data } => data,
                Pdu::ReleaseRQ if !assembler.is_inside() => {
                    self.channel.wire.write(&Pdu::ReleaseRP, self.channel.within).await?;
                    self.channel.wire.close().await;
                    return Ok(());
                }
                Pdu::AbortRQ { .. } => return Err(MessageError::Aborted),
                other => {
                    let words = format!("{} at the wrong time", kind(&other));
                    return Err(MessageError::Breach(words));
                }
            };
            for value in values {
                match assembler.push(value).map_err(MessageError::Breach)? {
                    Some(Part::Command(context, command)) => {
                        let has_data = command.has_data_set();
                        let begun = self.begin(context, command)?;
                        match begun {
                            Some(begun) if has_data => request = Some(begun),
                            Some(begun) => self.finish(begun).await?,
                            None => {}
                        }
                    }
                    Some(Part::Data(bytes, is_last)) => {
                        let limit = self.scp.config.node.max_film_mb.saturating_mul(1 << 20);
                        if let Some(request) = &mut request {
                            request.add(&bytes, limit)?;
                        }
                        if is_last && let Some(request) = request.take() {
                            self.finish(request).await?;
                        }
                    }
                    None => {}
                }
            }
        }
    }

    /// Looks at a command; nothing where no answer is wanted.
    fn begin(&self, id: u8, command: Command) -> Result<Option<Request>, MessageError> {
        let Some(context) = self.contexts.iter().find(|context| context.id == id) else {
            return Err(MessageError::Breach(format!("context {id}, which was not accepted")));
        };
        let refuse =
            |status, words: &str| Data::Refused(Command::answer(&command, status).comment(words));
        let data = match command.get(element::FIELD) {
            // The answer to a report of ours, and the end of a query that is none.
            Some(answer) if answer & field::ANSWER != 0 || answer == field::CANCEL => {
                return Ok(None);
            }
            Some(field::ECHO) => Data::Refused(Command::answer(&command, 0)),
            Some(field::ACTION | field::EVENT_REPORT)
                if command.has_data_set()
                    && context.class == uids::STORAGE_COMMITMENT_PUSH_MODEL =>
            {
                Data::List(Vec::new())
            }
            Some(field::STORE) if command.has_data_set() => {
                let class = command.uid(element::AFFECTED_CLASS);
                let is_film = FILMS.contains(&context.class.as_str());
                if class.as_deref() != Some(context.class.as_str()) || !is_film {
                    refuse(WRONG_CLASS, "class is not that of the context")
                } else if let Some(instance) = command.uid(element::AFFECTED_INSTANCE) {
                    let announced = Announced {
                        class: context.class.clone(),
                        instance,
                        transfer_syntax: context.transfer_syntax.clone(),
                    };
                    match receive::begin(self.scp, announced, &self.calling) {
                        Ok(arriving) => Data::Film(Box::new(arriving)),
                        Err(refusal) => refuse(refusal.status, &refusal.words),
                    }
                } else {
                    refuse(INVALID_INSTANCE, "SOP Instance UID is none")
                }
            }
            _ => refuse(UNRECOGNIZED, "echo, store and storage commitment are known here"),
        };
        Ok(Some(Request { context: id, command, data, came: 0 }))
    }

    /// Answers a request that is whole.
    async fn finish(&mut self, request: Request) -> Result<(), MessageError> {
        let Request { context, command, data, .. } = request;
        let answer = match data {
            Data::Refused(answer) => answer,
            Data::Film(arriving) => {
                match receive::finish(self.scp, *arriving, &self.calling).await {
                    Ok(()) => {
                        self.objects += 1;
                        Command::answer(&command, 0)
                    }
                    Err(refusal) => {
                        let from = &self.calling;
                        let receive::Refusal { status, words } = refusal;
                        (self.scp.log)(&format!("from {from}: refused with {status:04X}: {words}"));
                        Command::answer(&command, status).comment(&words)
                    }
                }
            }
            Data::List(list) => return self.commit(context, &command, &list).await,
        };
        Ok(self.channel.send(context, &answer, None).await?)
    }

    /// Storage commitment: the request's answer, and the report, which is noted before where it comes later.
    async fn commit(&mut self, id: u8, command: &Command, list: &[u8]) -> Result<(), MessageError> {
        let context = self.contexts.iter().find(|context| context.id == id);
        let syntax = context.map(|context| context.transfer_syntax.clone()).unwrap_or_default();
        if command.get(element::FIELD) == Some(field::EVENT_REPORT) {
            let answer = commitment::told(self.scp, command, list, &syntax).await;
            return Ok(self.channel.send(id, &answer, None).await?);
        }
        let (mut answer, asked) = commitment::answer(command, list, &syntax);
        let mut report = None;
        if let Some(asked) = asked {
            let title = self.calling.as_str();
            let noted = if self.scp.config.titled(title).is_some() {
                self.scp.store.owe(title, &asked, now_ms()).await
            } else {
                commitment::report(self.scp, &asked).await.map(|now| report = Some(now))
            };
            if let Err(error) = noted {
                answer = Command::answer(command, OUT_OF_RESOURCES).comment(&error.to_string());
            }
        }
        self.channel.send(id, &answer, None).await?;
        self.scp.owed.notify_one();
        if let Some((command, bytes)) = report.and_then(|report| report.message(&syntax)) {
            self.channel.send(id, &command, Some(&bytes)).await?;
        }
        Ok(())
    }
}

impl Request {
    /// Adds bytes of the data set.
    fn add(&mut self, bytes: &[u8], film_limit: u64) -> Result<(), MessageError> {
        self.came += bytes.len() as u64;
        if self.came > film_limit.saturating_mul(PATIENCE) {
            return Err(MessageError::Breach("a data set without end".into()));
        }
        match &mut self.data {
            Data::Film(arriving) => arriving.add(bytes, film_limit),
            Data::List(list) if list.len() + bytes.len() > LIST_LIMIT => {
                return Err(MessageError::Breach(format!(
                    "a list of more than {LIST_LIMIT} bytes"
                )));
            }
            Data::List(list) => list.extend(bytes),
            Data::Refused(_) => {}
        }
        Ok(())
    }
}

fn kind(pdu: &Pdu) -> &'static str {
    match pdu {
        Pdu::AssociationRQ(_) => "a second request of an association",
        Pdu::AssociationAC(_) | Pdu::AssociationRJ(_) => "an answer to an association",
        Pdu::ReleaseRQ | Pdu::ReleaseRP => "a release",
        _ => "a PDU of unknown type",
    }
}
