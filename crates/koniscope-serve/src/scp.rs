//! The answering side of associations: C-ECHO, C-STORE and storage commitment.

mod association;
mod commitment;
mod negotiate;
mod receive;

use std::{net::SocketAddr, sync::Arc, time::Duration};

pub(crate) use negotiate::{FILMS, film_syntaxes};
pub(crate) use receive::{CANNOT_UNDERSTAND, DOES_NOT_MATCH, OUT_OF_RESOURCES, Refusal};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, Semaphore, watch},
    time::timeout,
};

use crate::{
    Log, config::Config, folder::Folder, now_ms, rules::Rule, store::Association, store::Store,
    wire::Stream,
};

/// Connections beyond the limit that are told so; further ones are closed without a word.
const TOLD_BUSY: u32 = 16;

/// What all associations share.
pub struct Scp {
    config: Arc<Config>,
    rules: Vec<Rule>,
    pub(crate) store: Arc<dyn Store>,
    folder: Arc<Folder>,
    log: Log,
    /// Told when a film was taken.
    arrived: Arc<Notify>,
    /// Told when a report of storage commitment is owed.
    pub(crate) owed: Arc<Notify>,
    /// Whole films in memory at once, to be looked at.
    looking: Semaphore,
}

impl Scp {
    /// Which notes films in a store and puts them into a folder.
    pub fn new(
        config: Arc<Config>,
        store: Arc<dyn Store>,
        folder: Arc<Folder>,
        log: Log,
        arrived: Arc<Notify>,
    ) -> Self {
        let rules = config.rules();
        let (owed, looking) = (Arc::new(Notify::new()), Semaphore::new(2));
        Self { config, rules, store, folder, log, arrived, owed, looking }
    }

    /// Takes associations until it is told to stop; those under way are then given up, which loses nothing
    /// that was acknowledged.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let slots = Arc::new(Semaphore::new(self.config.node.max_associations as usize));
        let busy = Arc::new(Semaphore::new(TOLD_BUSY as usize));
        let mut running = tokio::task::JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // As too many open files: it may pass.
                    (self.log)(&format!("cannot accept a connection: {error}"));
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    continue;
                }
            };
            while running.try_join_next().is_some() {}
            let (slot, is_free) = match Arc::clone(&slots).try_acquire_owned() {
                Ok(slot) => (slot, true),
                Err(_) => match Arc::clone(&busy).try_acquire_owned() {
                    Ok(slot) => (slot, false),
                    Err(_) => continue,
                },
            };
            let scp = Arc::clone(&self);
            running.spawn(async move {
                scp.associate(stream, from, is_free).await;
                drop(slot);
            });
        }
        running.shutdown().await;
    }

    async fn associate(&self, stream: TcpStream, from: SocketAddr, is_free: bool) {
        let at_ms = now_ms();
        // An answer should not wait for more bytes to fill a packet.
        let _ = stream.set_nodelay(true);
        let within = Duration::from_secs(self.config.timeouts.association_s);
        let secured: Result<Box<dyn Stream>, String> = match &self.config.node.secure {
            None => Ok(Box::new(stream)),
            Some(secure) => timeout(within, secure.accept(stream))
                .await
                .unwrap_or_else(|_| Err(format!("no TLS: {} s passed", within.as_secs()))),
        };
        let ended = match secured {
            Ok(stream) => association::run(self, stream, is_free).await,
            Err(outcome) => association::Ended { calling: None, objects: 0, outcome },
        };
        let calling = ended.calling.as_ref().map_or("-", |title| title.as_str());
        let peer = format!("{calling} {from}");
        (self.log)(&format!("from {peer}: {} objects, {}", ended.objects, ended.outcome));
        let association = Association {
            at_ms,
            direction: "in",
            peer,
            objects: ended.objects,
            outcome: ended.outcome,
        };
        if let Err(error) = self.store.note(&association).await {
            (self.log)(&error.to_string());
        }
    }
}
