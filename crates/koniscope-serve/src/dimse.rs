//! Messages over PDUs: put together on arrival, cut to the peer's size when sent.

use std::time::Duration;

use dicom_ul::pdu::{AbortRQServiceProviderReason, AbortRQSource, PDataValue, PDataValueType, Pdu};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

use crate::{
    command::{self, Command},
    config::Timeouts,
    wire::{Deadline, Wire, WireError},
};

/// Bytes of a P-DATA-TF that are no data: length, context and control header of its one value.
const VALUE_HEADER: u32 = 6;

/// What we send at most in a P-DATA-TF, also where the peer sets no limit.
const OWN_LIMIT: u32 = 128 << 10;

/// Most bytes of a list of references or an answer of a query, which are kept in memory.
pub(crate) const LIST_LIMIT: usize = 4 << 20;

/// A film that is too large is let go by up to so many times the most.
const PATIENCE: usize = 4;

/// Why a message did not go through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The connection.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The peer broke the protocol.
    #[error("the peer broke the protocol: {0}")]
    Breach(String),
    /// The peer ended the association.
    #[error("the peer aborted the association")]
    Aborted,
    /// The peer asked for release where an answer was awaited.
    #[error("the peer asked for release in place of an answer")]
    Released,
}

/// A part of a message.
pub(crate) enum Part {
    /// A whole command set, on a context.
    Command(u8, Command),
    /// Bytes of the data set that follows it, and whether they are the last.
    Data(Vec<u8>, bool),
}

/// Puts messages together, value by value.
#[derive(Default)]
pub(crate) struct Assembler {
    context: u8,
    command: Vec<u8>,
    in_command: bool,
    in_data: bool,
}

impl Assembler {
    /// Whether a message has begun.
    pub(crate) fn is_inside(&self) -> bool {
        self.in_command || self.in_data
    }

    /// The next value, as a part where it completes one.
    pub(crate) fn push(&mut self, value: PDataValue) -> Result<Option<Part>, String> {
        if self.is_inside() && value.presentation_context_id != self.context {
            return Err("a value on another context inside a message".into());
        }
        self.context = value.presentation_context_id;
        match (value.value_type, self.in_data) {
            (PDataValueType::Data, true) => {
                self.in_data = !value.is_last;
                Ok(Some(Part::Data(value.data, value.is_last)))
            }
            (PDataValueType::Command, false) => {
                self.in_command = !value.is_last;
                self.command.extend(value.data);
                if self.command.len() > command::LIMIT {
                    return Err(format!("a command set of more than {} bytes", command::LIMIT));
                }
                if !value.is_last {
                    return Ok(None);
                }
                let command = Command::parse(&std::mem::take(&mut self.command))?;
                self.in_data = command.has_data_set();
                Ok(Some(Part::Command(self.context, command)))
            }
            (PDataValueType::Data, false) => Err("a data set without its command".into()),
            (PDataValueType::Command, true) => Err("a command inside a data set".into()),
        }
    }
}

