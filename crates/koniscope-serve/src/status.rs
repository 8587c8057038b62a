//! How the node stands, for people and programs.

use serde::Serialize;

use crate::{
    config::Config,
    folder::{self, Folder},
    store::{Overview, Store, StoreError, sqlite::Sqlite},
};

/// How the node stands.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// What this is for.
    pub disclaimer: &'static str,
    /// Megabytes left on the node's disk, where the system tells.
    pub disk_free_mb: Option<u64>,
    /// Megabytes that stay free: below, films are refused.
    pub disk_reserve_mb: u64,
    /// Queue, destinations, failures and associations.
    #[serde(flatten)]
    pub store: Overview,
}

/// Looks at the folder of a node, be it running or not.
///
/// # Errors
/// If there is no store, or it cannot be read.
pub async fn status(config: &Config) -> Result<Status, StoreError> {
    let file = Folder::database(&config.node.folder);
    if !file.is_file() {
        let words = format!("there is no {}; has `koniscope serve` run?", file.display());
        return Err(StoreError(words));
    }
    Ok(Status {
        disclaimer: "Research use only. Not a medical device; not for diagnosis.",
        disk_free_mb: folder::free_bytes(&config.node.folder).map(|bytes| bytes >> 20),
        disk_reserve_mb: config.node.reserve_mb,
        store: Sqlite::open(&file).await?.overview().await?,
    })
}

impl Status {
    /// As text, a fact a line.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        let list = |counts: Vec<String>| {
            if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
        };
        let films =
            self.store.films.iter().map(|count| format!("{} {}", count.number, count.state));
        lines.push(format!("films         {}", list(films.collect())));
        for (destination, count) in &self.store.destinations {
            lines.push(format!("to {destination:10} {} {}", count.number, count.state));
        }
        for count in &self.store.reports {
            lines.push(format!("reports       {} {}", count.number, count.state));
        }
        let free = self.disk_free_mb.map_or("unknown".into(), |free| format!("{free} MB free"));
        lines.push(format!("disk          {free}, {} MB reserved", self.disk_reserve_mb));
        for failed in &self.store.failed {
            let to = failed.destination.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
            let tried = failed.attempts;
            lines.push(format!(
                "failed        film {}{to}, tried {tried} times: {}",
                failed.film, failed.reason
            ));
        }
        for one in &self.store.associations {
            let when = time_of_day(one.at_ms);
            let objects = one.objects;
            lines.push(format!(
                "{when} UTC  {:3}  {}: {objects} objects, {}",
                one.direction, one.peer, one.outcome
            ));
        }
        lines.push(self.disclaimer.to_owned());
        lines.join("\n") + "\n"
    }
}

/// Time of day of ms since 1970.
fn time_of_day(ms: i64) -> String {
    let seconds = ms.div_euclid(1000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
