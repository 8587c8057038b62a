//! Where films go: the node's queue, or a folder.

use std::{fs, path::PathBuf, sync::Arc};

use tokio::{sync::Notify, task::block_in_place};

use super::PullError;
use crate::{
    Log,
    ae::AeTitle,
    config::Config,
    film::{Announced, Incoming, facts},
    folder::Folder,
    now_ms,
    scp::{CANNOT_UNDERSTAND, DOES_NOT_MATCH, OUT_OF_RESOURCES, Refusal, Scp},
    scu::FetchedFilm,
    store::{Association, Store, StoreError, sqlite::Sqlite},
};

/// Where films go.
pub(super) enum Target {
    /// Into the store of a node, be it running or not.
    Node(Box<Scp>),
    /// Into a folder, each a file by its SOP Instance UID.
    Folder(PathBuf),
}

impl Target {
    pub(super) async fn open(
        config: &Arc<Config>,
        out: Option<PathBuf>,
        log: Log,
    ) -> Result<Self, PullError> {
        let failed = |folder: &PathBuf| {
            let folder = folder.display().to_string();
            move |error| PullError::Folder { folder, error }
        };
        if let Some(out) = out {
            fs::create_dir_all(&out).map_err(failed(&out))?;
            return Ok(Self::Folder(out));
        }
        let root = &config.node.folder;
        let folder = Folder::to_pull(root).map_err(failed(root))?;
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(&Folder::database(root)).await?);
        let arrived = Arc::new(Notify::new());
        let scp = Scp::new(Arc::clone(config), store, Arc::new(folder), log, arrived);
        Ok(Self::Node(Box::new(scp)))
    }

    pub(super) fn is_node(&self) -> bool {
        matches!(self, Self::Node(_))
    }

    /// Whether a film is here.
    pub(super) async fn holds(&self, instance: &str) -> Result<bool, StoreError> {
        match self {
            Self::Node(scp) => Ok(scp.store.film(instance).await?.is_some()),
            Self::Folder(folder) => Ok(folder.join(format!("{instance}.dcm")).is_file()),
        }
    }

    /// Takes a film: it is on the disk when this is well.
    pub(super) async fn take(&self, film: &FetchedFilm, from: &AeTitle) -> Result<(), Refusal> {
        let announced = Announced {
            class: film.class.clone(),
            instance: film.instance.clone(),
            transfer_syntax: film.transfer_syntax.clone(),
        };
        match self {
            Self::Node(scp) => scp.take(announced, &film.bytes, from).await,
            Self::Folder(folder) => block_in_place(|| {
                let of_disk = |error: std::io::Error| Refusal {
                    status: OUT_OF_RESOURCES,
                    words: format!("not written: {error}"),
                };
                let mut incoming = Incoming::begin(folder, &announced, from).map_err(of_disk)?;
                incoming.write(&film.bytes).map_err(of_disk)?;
                let whole = incoming.finish().map_err(of_disk)?;
                let found = facts(&fs::read(whole.path()).map_err(of_disk)?)
                    .map_err(|words| Refusal { status: CANNOT_UNDERSTAND, words })?;
                if found.instance != film.instance {
                    let words = "command and data set name different objects".into();
                    return Err(Refusal { status: DOES_NOT_MATCH, words });
                }
                let to = folder.join(format!("{}.dcm", film.instance));
                fs::rename(whole.path(), to).map_err(of_disk)?;
                whole.moved();
                Ok(())
            }),
        }
    }

    /// Notes the association, where the node's status shows it.
    pub(super) async fn note(&self, peer: String, objects: u64, outcome: String) {
        if let Self::Node(scp) = self {
            let note = Association { at_ms: now_ms(), direction: "out", peer, objects, outcome };
            // What was pulled does not depend on it.
            let _ = scp.store.note(&note).await;
        }
    }
}
