//! Sends results that wait to one destination: a batch an association, released after each.

use std::{fs, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use crate::{
    Log,
    ae::AeTitle,
    check::number_of,
    commitment::{Asked, Pair},
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

/// Status: the peer has an object of this SOP Instance UID (PS3.7 annex C).
const DUPLICATE: u16 = 0x0111;

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
            if lease.attempt > i64::from(self.config.retries.attempts) {
                let never = "it was sent, and the peer never said that it keeps it";
                self.fail(lease, &ScuError::Object(never.into())).await?;
                continue;
            }
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
        let asks_to_keep = self.config.asks_to_keep(&self.name);
        let mut to_keep: Vec<(&Lease, Pair)> = Vec::new();
        for (at, (lease, bytes)) in objects.iter().enumerate() {
            let stored = match association.store(bytes).await {
                // The UID of an object of ours follows from its content: what the peer has is this one.
                Err(ScuError::Status { status: DUPLICATE, .. }) => Ok(()),
                other => other,
            };
            match stored {
                Ok(()) => {
                    *sent += 1;
                    match data_set(bytes) {
                        Ok(object) if asks_to_keep => {
                            to_keep.push((lease, (object.class, object.instance)));
                        }
                        _ => {
                            self.store.sent(lease, None, now_ms()).await?;
                        }
                    }
                }
                Err(error) if error.is_of_object() => self.fail(lease, &error).await?,
                Err(error) => {
                    // Nobody knows where in a message the peer is: the association is of no more use.
                    // The others are not charged: the one under way may be what the peer cannot bear.
                    association.abort().await;
                    self.fail(lease, &error).await?;
                    let kept = to_keep.iter().map(|(lease, _)| lease);
                    for lease in objects.iter().skip(at + 1).map(|(lease, _)| lease).chain(kept) {
                        self.store.give_back(lease).await?;
                    }
                    return Ok(Err(error));
                }
            }
        }
        association.release().await;
        self.commit(&to_keep).await
    }

    /// Asks the peer to keep what it took. It is done once the peer says so, here or to the node's own port;
    /// without a word, it is sent and asked for again.
    async fn commit(&self, objects: &[(&Lease, Pair)]) -> Result<Result<(), ScuError>, StoreError> {
        let Some((first, (_, instance))) = objects.first() else { return Ok(Ok(())) };
        let now = now_ms();
        let words = format!(
            "commitment of {instance}, task {}, attempt {}, {now}",
            first.task, first.attempt
        );
        let transaction = format!("2.25.{}", number_of(&words));
        let rows: Vec<_> = objects
            .iter()
            .map(|(lease, (_, instance))| (instance.clone(), Some(lease.task)))
            .collect();
        // Noted before it is asked: the word may come at once.
        self.store.ask(&transaction, &rows).await?;
        let pairs = objects.iter().map(|(_, pair)| pair.clone()).collect();
        let asked = Asked { transaction, objects: pairs };
        let (own, timeouts) = (&self.config.node.ae_title, &self.config.timeouts);
        match Outgoing::commit(&self.peer, own, &asked, timeouts).await {
            Ok(report) => {
                let seconds = i64::try_from(timeouts.commitment_s).unwrap_or(i64::MAX);
                let until = now_ms().saturating_add(seconds.saturating_mul(1000));
                for (lease, _) in objects {
                    self.store.sent(lease, Some(until), now_ms()).await?;
                }
                if let Some(report) = report {
                    self.store.told(&report.transaction, &report.outcomes(), now_ms()).await?;
                }
                Ok(Ok(()))
            }
            Err(error) => {
                for (lease, _) in objects {
                    self.fail(lease, &error).await?;
                }
                Ok(Err(error))
            }
        }
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
