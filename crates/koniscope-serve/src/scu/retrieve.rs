//! C-MOVE and C-GET in the Study Root model (PS3.4 C.4.2, C.4.3): films come to the node by associations of
//! the peer's, or on the association on which they are asked for.

use std::time::Duration;

use dicom_object::InMemDicomObject;
use koniscope_dicom::{tags, uids};

use super::{
    Outgoing, ScuError,
    association::{Came, Proposal, proposals, refused, well},
    identifier,
};
use crate::{
    ae::AeTitle,
    command::{Command, element, field},
    config::{Peer, Timeouts},
    dimse::MessageError,
};

const FIND: &str = uids::STUDY_ROOT_QUERY_RETRIEVE_INFORMATION_MODEL_FIND;
const MOVE: &str = uids::STUDY_ROOT_QUERY_RETRIEVE_INFORMATION_MODEL_MOVE;
const GET: &str = uids::STUDY_ROOT_QUERY_RETRIEVE_INFORMATION_MODEL_GET;

/// How films come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// By C-GET, on this association.
    Get,
    /// By C-MOVE, to the node of this title.
    Move(AeTitle),
}

/// A film that came by C-GET; it must be answered.
pub(crate) struct FetchedFilm {
    context: u8,
    request: Command,
    pub(crate) class: String,
    pub(crate) instance: String,
    pub(crate) transfer_syntax: String,
    pub(crate) bytes: Vec<u8>,
    /// Whether it has more bytes than were allowed for: none of them is here.
    pub(crate) is_too_large: bool,
}

/// What comes of a request for films.
pub(crate) enum Fetched {
    /// A film.
    Film(Box<FetchedFilm>),
    /// So many films of the request are through, as the peer counts, and whether this is its end.
    Counts {
        /// Films that were stored; 0 where the peer does not count.
        completed: usize,
        /// Whether nothing more comes.
        is_last: bool,
    },
}

/// Pairs of class and transfer syntax for queries, and for films of these classes in these transfer syntaxes.
fn film_proposals(classes: &[&str], syntaxes: &[&str]) -> Vec<(String, String)> {
    let explicit = uids::EXPLICIT_VR_LITTLE_ENDIAN;
    let services = [FIND, MOVE, GET].map(|class| (class.to_owned(), explicit.to_owned()));
    let films = classes.iter().flat_map(|class| {
        syntaxes.iter().map(|syntax| ((*class).to_owned(), (*syntax).to_owned()))
    });
    services.into_iter().chain(films).collect()
}

impl Outgoing {
    /// Asks for an association for queries, on which films of these classes may come back.
    pub(crate) async fn to_retrieve(
        peer: &Peer,
        calling: &AeTitle,
        classes: &[&str],
        syntaxes: &[&str],
        timeouts: &Timeouts,
    ) -> Result<Self, ScuError> {
        let proposal = Proposal {
            contexts: proposals(&film_proposals(classes, syntaxes)),
            provider_of: classes.iter().map(|class| (*class).to_owned()).collect(),
        };
        Self::open_with(peer, calling, proposal, timeouts).await
    }

    /// Whether the peer takes C-GET, with films of one of these classes at least.
    pub(crate) fn gets(&self, classes: &[&str]) -> bool {
        let comes = |class: &&str| self.is_provider_of(class) && self.context_of(class).is_some();
        self.context_of(GET).is_some() && classes.iter().any(comes)
    }

    /// Whether the peer takes C-MOVE.
    pub(crate) fn moves(&self) -> bool {
        self.context_of(MOVE).is_some()
    }

    /// Asks for films, each of at most `most` bytes. What comes of it is told by [`Outgoing::fetched`].
    pub(crate) async fn retrieve(
        &mut self,
        how: &How,
        asked: &InMemDicomObject,
        most: usize,
        timeouts: &Timeouts,
    ) -> Result<(), ScuError> {
        let (class, field, words) = match how {
            How::Get => (GET, field::GET, " (C-GET)"),
            How::Move(_) => (MOVE, field::MOVE, " (C-MOVE)"),
        };
        let context = self.context_of(class).ok_or_else(|| refused(class, words.into()))?;
        let (id, bytes) = (context.id, identifier::write(asked, &context.transfer_syntax));
        let bytes = bytes.ok_or_else(|| ScuError::Object("a request not written".into()))?;
        let mut request = Command::new(field)
            .with_uid(element::AFFECTED_CLASS, class)
            .number(element::PRIORITY, 0)
            .with_data_set();
        if let How::Move(to) = how {
            request = request.with_title(element::DESTINATION, to.as_str());
        }
        self.channel.within = Duration::from_secs(timeouts.retrieve_s.max(timeouts.message_s));
        self.channel.most = most;
        self.begin(id, request, Some(&bytes)).await
    }

    /// What comes next of a request for films.
    pub(crate) async fn fetched(&mut self) -> Result<Fetched, ScuError> {
        match self.next().await? {
            Came::Pending(answer, _) => Ok(counts(&answer, false)),
            Came::Final(answer) => well(&answer).map(|()| counts(&answer, true)),
            Came::Request(context, request, bytes) => {
                let wrong = |words: &str| Err(MessageError::Breach(words.to_owned()).into());
                if request.get(element::FIELD) != Some(field::STORE) {
                    return wrong("another request than a store where films were awaited");
                }
                let on = self.contexts.iter().find(|one| one.id == context);
                let class = request.uid(element::AFFECTED_CLASS);
                let instance = request.uid(element::AFFECTED_INSTANCE);
                let (Some(on), Some(class), Some(instance)) = (on, class, instance) else {
                    return wrong("a film without class and instance, or on no context");
                };
                if on.class != class {
                    return wrong("a film on the context of another class");
                }
                let transfer_syntax = on.transfer_syntax.clone();
                Ok(Fetched::Film(Box::new(FetchedFilm {
                    context,
                    request,
                    class,
                    instance,
                    transfer_syntax,
                    bytes,
                    is_too_large: self.channel.is_cut,
                })))
            }
        }
    }

    /// Tells the peer what became of a film.
    pub(crate) async fn took(&mut self, film: &FetchedFilm, status: u16) -> Result<(), ScuError> {
        self.answer(film.context, &Command::answer(&film.request, status)).await
    }
}

fn counts(answer: &Command, is_last: bool) -> Fetched {
    let number = |element| usize::from(answer.get(element).unwrap_or(0));
    // Stored with a warning is stored.
    let completed = number(element::COMPLETED) + number(element::WARNED);
    Fetched::Counts { completed, is_last }
}

/// The data set that asks for films: of a series, or some of it.
pub(crate) fn of_series(study: &str, series: &str, instance: Option<&str>) -> InMemDicomObject {
    use dicom_core::VR;
    let level = if instance.is_some() { "IMAGE" } else { "SERIES" };
    let mut texts = vec![
        (tags::QUERY_RETRIEVE_LEVEL, VR::CS, level),
        (tags::STUDY_INSTANCE_UID, VR::UI, study),
        (tags::SERIES_INSTANCE_UID, VR::UI, series),
    ];
    texts.extend(instance.map(|instance| (tags::SOP_INSTANCE_UID, VR::UI, instance)));
    identifier::of(&texts)
}
