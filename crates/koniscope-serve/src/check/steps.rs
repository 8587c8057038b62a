//! The steps of a check, in their order.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use koniscope_dicom::{tags, uids};
use tokio::net::TcpStream;

use super::{
    Came, Steps,
    compare::{Sameness, compare},
    ears::Ears,
    test_film::{number_of, test_film},
};
use crate::{
    Log,
    ae::AeTitle,
    commitment::Asked,
    config::{Config, Peer},
    now_ms,
    scu::{DataSet, Fetched, How, Outgoing, ScuError, data_set, identifier, of_series},
};

/// An archive has so long to report, and to send a film that it was asked for.
const WAIT: Duration = Duration::from_secs(20);

/// What all steps know.
struct Check<'a> {
    config: &'a Arc<Config>,
    peer: &'a Peer,
    own: &'a AeTitle,
}

/// Does all steps, up to one without which the next make no sense.
pub(super) async fn all(
    steps: &mut Steps,
    config: &Arc<Config>,
    (name, peer): (&str, &Peer),
    film: Option<Vec<u8>>,
    log: Log,
) -> Result<(), String> {
    let own = &config.node.ae_title;
    let check = Check { config, peer, own };
    let is_own = film.is_none();
    let file = match film {
        Some(file) => file,
        None => test_film(own, now_ms())?,
    };
    let film = data_set(&file)?;
    let begun = Instant::now();
    if !steps.note(begun, format!("connect to {name} at {}", peer.address), check.connect().await) {
        return Ok(());
    }
    let begun = Instant::now();
    if !steps.note(begun, format!("echo as {own} to {}", peer.ae_title), check.echo().await) {
        return Ok(());
    }
    let what = if is_own { "a test film" } else { "the film" };
    for step in [format!("store {what}"), "store it again, as a retry would".into()] {
        let begun = Instant::now();
        if !steps.note(begun, step, check.store(&film, &file).await) {
            return Ok(());
        }
    }
    let begun = Instant::now();
    let ears = Ears::open(config, log).await;
    let came = check.commit(&film, &ears).await;
    steps.note(begun, "ask it to keep the film (storage commitment)", came);
    let begun = Instant::now();
    let (came, file) = check.read_back(&film, &ears).await;
    steps.note(begun, "read the film back", came);
    if let Ok(ears) = ears {
        ears.close().await;
    }
    if let Some(file) = file {
        steps.note(Instant::now(), "compare it with what was stored", compared(&film, &file));
    }
    let study = identifier::read(film.bytes, &film.transfer_syntax)?;
    let study = identifier::text(&study, tags::STUDY_INSTANCE_UID);
    let whose = if is_own { " of patient KONISCOPE-TEST" } else { "" };
    let remedy = format!(
        "DICOM's network services cannot delete: where it is in the way, delete study {study}{whose} in the \
         archive's own page or interface"
    );
    steps.note(
        Instant::now(),
        "delete the film",
        Came::But(format!("{what} stays with {name}"), remedy),
    );
    Ok(())
}

