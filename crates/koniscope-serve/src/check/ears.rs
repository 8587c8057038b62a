//! What a check hears of the peer on associations of the peer's own: reports of storage commitment, and films
//! that it was asked to send. The running node hears them; where none runs, the check listens in its place.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinHandle,
    time::{Instant, sleep},
};

use crate::{
    Log,
    config::Config,
    folder::Folder,
    scp::Scp,
    store::{Store, sqlite::Sqlite},
};

/// How often the store is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The store in which all arrives.
pub(super) struct Ears {
    store: Arc<dyn Store>,
    root: PathBuf,
    listening: Option<(JoinHandle<()>, watch::Sender<bool>)>,
}

impl Ears {
    /// Listens where no node does.
    ///
    /// # Errors
    /// Why nothing can be heard.
    pub(super) async fn open(config: &Arc<Config>, log: Log) -> Result<Self, String> {
        let root = config.node.folder.clone();
        let mine = Folder::open(&root);
        let store = Sqlite::open(&Folder::database(&root)).await.map_err(|e| e.to_string())?;
        let store: Arc<dyn Store> = Arc::new(store);
        let Ok(folder) = mine else { return Ok(Self { store, root, listening: None }) };
        let address = config.node.listen;
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|e| format!("cannot listen on {address}: {e}"))?;
        let (config, store_of) = (Arc::clone(config), Arc::clone(&store));
        let scp = Scp::new(config, store_of, Arc::new(folder), log, Arc::new(Notify::new()));
        let (stop, stopped) = watch::channel(false);
        let listening = Some((tokio::spawn(Arc::new(scp).serve(listener, stopped)), stop));
        Ok(Self { store, root, listening })
    }

    pub(super) fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The failure reason that was told of an instance, 0 for none; nothing if none was told in time.
    pub(super) async fn told(&self, transaction: &str, within: Duration) -> Option<u16> {
        let until = Instant::now() + within;
        loop {
            let answers = self.store.promised(transaction).await.unwrap_or_default();
            let told = answers.into_iter().find_map(|(_, failure)| failure);
            if told.is_some() || Instant::now() > until {
                return told;
            }
            sleep(LOOK).await;
        }
    }

    /// The file of a film that arrived; nothing if none did in time.
    pub(super) async fn film(&self, instance: &str, within: Duration) -> Option<Vec<u8>> {
        let until = Instant::now() + within;
        loop {
            let found = self.store.film(instance).await.ok().flatten();
            if let Some(sha256) = found {
                return fs::read(Folder::film_of(&self.root, &sha256)).ok();
            }
            if Instant::now() > until {
                return None;
            }
            sleep(LOOK).await;
        }
    }

    pub(super) async fn close(self) {
        if let Some((listening, stop)) = self.listening {
            let _ = stop.send(true);
            let _ = listening.await;
        }
    }
}
