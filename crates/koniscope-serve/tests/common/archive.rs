//! An archive by script: it answers queries and sends films, right or wrong.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use dicom_core::{DataElement, PrimitiveValue};
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::entries;
use dicom_ul::pdu::{
    AssociationAC, AssociationRQ, Pdu, PresentationContextResult, PresentationContextResultReason,
    UserVariableItem,
};
use koniscope_dicom::{Tag, VR, tags, uids};
use koniscope_serve::{
    command::{Command, element, field},
    scu,
};

use super::{DX, EXPLICIT, Peer, film_of, store_command, value};

pub const GET: &str = uids::STUDY_ROOT_QUERY_RETRIEVE_INFORMATION_MODEL_GET;
pub const MOVE: &str = uids::STUDY_ROOT_QUERY_RETRIEVE_INFORMATION_MODEL_MOVE;

/// What the archive does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Script {
    /// All right, by C-GET.
    Get,
    /// All right, by C-MOVE to this address alone.
    Move(SocketAddr),
    /// It takes C-GET, but does not take us as a provider.
    NoRole,
    /// Each query ends with a status.
    FindStatus(u16),
    /// A query is never answered.
    FindStall,
    /// A query has answers without end; it is given up where that is asked for, if `obeys`.
    FindEndless { obeys: bool },
    /// An answer that is no data set.
    FindGarbage,
    /// Each retrieval ends with a status.
    RetrieveStatus(u16),
    /// The first film is sent, then the connection is closed.
    Break,
    /// Films are announced under another UID.
    OtherUid,
    /// Only the first film of each request is sent, and the end says that all is well.
    Lazy,
}

/// A film of the archive: study, series, instance, modality, body part, and its file.
#[derive(Clone)]
pub struct Held {
    pub study: &'static str,
    pub series: &'static str,
    pub modality: &'static str,
    pub body_part: &'static str,
    pub instance: u128,
    pub file: Vec<u8>,
}

pub fn held(instance: u128, of: [&'static str; 4]) -> Held {
    held_of(instance, 64, of)
}

/// With a film of so many pixels a side.
pub fn held_of(
    instance: u128,
    side: usize,
    [study, series, modality, body_part]: [&'static str; 4],
) -> Held {
    let texts = [
        (tags::STUDY_INSTANCE_UID, VR::UI, study),
        (tags::SERIES_INSTANCE_UID, VR::UI, series),
        (tags::MODALITY, VR::CS, modality),
    ];
    let file = film_of(instance, side, instance as u16, &texts);
    Held { study, series, modality, body_part, instance, file }
}

/// Runs the archive until the test ends: its address, and how many films it sent.
pub fn archive(films: Vec<Held>, script: Script) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let sent = Arc::new(AtomicUsize::new(0));
    let shared = Arc::clone(&sent);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let peer = Peer { stream: stream.unwrap() };
            peer.stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
            let one = One { peer, films: films.clone(), script, sent: Arc::clone(&shared) };
            thread::spawn(move || one.play());
        }
    });
    (address, sent)
}

struct One {
    peer: Peer,
    films: Vec<Held>,
    script: Script,
    sent: Arc<AtomicUsize>,
}

impl One {
    fn play(mut self) -> Option<()> {
        let Some(Pdu::AssociationRQ(request)) = self.peer.receive() else { return None };
        let context = self.accept(request);
        while let Some((id, command)) = self.command() {
            let asked = self.data_set();
            match command.get(element::FIELD)? {
                field::FIND => self.find(id, &command, &asked)?,
                field::GET | field::MOVE => self.retrieve(id, &command, &asked, context)?,
                other => panic!("{other:04X}"),
            }
        }
        Some(())
    }

