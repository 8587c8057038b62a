//! The node as a whole: what runs at once, how it starts and how it ends.

use std::{io, sync::Arc};

use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinSet,
};

use crate::{
    Log,
    config::Config,
    folder::Folder,
    now_ms,
    page::Inbox,
    reading::FilmReader,
    reporter::Reporter,
    scp::Scp,
    sender::Sender,
    store::{Store, StoreError, sqlite::Sqlite},
    worker::Worker,
};

/// Why the node does not run.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// Its folder.
    #[error("cannot work in the folder {folder}: {error}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        error: io::Error,
    },
    /// Its port.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// Where.
        address: String,
        /// Why.
        error: io::Error,
    },
    /// Its store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A node that is ready to run.
pub struct ServingNode {
    config: Arc<Config>,
    store: Arc<dyn Store>,
    folder: Arc<Folder>,
    listener: TcpListener,
    log: Log,
}

impl ServingNode {
    /// Opens folder, store and port. Tasks that an earlier run had in its hands wait again.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn open(config: Config, log: Log) -> Result<Self, NodeError> {
        let root = &config.node.folder;
        let folder = Folder::open(root)
            .map_err(|error| NodeError::Folder { folder: root.display().to_string(), error })?;
        let store = Sqlite::open(&Folder::database(root)).await?;
        let taken = store.take_back(now_ms()).await?;
        if taken > 0 {
            log(&format!("{taken} tasks of an earlier run wait again"));
        }
        let address = config.node.listen;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| NodeError::Listen { address: address.to_string(), error })?;
        let (config, folder) = (Arc::new(config), Arc::new(folder));
        Ok(Self { config, store: Arc::new(store), folder, listener, log })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system's words.
    pub fn address(&self) -> io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// The store, to look at.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// What takes films that are brought to the page.
    pub fn inbox(&self) -> Inbox {
        let scp = Scp::new(
            Arc::clone(&self.config),
            Arc::clone(&self.store),
            Arc::clone(&self.folder),
            Arc::clone(&self.log),
            Arc::new(Notify::new()),
        );
        Inbox::new(scp, self.config.node.ae_title.clone())
    }

    /// Runs until told to stop. Readings under way are finished then.
    pub async fn run(self, reader: Arc<dyn FilmReader>, stop: watch::Receiver<bool>) {
        let (arrived, waiting) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let Self { config, store, folder, listener, log } = self;
        let mut parts = JoinSet::new();
        let scp = Scp::new(
            Arc::clone(&config),
            Arc::clone(&store),
            Arc::clone(&folder),
            Arc::clone(&log),
            Arc::clone(&arrived),
        );
        let reporter = Reporter {
            config: Arc::clone(&config),
            store: Arc::clone(&store),
            log: Arc::clone(&log),
            owed: Arc::clone(&scp.owed),
        };
        parts.spawn(Arc::new(reporter).run(stop.clone()));
        parts.spawn(Arc::new(scp).serve(listener, stop.clone()));
        let worker = Arc::new(Worker {
            config: Arc::clone(&config),
            store: Arc::clone(&store),
            folder: Arc::clone(&folder),
            reader,
            log: Arc::clone(&log),
            arrived,
            waiting: Arc::clone(&waiting),
            faults: std::sync::Mutex::default(),
        });
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let readers = config.node.readers.map_or(cores, |readers| readers as usize);
        for _ in 0..readers {
            parts.spawn(Arc::clone(&worker).run(stop.clone()));
        }
        let mut names: Vec<&String> = config.destinations.iter().map(|to| &to.peer).collect();
        names.sort();
        names.dedup();
        for name in names {
            let Some(peer) = config.peers.get(name) else { continue };
            let sender = Sender {
                name: name.clone(),
                peer: peer.clone(),
                config: Arc::clone(&config),
                store: Arc::clone(&store),
                folder: Arc::clone(&folder),
                log: Arc::clone(&log),
                waiting: Arc::clone(&waiting),
            };
            parts.spawn(sender.run(stop.clone()));
        }
        while let Some(ended) = parts.join_next().await {
            if let Err(error) = ended {
                log(&format!("a part of the node ended: {error}"));
            }
        }
    }
}