impl Check<'_> {
    async fn connect(&self) -> Came {
        let seconds = self.config.timeouts.connect_s;
        let connect = TcpStream::connect(&self.peer.address);
        let detail = match tokio::time::timeout(Duration::from_secs(seconds), connect).await {
            Ok(Ok(_)) => return Came::Well(String::new()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("{seconds} s passed"),
        };
        ScuError::Connect { address: self.peer.address.clone(), detail }.into()
    }

    async fn open(&self, class: &str, syntax: &str) -> Result<Outgoing, ScuError> {
        let kind = (class.to_owned(), syntax.to_owned());
        Outgoing::open(self.peer, self.own, &[kind], &self.config.timeouts).await
    }

    async fn echo(&self) -> Came {
        let echoed = async {
            let mut open = self.open(uids::VERIFICATION, uids::IMPLICIT_VR_LITTLE_ENDIAN).await?;
            let echoed = open.echo().await;
            open.release().await;
            echoed
        };
        echoed.await.map_or_else(Came::from, |()| Came::Well(String::new()))
    }

    async fn store(&self, film: &DataSet<'_>, file: &[u8]) -> Came {
        let stored = async {
            let mut open = self.open(&film.class, &film.transfer_syntax).await?;
            let stored = open.store(file).await;
            open.release().await;
            stored
        };
        let kilobytes = film.bytes.len() >> 10;
        match stored.await {
            Ok(()) => Came::Well(format!("{kilobytes} KB")),
            // Some archives say so of what they have, and it is well.
            Err(error @ ScuError::Status { status: 0x0111, .. }) => {
                let remedy = "results are sent again after a fault: have the archive take the same object twice";
                Came::But(error.with_words(), remedy.into())
            }
            Err(error) => error.into(),
        }
    }

    async fn commit(&self, film: &DataSet<'_>, ears: &Result<Ears, String>) -> Came {
        let transaction =
            format!("2.25.{}", number_of(&format!("check of {} at {}", film.instance, now_ms())));
        let objects = vec![(film.class.clone(), film.instance.clone())];
        let asked = Asked { transaction: transaction.clone(), objects };
        let noted = match ears {
            Ok(ears) => ears.store().ask(&transaction, &[(film.instance.clone(), None)]).await,
            Err(_) => Ok(()),
        };
        if let Err(error) = noted {
            return Came::Not(error.to_string(), "see the node's folder".into());
        }
        let report = match Outgoing::commit(self.peer, self.own, &asked, &self.config.timeouts)
            .await
        {
            Ok(report) => report,
            Err(ScuError::NoContext(_) | ScuError::ContextRefused { .. }) => {
                let remedy = "results can be sent without; do not set commitment = true for this destination";
                return Came::But("it does not offer it".into(), remedy.into());
            }
            Err(error) => return error.into(),
        };
        let (failure, way) = match (report, ears) {
            (Some(report), _) => {
                let failed = report.failed.first().map_or(0, |(_, reason)| (*reason).max(1));
                (Some(failed), "on the same association")
            }
            (None, Ok(ears)) => {
                (ears.told(&transaction, WAIT).await, "on an association of its own")
            }
            (None, Err(why)) => {
                let remedy = "have the node's port free, or its service running, and check again";
                return Came::But(
                    format!("it took the request; its report cannot be heard: {why}"),
                    remedy.into(),
                );
            }
        };
        match failure {
            Some(0) => Came::Well(format!("it keeps the film, and said so {way}")),
            Some(reason) => Came::Not(
                format!("it does not keep the film: failure reason {reason:04X}"),
                "see the archive's log: it acknowledged the film".into(),
            ),
            None => Came::But(
                format!("it took the request and did not report in {} s", WAIT.as_secs()),
                format!(
                    "have it know {} with the address and port of this node: it reports on an association of its own",
                    self.own
                ),
            ),
        }
    }

    /// The film as the peer gives it, as a file; what came of it.
    async fn read_back(
        &self,
        film: &DataSet<'_>,
        ears: &Result<Ears, String>,
    ) -> (Came, Option<Back>) {
        let syntaxes = [uids::EXPLICIT_VR_LITTLE_ENDIAN, uids::IMPLICIT_VR_LITTLE_ENDIAN];
        let timeouts = &self.config.timeouts;
        let classes = [film.class.as_str()];
        let opened =
            Outgoing::to_retrieve(self.peer, self.own, &classes, &syntaxes, timeouts).await;
        let mut open = match opened {
            Ok(open) => open,
            Err(error) => return (error.into(), None),
        };
        let how = match (open.gets(&classes), open.moves()) {
            (true, _) => How::Get,
            (false, true) => How::Move(self.own.clone()),
            (false, false) => {
                open.release().await;
                let remedy = "films cannot be pulled from it; have it allow C-GET or C-MOVE where that is wanted";
                return (
                    Came::But("it offers neither C-GET nor C-MOVE".into(), remedy.into()),
                    None,
                );
            }
        };
        let got = self.retrieve(&mut open, film, &how).await;
        match &got {
            Err(error) if !error.is_of_object() => open.abort().await,
            _ => open.release().await,
        }
        let way = if how == How::Get { "by C-GET" } else { "by C-MOVE" };
        match (got, &how, ears) {
            (Err(error), ..) => (error.into(), None),
            (Ok(Some(back)), ..) => (Came::Well(way.into()), Some(back)),
            (Ok(None), How::Move(_), Ok(ears)) => match ears.film(&film.instance, WAIT).await {
                Some(file) => (Came::Well(way.into()), Some(Back::File(file))),
                None => {
                    let words = format!("{way}: it says that it sent the film, and none came");
                    let remedy =
                        format!("see that its {} has the address and port of this node", self.own);
                    (Came::Not(words, remedy), None)
                }
            },
            (Ok(None), How::Move(_), Err(why)) => {
                let remedy = "have the node's port free, or its service running, and check again";
                (Came::But(format!("{way}: nothing can arrive: {why}"), remedy.into()), None)
            }
            (Ok(None), How::Get, _) => {
                let remedy = "it acknowledged the film: see its log";
                (Came::Not(format!("{way}: it does not have the film"), remedy.into()), None)
            }
        }
    }

    async fn retrieve(
        &self,
        open: &mut Outgoing,
        film: &DataSet<'_>,
        how: &How,
    ) -> Result<Option<Back>, ScuError> {
        let object =
            identifier::read(film.bytes, &film.transfer_syntax).map_err(ScuError::Object)?;
        let text = |tag| identifier::text(&object, tag);
        let (study, series) = (text(tags::STUDY_INSTANCE_UID), text(tags::SERIES_INSTANCE_UID));
        let asked = of_series(&study, &series, Some(&film.instance));
        let most = film.bytes.len() + (1 << 20);
        open.retrieve(how, &asked, most, &self.config.timeouts).await?;
        let mut back = None;
        loop {
            match open.fetched().await? {
                Fetched::Film(film) => {
                    open.took(&film, 0).await?;
                    back = Some(Back::DataSet(film.transfer_syntax, film.bytes));
                }
                Fetched::Counts { is_last: true, .. } => return Ok(back),
                Fetched::Counts { .. } => {}
            }
        }
    }
}

/// A film that came back.
enum Back {
    /// Its transfer syntax and data set.
    DataSet(String, Vec<u8>),
    /// A file of the node.
    File(Vec<u8>),
}

fn compared(sent: &DataSet, back: &Back) -> Came {
    let came = match back {
        Back::DataSet(syntax, bytes) => {
            Ok(DataSet { transfer_syntax: syntax.clone(), bytes, ..sent.clone() })
        }
        Back::File(file) => data_set(file),
    };
    let list = |tags: Vec<koniscope_dicom::Tag>| {
        tags.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    match came.and_then(|came| compare(sent, &came)) {
        Ok(Sameness::Bytes) => Came::Well(format!("the same {} bytes", sent.bytes.len())),
        Ok(Sameness::Values) => Came::Well("the same pixels and elements".into()),
        Ok(Sameness::Changed(tags)) => Came::But(
            format!("the same pixels; changed or gone: {}", list(tags)),
            "see what the archive is set to change (coercion)".into(),
        ),
        Ok(Sameness::Other(tags)) => Came::Not(
            format!("it is not what was stored: {}", list(tags)),
            "do not send results there before its vendor knows".into(),
        ),
        Err(why) => Came::Not(why, "tell the archive's vendor".into()),
    }
}
