//! Leases films, has them read, and queues their results.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use koniscope::report::Failure;
use tokio::{
    sync::{Notify, watch},
    time::{interval, timeout},
};

use crate::{
    Log,
    config::Config,
    folder::{self, Folder},
    now_ms,
    reading::{FilmReader, ResultObject, may_pass},
    store::{Kind, Lease, Store, StoreError, Waiting},
};

/// A reading's lease in ms, renewed while it runs.
const LEASE_MS: i64 = 60_000;

/// How often the queue is looked at where nobody knocks: for retries that are due.
const LOOK: Duration = Duration::from_secs(1);

/// Readings that end in a fault are tried this often.
const MOST_READINGS: i64 = 3;

/// A film during whose reading the program itself ended is tried this often: a person or a loss of power may
/// have ended it.
const MOST_ENDS: i64 = 10;

/// What all workers share.
pub(crate) struct Worker {
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) folder: Arc<Folder>,
    pub(crate) reader: Arc<dyn FilmReader>,
    pub(crate) log: Log,
    /// Told when a film arrived.
    pub(crate) arrived: Arc<Notify>,
    /// Told when results wait.
    pub(crate) waiting: Arc<Notify>,
    /// Faults of each reading that is tried again, by its task. Leases count ends of the program too, which are no
    /// faults of the reading.
    pub(crate) faults: Mutex<HashMap<i64, i64>>,
}

impl Worker {
    /// Reads films one after another until told to stop.
    pub(crate) async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.next().await {
                Ok(true) => {}
                Ok(false) => {
                    tokio::select! {
                        _ = timeout(LOOK, self.arrived.notified()) => {}
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

    /// Reads the next film, if there is one.
    async fn next(&self) -> Result<bool, StoreError> {
        let now = now_ms();
        let mut leased = self.store.lease(Kind::Read, now, now + LEASE_MS, 1).await?;
        let Some(lease) = leased.pop() else { return Ok(false) };
        // Where one waits, another may: the next worker looks too.
        self.arrived.notify_one();
        if lease.attempt > MOST_ENDS {
            let why = format!("the program ended {MOST_ENDS} times while it read this film");
            self.store.failed(&lease, &why, None, now_ms()).await?;
            (self.log)(&format!("film {}: {why}", lease.film));
            return Ok(true);
        }
        match self.read(&lease).await? {
            Ok(objects) => {
                self.forget_faults(lease.task);
                self.keep(&lease, &objects).await?;
            }
            Err(failure) => {
                let faults = self.one_fault_more(lease.task);
                let again = if may_pass(&failure) && faults < MOST_READINGS {
                    self.config.retries.next(faults, now_ms())
                } else {
                    None
                };
                if again.is_none() {
                    self.forget_faults(lease.task);
                }
                let reason = format!("{}: {}", failure.kind, failure.message);
                self.store.failed(&lease, &reason, again, now_ms()).await?;
                (self.log)(&format!("film {}: not read: {reason}", lease.film));
            }
        }
        Ok(true)
    }

    fn one_fault_more(&self, task: i64) -> i64 {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let number = faults.entry(task).or_default();
        *number += 1;
        *number
    }

    fn forget_faults(&self, task: i64) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).remove(&task);
    }

    /// Reads on a thread of its own, and holds on to the lease meanwhile.
    async fn read(&self, lease: &Lease) -> Result<Result<Vec<ResultObject>, Failure>, StoreError> {
        let reader = Arc::clone(&self.reader);
        let (film, results) = (self.folder.film(&lease.sha256), self.folder.results());
        let name = Folder::result_name(lease.film);
        let mut reading = tokio::task::spawn_blocking(move || {
            let objects = Failure::caught(|| reader.read(&film, &results, &name))?;
            // Queued is only what outlives a loss of power.
            let synced = folder::sync(&results.join(&name)).and_then(|()| folder::sync(&results));
            synced.map_err(|e| Failure::write(&e))?;
            Ok(objects)
        });
        let mut renewal = interval(Duration::from_millis((LEASE_MS / 3).unsigned_abs()));
        renewal.tick().await;
        loop {
            tokio::select! {
                ended = &mut reading => {
                    return Ok(ended.unwrap_or_else(|e| Err(Failure::internal(&e))));
                }
                _ = renewal.tick() => {
                    self.store.renew(lease, now_ms() + LEASE_MS).await?;
                }
            }
        }
    }

    async fn keep(&self, lease: &Lease, objects: &[ResultObject]) -> Result<(), StoreError> {
        let mut waiting = Vec::new();
        for destination in &self.config.destinations {
            let wanted = |object: &&ResultObject| {
                destination.objects.is_empty() || destination.objects.contains(&object.kind)
            };
            waiting.extend(objects.iter().filter(wanted).map(|object| Waiting {
                file: object.file.clone(),
                destination: destination.peer.clone(),
            }));
        }
        if self.store.read(lease, &waiting, now_ms()).await? {
            (self.log)(&format!("film {}: read, {} objects to send", lease.film, waiting.len()));
            self.waiting.notify_waiters();
        }
        Ok(())
    }
}
