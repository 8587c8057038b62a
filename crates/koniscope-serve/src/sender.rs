//! Sends results that wait to one destination: a batch an association, released after each.

use std::{fs, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use crate::{
    Log,
    ae::AeTitle,
    config::{Config, Peer},
    folder::Folder,
    now_ms,
    scu::{Outgoing, ScuError, data_set},
    store::{Association, Kind, Lease, Store, StoreError},
};

/// Most objects of one association.
const BATCH: u32 = 50;

/// A lease in ms: a batch takes as long as the peer may let it.
const LEASE_MS: i64 = 600_000;

/// How often the queue is looked at where nobody knocks: for retries that are due.
const LOOK: Duration = Duration::from_secs(1);

/// Sends to one peer.
pub(crate) struct Sender {
    pub(crate) name: String,
    pub(crate) peer: Peer,
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) folder: Arc<Folder>,
    pub(crate) log: Log,
    /// Told when results wait.
    pub(crate) waiting: Arc<Notify>,
}

impl Sender {
    /// Sends until told to stop.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.batch().await {
                Ok(true) => {}
                Ok(false) => {
                    tokio::select! {
                        _ = timeout(LOOK, self.waiting.notified()) => {}
                        _ = stop.wait_for(|stop| *stop) => {}
                    }
                }
                Err(error) => {
                    (self.log)(&error.to_string());
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
    }

    /// Sends what is due, if anything is.
    async fn batch(&self) -> Result<bool, StoreError> {
        let now = now_ms();
        let kind = Kind::Send(&self.name);
        let leases = self.store.lease(kind, now, now + LEASE_MS, BATCH).await?;
        if leases.is_empty() {
            return Ok(false);
        }
        let mut sent = 0;
        let outcome = match self.send(&leases, &mut sent).await? {
            Ok(()) => "released".to_owned(),
            Err(error) => error.to_string(),
        };
        let peer = format!("{} {}", self.peer.ae_title, self.peer.address);
        (self.log)(&format!("to {peer}: {sent} of {} objects, {outcome}", leases.len()));
        let direction = "out";
        let note = Association { at_ms: now, direction, peer, objects: sent, outcome };
        self.store.note(&note).await?;
        Ok(true)
    }

    /// One association; each object's end is noted as soon as it is known.
    async fn send(
        &self,
        leases: &[Lease],
        sent: &mut u64,
    ) -> Result<Result<(), ScuError>, StoreError> {
        let mut objects = Vec::new();
        let mut kinds = Vec::new();
        for lease in leases {
            match self.load(lease) {
                Ok((bytes, kind)) => {
                    kinds.push(kind);
                    objects.push((lease, bytes));
                }
                Err(error) => self.fail(lease, &error).await?,
            }
        }
        if objects.is_empty() {
            return Ok(Ok(()));
        }
        let own: &AeTitle = &self.config.node.ae_title;
        let opened = Outgoing::open(&self.peer, own, &kinds, &self.config.timeouts).await;
        let mut association = match opened {
            Ok(association) => association,
            Err(error) => {
                for (lease, _) in &objects {
                    self.fail(lease, &error).await?;
                }
                return Ok(Err(error));
            }
        };
        for (at, (lease, bytes)) in objects.iter().enumerate() {
            match association.store(bytes).await {
                Ok(()) => {
                    self.store.sent(lease, now_ms()).await?;
                    *sent += 1;
                }
                Err(error) if error.is_of_object() => self.fail(lease, &error).await?,
                Err(error) => {
                    // Nobody knows where in a message the peer is: the association is of no more use.
                    association.abort().await;
                    for (lease, _) in objects.iter().skip(at) {
                        self.fail(lease, &error).await?;
                    }
                    return Ok(Err(error));
                }
            }
        }
        association.release().await;
        Ok(Ok(()))
    }

    /// The object's bytes, with its class and transfer syntax.
    fn load(&self, lease: &Lease) -> Result<(Vec<u8>, (String, String)), ScuError> {
        let folder = self.folder.results().join(Folder::result_name(lease.film));
        let file = fs::read(folder.join(&lease.object));
        let bytes = file.map_err(|e| ScuError::Object(e.to_string()))?;
        let object = data_set(&bytes).map_err(ScuError::Object)?;
        let kind = (object.class, object.transfer_syntax);
        Ok((bytes, kind))
    }

    async fn fail(&self, lease: &Lease, error: &ScuError) -> Result<(), StoreError> {
        let now = now_ms();
        let again =
            if error.may_pass() { self.config.retries.next(lease.attempt, now) } else { None };
        self.store.failed(lease, &error.to_string(), again, now).await?;
        if again.is_none() {
            let Lease { film, object, attempt, .. } = lease;
            (self.log)(&format!("film {film}: {object} failed after {attempt} attempts: {error}"));
        }
        Ok(())
    }
}
