//! Reports of storage commitment that the node owes to peers: each on an association of its own, as archives do
//! it, tried again with an end. They are in the store, so that no restart loses one.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::timeout,
};

use crate::{
    Log,
    config::Config,
    now_ms,
    scu::{Outgoing, ScuError},
    store::{Owed, Store, StoreError},
};

/// How often the store is looked at where nobody knocks: for reports that are due again.
const LOOK: Duration = Duration::from_secs(1);

/// Sends reports.
pub(crate) struct Reporter {
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) log: Log,
    /// Told when a report is owed.
    pub(crate) owed: Arc<Notify>,
}

impl Reporter {
    /// Reports until told to stop.
    pub(crate) async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            // Side by side: one peer that is stuck keeps no other waiting.
            let mut all = JoinSet::new();
            match self.store.owed(now_ms()).await {
                Ok(owed) => owed.into_iter().for_each(|owed| {
                    all.spawn(Arc::clone(&self).one(owed));
                }),
                Err(error) => (self.log)(&error.to_string()),
            }
            while let Some(ended) = all.join_next().await {
                if let Ok(Err(error)) = ended {
                    (self.log)(&error.to_string());
                }
            }
            tokio::select! {
                _ = timeout(LOOK, self.owed.notified()) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
    }

    async fn one(self: Arc<Self>, owed: Owed) -> Result<(), StoreError> {
        let error = match self.report(&owed).await? {
            Ok(()) => return self.store.reported(owed.id, None).await,
            Err(error) => error.to_string(),
        };
        (self.log)(&format!("to {}: no report of storage commitment: {error}", owed.calling));
        let again = self.config.retries.next(owed.attempts, now_ms());
        self.store.reported(owed.id, Some((&error, again))).await
    }

    async fn report(&self, owed: &Owed) -> Result<Result<(), ScuError>, StoreError> {
        let Some(peer) = self.config.titled(&owed.calling) else {
            let words = format!("{} is no peer any more", owed.calling);
            return Ok(Err(ScuError::Object(words)));
        };
        let mut is_held = Vec::new();
        for (class, instance) in &owed.asked.objects {
            is_held.push(self.store.holds(class, instance).await?);
        }
        let report = owed.asked.report(&is_held);
        let (own, timeouts) = (&self.config.node.ae_title, &self.config.timeouts);
        let sent = async {
            let mut to = Outgoing::to_report(peer, own, timeouts).await?;
            let told = to.report(|syntax| report.message(syntax)).await;
            to.release().await;
            told
        };
        Ok(sent.await)
    }
}