/// Messages of one association.
pub(crate) struct Channel<S> {
    pub(crate) wire: Wire<S>,
    /// Most bytes of a P-DATA-TF that the peer takes; 0 for no limit.
    pub(crate) peer_limit: u32,
    /// For each PDU of a message, and for an answer.
    pub(crate) within: Duration,
    /// For a whole message once it was begun, however small its PDUs.
    pub(crate) whole: Duration,
    /// Most bytes of a data set that is kept in memory.
    pub(crate) most: usize,
    /// Whether the last message was a film with more, of which nothing is kept.
    pub(crate) is_cut: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Channel<S> {
    /// Over a wire, to a peer that takes PDUs of at most `peer_limit` bytes.
    pub(crate) fn new(wire: Wire<S>, peer_limit: u32, timeouts: &Timeouts) -> Self {
        let within = Duration::from_secs(timeouts.message_s);
        let whole = Duration::from_secs(timeouts.whole_message_s);
        Self { wire, peer_limit, within, whole, most: LIST_LIMIT, is_cut: false }
    }

    /// Sends a message. The data set begins in a PDU of its own, as some peers want it.
    pub(crate) async fn send(
        &mut self,
        context: u8,
        command: &Command,
        data: Option<&[u8]>,
    ) -> Result<(), WireError> {
        let whole = self.whole;
        let late = WireError::Endless { whole: "a message", seconds: whole.as_secs() };
        let send = async {
            self.send_values(context, PDataValueType::Command, &command.bytes()).await?;
            match data {
                Some(data) => self.send_values(context, PDataValueType::Data, data).await,
                None => Ok(()),
            }
        };
        timeout(whole, send).await.map_err(|_| late)?
    }

    async fn send_values(
        &mut self,
        context: u8,
        kind: PDataValueType,
        bytes: &[u8],
    ) -> Result<(), WireError> {
        let limit = if self.peer_limit == 0 { OWN_LIMIT } else { self.peer_limit.min(OWN_LIMIT) };
        // Even, as every value of a data set; a limit below any sense still makes way.
        let room = (limit.saturating_sub(VALUE_HEADER) & !1).max(64) as usize;
        let mut rest = bytes;
        loop {
            let (now, later) = rest.split_at(rest.len().min(room));
            let value = PDataValue {
                presentation_context_id: context,
                value_type: kind.clone(),
                is_last: later.is_empty(),
                data: now.to_vec(),
            };
            self.wire.write(&Pdu::PData { data: vec![value] }, self.within).await?;
            if later.is_empty() {
                return Ok(());
            }
            rest = later;
        }
    }

    /// The next message, its data set in memory.
    pub(crate) async fn receive(
        &mut self,
        awaited: &'static str,
    ) -> Result<(u8, Command, Vec<u8>), MessageError> {
        let mut assembler = Assembler::default();
        let mut message: Option<(u8, Command)> = None;
        let (mut data, mut came) = (Vec::new(), 0usize);
        self.is_cut = false;
        let mut by: Option<Deadline> = None;
        loop {
            let read = self.wire.read_by(by.as_slice(), self.within, awaited).await?;
            by.get_or_insert_with(|| Deadline::new("a message", self.whole));
            let values = match read {
                Pdu::PData { data } => data,
                Pdu::AbortRQ { .. } => return Err(MessageError::Aborted),
                Pdu::ReleaseRQ => return Err(MessageError::Released),
                _ => return Err(MessageError::Breach("no message where one was awaited".into())),
            };
            for value in values {
                match assembler.push(value).map_err(MessageError::Breach)? {
                    Some(Part::Command(context, command)) => message = Some((context, command)),
                    Some(Part::Data(bytes, _)) => {
                        came += bytes.len();
                        self.is_cut = came > self.most;
                        if self.is_cut { data = Vec::new() } else { data.extend(bytes) }
                    }
                    None => {}
                }
                let is_film = |(_, command): &(u8, Command)| {
                    command.get(command::element::FIELD) == Some(command::field::STORE)
                };
                // The rest of a film goes by, so that the next one can come.
                let is_patient = came <= self.most.saturating_mul(PATIENCE)
                    && message.as_ref().is_some_and(is_film);
                if self.is_cut && !is_patient {
                    let words = format!("a data set of more than {} bytes", self.most);
                    return Err(MessageError::Breach(words));
                }
            }
            if !assembler.is_inside()
                && let Some((context, command)) = message.take()
            {
                return Ok((context, command, data));
            }
        }
    }

    /// Ends the association at once, where the connection still stands.
    pub(crate) async fn abort(&mut self) {
        let source = AbortRQSource::ServiceProvider(AbortRQServiceProviderReason::UnexpectedPdu);
        let _ = self.wire.write(&Pdu::AbortRQ { source }, Duration::from_secs(1)).await;
        self.wire.close().await;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::command::field;

    fn value(kind: PDataValueType, data: &[u8], is_last: bool) -> PDataValue {
        PDataValue { presentation_context_id: 1, value_type: kind, is_last, data: data.to_vec() }
    }

    #[test]
    fn breaches_are_named() {
        use PDataValueType::{Command as C, Data as D};
        let store = Command::new(field::STORE).with_data_set().bytes();
        let mut alone = Assembler::default();
        assert!(alone.push(value(D, b"x", true)).is_err_and(|e| e.contains("without its command")));
        let mut twice = Assembler::default();
        assert!(matches!(twice.push(value(C, &store, true)), Ok(Some(Part::Command(1, _)))));
        let mut other = value(D, b"x", false);
        other.presentation_context_id = 3;
        assert!(twice.push(other).is_err_and(|e| e.contains("another context")));
        assert!(matches!(twice.push(value(D, b"ab", false)), Ok(Some(Part::Data(_, false)))));
        assert!(twice.push(value(C, &store, true)).is_err_and(|e| e.contains("inside a data set")));
        let mut endless = Assembler::default();
        assert!(endless.push(value(C, &[0; 10_000], false)).is_ok_and(|part| part.is_none()));
        assert!(endless.push(value(C, &[0; 10_000], false)).is_err_and(|e| e.contains("bytes")));
    }

    #[test]
    fn a_message_is_cut_to_the_peers_size() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let timeouts = Timeouts::default();
            let (to, from) = tokio::io::duplex(1 << 20);
            let mut sender = Channel::new(Wire::new(to, 4096), 1024, &timeouts);
            // What it may take is what the sender was told: one byte more would be refused.
            let mut taker = Channel::new(Wire::new(from, 1024), 0, &timeouts);
            let data: Vec<u8> = (0..5001u32).map(|i| i as u8).collect();
            let command = Command::new(field::STORE).with_data_set();
            sender.send(5, &command, Some(&data)).await.unwrap();
            let came = taker.receive("a message was awaited").await.unwrap();
            assert_eq!(came, (5, command, data));
        });
    }
}
