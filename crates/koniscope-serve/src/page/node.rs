//! The page of a node: its films as they come, read by the node itself.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::http::StatusCode;
use koniscope::{Reader, output, report::Failure};
use tokio::{sync::watch, task::spawn_blocking, time::timeout};

use super::{
    Page,
    films::{App, Progress},
    guard::Fault,
    machine::{kept, machine},
};
use crate::{
    Log,
    ae::AeTitle,
    film::Announced,
    folder::Folder,
    reading::{FilmReader, ResultObject, objects},
    scp::{OUT_OF_RESOURCES, Scp},
    scu::{DataSet, data_set},
    store::{FilmState, Store, StoreError},
};

/// How often the store is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Reads as the node does, and leaves the layers that a page shows.
pub struct PageReader(pub Arc<Reader>);

impl FilmReader for PageReader {
    fn read(&self, film: &Path, results: &Path, name: &str) -> Result<Vec<ResultObject>, Failure> {
        let started = std::time::Instant::now();
        let clock = || started.elapsed().as_secs_f64() * 1e3;
        let outcome = output::read_file(&self.0, film, &clock);
        if let Ok(reading) = &outcome {
            machine(results, name, reading)?;
        }
        objects(film, results, name, outcome)
    }
}

impl Page {
    /// What brings films of a node that works in a folder to this page.
    pub fn follower(&self, root: &Path) -> Follower {
        Follower { app: self.app.clone(), root: root.to_owned() }
    }
}

/// Takes films that are brought to a node's page, as those that are sent to it.
pub struct Inbox {
    scp: Scp,
    title: AeTitle,
}

impl Inbox {
    /// Of a node's own.
    pub(crate) fn new(scp: Scp, title: AeTitle) -> Self {
        Self { scp, title }
    }

    /// Takes a DICOM file.
    pub(super) async fn take(&self, file: &Path) -> Result<(), Fault> {
        let bytes = fs::read(file).map_err(Fault::internal)?;
        let found = data_set(&bytes).map_err(|why| {
            let why = format!("a node takes DICOM files alone: {why}");
            Fault(StatusCode::UNSUPPORTED_MEDIA_TYPE, why)
        })?;
        let DataSet { class, instance, transfer_syntax, bytes } = found;
        let announced = Announced { class, instance, transfer_syntax };
        self.scp.take(announced, bytes, &self.title).await.map_err(|refusal| {
            let is_full = refusal.status == OUT_OF_RESOURCES;
            let status = if is_full { 507 } else { 422 };
            Fault(StatusCode::from_u16(status).unwrap_or_default(), refusal.words)
        })
    }
}

impl Page {
    /// Lets films be brought to the page, which go to the node.
    pub fn bring_to(&self, inbox: Inbox) {
        // A page has one node.
        let _ = self.app.inbox.set(inbox);
    }
}

/// Brings films of a store to a page.
pub struct Follower {
    app: Arc<App>,
    root: PathBuf,
}

impl Follower {
    /// Follows a store until told to stop.
    pub async fn follow(self, store: Arc<dyn Store>, mut stop: watch::Receiver<bool>, log: Log) {
        let mut since = 0;
        while !*stop.borrow() {
            match self.look(&*store, since, &log).await {
                Ok(now) => since = now,
                Err(error) => log(&format!("page: {error}")),
            }
            let _ = timeout(LOOK, stop.wait_for(|stop| *stop)).await;
        }
    }

    /// Takes up what has changed since, and says until when.
    async fn look(&self, store: &dyn Store, since: i64, log: &Log) -> Result<i64, StoreError> {
        let films = store.films(since).await?;
        // Changes of the same millisecond are looked at once more.
        let now = films.iter().map(|film| film.changed_ms).fold(since, i64::max);
        let (app, root) = (self.app.clone(), self.root.clone());
        // One film that is damaged keeps no other away.
        let taken = spawn_blocking(move || -> Vec<String> {
            films.iter().filter_map(|film| take(&app, &root, film)).collect()
        });
        for why in taken.await.map_err(|e| StoreError(e.to_string()))? {
            log(&format!("page: {why}"));
        }
        Ok(now)
    }
}

/// Takes up a film; says once what is wrong with its records.
fn take(app: &App, root: &Path, film: &FilmState) -> Option<String> {
    let name = Folder::result_name(film.id);
    let mut told = None;
    let known = match app.named(&name) {
        Some(known) => known,
        None => {
            let came = u64::try_from(film.received_ms / 1000).unwrap_or(0);
            let path = Folder::film_of(root, &film.sha256);
            let number = app.add(name.clone(), path, came, Some(film.sha256.clone()));
            let known = app.film(number)?;
            told = known.barred().map(|why| format!("film {name}: {why}"));
            known
        }
    };
    if known.is_read() {
        return told;
    }
    let refused = |reason: &str| Failure { kind: "refused".into(), message: reason.to_owned() };
    let progress = match film.state.as_str() {
        "queued" => Progress::Waiting,
        "leased" => Progress::Reading,
        "done" => match kept(&app.options.out, &name) {
            Ok(machine) => Progress::Read(Arc::new(machine)),
            Err(e) => Progress::Refused(Failure::internal(&e)),
        },
        "passed over" => Progress::Refused(refused(&format!("not read: {}", film.reason))),
        _ => Progress::Refused(refused(&film.reason)),
    };
    app.now(&known, progress);
    told
}