    /// The number of the first context of films.
    fn accept(&mut self, request: AssociationRQ) -> u8 {
        let not_taken = if matches!(self.script, Script::Move(_)) { GET } else { MOVE };
        let result = |context: &dicom_ul::pdu::PresentationContextProposed| {
            use PresentationContextResultReason as Reason;
            let syntax = &context.transfer_syntaxes[0];
            let is_taken = context.abstract_syntax != not_taken && syntax == EXPLICIT;
            let reason =
                if is_taken { Reason::Acceptance } else { Reason::TransferSyntaxesNotSupported };
            PresentationContextResult { id: context.id, reason, transfer_syntax: syntax.clone() }
        };
        let films = request.presentation_contexts.iter().find(|one| one.abstract_syntax == DX);
        let films = films.map_or(0, |one| one.id);
        let is_role = |item: &UserVariableItem| {
            self.script != Script::NoRole
                && matches!(item, UserVariableItem::ScuScpRoleSelectionSubItem(..))
        };
        let roles = request.user_variables.iter().filter(|item| is_role(item)).cloned();
        let user_variables =
            [UserVariableItem::MaxLength(16_384)].into_iter().chain(roles).collect();
        let presentation_contexts = request.presentation_contexts.iter().map(result).collect();
        self.peer.send(&Pdu::AssociationAC(AssociationAC {
            protocol_version: 1,
            calling_ae_title: request.calling_ae_title,
            called_ae_title: request.called_ae_title,
            application_context_name: request.application_context_name,
            presentation_contexts,
            user_variables,
        }));
        films
    }

    /// The next command; nothing after release or abort.
    fn command(&mut self) -> Option<(u8, Command)> {
        match self.peer.receive()? {
            Pdu::PData { data } => {
                Some((data[0].presentation_context_id, Command::parse(&data[0].data).unwrap()))
            }
            Pdu::ReleaseRQ => {
                self.peer.send(&Pdu::ReleaseRP);
                None
            }
            _ => None,
        }
    }

    fn data_set(&mut self) -> InMemDicomObject {
        let Some(Pdu::PData { data }) = self.peer.receive() else { panic!("no data set") };
        let syntax = entries::EXPLICIT_VR_LITTLE_ENDIAN.erased();
        InMemDicomObject::read_dataset_with_ts(&data[0].data[..], &syntax).unwrap()
    }

    fn answer(&mut self, id: u8, answer: &Command, texts: Option<&[(Tag, VR, &str)]>) {
        let Some(texts) = texts else { return self.peer.send_command(id, answer) };
        self.peer.send_command(id, &answer.clone().with_data_set());
        let mut object = InMemDicomObject::new_empty();
        for (tag, vr, text) in texts {
            object.put(DataElement::new(*tag, *vr, PrimitiveValue::from(*text)));
        }
        let mut bytes = Vec::new();
        let syntax = entries::EXPLICIT_VR_LITTLE_ENDIAN.erased();
        object.write_dataset_with_ts(&mut bytes, &syntax).unwrap();
        self.peer.send(&Pdu::PData { data: vec![value(id, false, &bytes, true)] });
    }

    /// Films that a data set asks for.
    fn matching(&self, asked: &InMemDicomObject) -> Vec<Held> {
        let text =
            |tag| asked.get(tag).map(|e| e.to_str().unwrap().trim_matches(['\0', ' ']).to_owned());
        let is_of = |tag, own: &str| text(tag).is_none_or(|text| text.is_empty() || text == own);
        let is_asked = |film: &&Held| {
            is_of(tags::STUDY_INSTANCE_UID, film.study)
                && is_of(tags::SERIES_INSTANCE_UID, film.series)
                && is_of(tags::SOP_INSTANCE_UID, &format!("2.25.{}", film.instance))
        };
        self.films.iter().filter(is_asked).cloned().collect()
    }

