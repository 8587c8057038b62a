//! `koniscope pull`: films of an archive, found by a query and fetched into the node's queue or a folder.
//!
//! Found are studies, then their series, then their films; what is held already is not fetched again. A series
//! of which all is wanted is asked for at once, of others each film by itself.

mod fetch;
mod plan;
mod target;
mod wanted;

use std::{path::PathBuf, sync::Arc};

pub use fetch::{Failure, Outcome};
pub use plan::{Film, Plan, Series, Standing, Study};
use target::Target;
use tokio::sync::watch;
pub use wanted::Wanted;

use crate::{
    Log,
    config::{Config, Peer},
    scp::{FILMS, film_syntaxes},
    scu::{Outgoing, ScuError},
    store::StoreError,
};

/// How films are to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By C-GET: on the association that asks.
    Get,
    /// By C-MOVE: the peer sends them to the running node.
    Move,
}

/// Why nothing can be pulled.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The peer.
    #[error("{0}; {remedy}", remedy = .0.remedy())]
    Peer(#[from] ScuError),
    /// What was asked for cannot be done.
    #[error("{0}")]
    Wish(String),
    /// The node's store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder.
    #[error("cannot work in the folder {folder}: {error}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        error: std::io::Error,
    },
}

/// One pull: from whom, what, and where to.
pub struct Pull {
    config: Arc<Config>,
    peer: Peer,
    wanted: Wanted,
    method: Option<Method>,
    target: Target,
    stop: watch::Receiver<bool>,
}

impl Pull {
    /// From a peer of the configuration into the node's queue, or into `out`. Once `stop` is true it ends in some
    /// seconds.
    ///
    /// # Errors
    /// [`PullError`]: no such peer, a wish that asks for all of an archive, a folder in use.
    pub async fn new(
        config: Arc<Config>,
        peer: &str,
        wanted: Wanted,
        (method, out): (Option<Method>, Option<PathBuf>),
        log: Log,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, PullError> {
        let peer = config.peer(peer).map_err(PullError::Wish)?.clone();
        wanted.check().map_err(PullError::Wish)?;
        if method == Some(Method::Move) && out.is_some() {
            let words = "C-MOVE brings films to the node, not into a folder; ask for C-GET (--get), or leave --out";
            return Err(PullError::Wish(words.into()));
        }
        let target = Target::open(&config, out, log).await?;
        Ok(Self { config, peer, wanted, method, target, stop })
    }

    async fn open(&self) -> Result<Outgoing, ScuError> {
        let (own, timeouts) = (&self.config.node.ae_title, &self.config.timeouts);
        let syntaxes = film_syntaxes();
        let mut open = Outgoing::to_retrieve(&self.peer, own, &FILMS, &syntaxes, timeouts).await?;
        open.give_up_on(self.stop.clone());
        Ok(open)
    }

    fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }
}