    fn find(&mut self, id: u8, command: &Command, asked: &InMemDicomObject) -> Option<()> {
        let pending = Command::answer(command, 0xFF00);
        let mut last = Command::answer(command, 0);
        match self.script {
            Script::FindStatus(status) => {
                last = Command::answer(command, status).comment("by script")
            }
            Script::FindStall => thread::sleep(Duration::from_secs(20)),
            Script::FindGarbage => {
                self.peer.send_command(id, &pending.clone().with_data_set());
                self.peer.send(&Pdu::PData { data: vec![value(id, false, &[0xFF; 33], true)] });
            }
            Script::FindEndless { obeys } => {
                self.peer.stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
                for i in 0.. {
                    let study = format!("2.25.{i}");
                    let wish = if obeys { self.peer.stream.peek(&mut [0; 6]).ok() } else { None };
                    if wish == Some(0) || i > 20_000 {
                        return None;
                    }
                    if obeys && wish.is_some() {
                        let (_, cancel) = self.command()?;
                        assert_eq!(cancel.get(element::FIELD), Some(field::CANCEL));
                        assert_eq!(cancel.get(element::RESPONDED), command.get(element::MESSAGE));
                        break;
                    }
                    self.answer(id, &pending, Some(&[(tags::STUDY_INSTANCE_UID, VR::UI, &study)]));
                }
                last = Command::answer(command, 0xFE00);
            }
            _ => {
                let level =
                    asked.get(tags::QUERY_RETRIEVE_LEVEL)?.to_str().unwrap().trim().to_owned();
                let mut told = Vec::new();
                for film in self.matching(asked) {
                    let instance = format!("2.25.{}", film.instance);
                    let texts: Vec<(Tag, VR, &str)> = match &*level {
                        "STUDY" => vec![
                            (tags::STUDY_INSTANCE_UID, VR::UI, film.study),
                            (tags::STUDY_DATE, VR::DA, "20261130"),
                        ],
                        "SERIES" => vec![
                            (tags::SERIES_INSTANCE_UID, VR::UI, film.series),
                            (tags::MODALITY, VR::CS, film.modality),
                            (tags::BODY_PART_EXAMINED, VR::CS, film.body_part),
                        ],
                        _ => vec![
                            (tags::SOP_CLASS_UID, VR::UI, DX),
                            (tags::SOP_INSTANCE_UID, VR::UI, &instance),
                        ],
                    };
                    if !told.contains(&texts[usize::from(level == "IMAGE")].2.to_owned()) {
                        told.push(texts[usize::from(level == "IMAGE")].2.to_owned());
                        self.answer(id, &pending, Some(&texts));
                    }
                }
            }
        }
        self.answer(id, &last, None);
        Some(())
    }

    fn retrieve(
        &mut self,
        id: u8,
        command: &Command,
        asked: &InMemDicomObject,
        films: u8,
    ) -> Option<()> {
        if let Script::RetrieveStatus(status) = self.script {
            self.answer(id, &Command::answer(command, status), None);
            return Some(());
        }
        let mut completed = 0;
        for film in self.matching(asked) {
            let came = match self.script {
                Script::Move(to) => Peer::associated(to).store(&film.file),
                _ => self.send(films, &film)?,
            };
            self.sent.fetch_add(1, Ordering::Relaxed);
            completed += u16::from(came == 0);
            if self.script == Script::Break {
                return None;
            }
            let pending = Command::answer(command, 0xFF00).number(element::COMPLETED, completed);
            self.answer(id, &pending, None);
            if self.script == Script::Lazy {
                break;
            }
        }
        self.answer(id, &Command::answer(command, 0).number(element::COMPLETED, completed), None);
        Some(())
    }

    /// Stores a film on the association that asked for it: the status with which it was answered.
    fn send(&mut self, context: u8, film: &Held) -> Option<u16> {
        let object = scu::data_set(&film.file).unwrap();
        let instance = if self.script == Script::OtherUid { "2.25.999" } else { &object.instance };
        self.peer.send_command(context, &store_command(&object.class, instance));
        let mut parts = object.bytes.chunks(16_000).peekable();
        while let Some(part) = parts.next() {
            let is_last = parts.peek().is_none();
            self.peer.send(&Pdu::PData { data: vec![value(context, false, part, is_last)] });
        }
        let (_, answer) = self.command()?;
        assert_eq!(answer.get(element::FIELD), Some(field::STORE | field::ANSWER));
        answer.get(element::STATUS)
    }
}
