//! Services around the reader: the [`page`] on which a physician reads films and signs a form, and a node.
//!
//! The DICOM node: films arrive, are read, and results go where they are wanted.
//!
//! ```text
//! C-STORE -> scp -> files on disk + store -> worker (the reader) -> result objects -> sender -> scu -> C-STORE
//! ```
//!
//! Nothing is acknowledged before it is on the disk, and what is on the disk is enough to go on from: the
//! queue is one table of the [`store`], a task is leased and done once, and every failure ends in a state
//! that [`status`] shows with its reason.
//!
//! Peers are not trusted. [`wire`] bounds the size of every PDU and the time it may take, [`scp`] the
//! associations at once; whoever breaks a rule is refused by name, and the service goes on.
//!
//! Research use only. Not a medical device; not for diagnosis.

pub mod ae;
pub mod check;
pub mod command;
pub mod commitment;
pub mod config;
mod dimse;
pub mod film;
pub mod folder;
pub mod node;
pub mod page;
pub mod pull;
pub mod reading;
mod reporter;
pub mod rules;
pub mod scp;
pub mod scu;
mod sender;
pub mod status;
pub mod store;
pub mod tls;
pub mod wire;
mod worker;

use std::time::{SystemTime, UNIX_EPOCH};

/// Identifies this implementation in associations (PS3.7 D.3.3.2).
pub const IMPLEMENTATION_CLASS_UID: &str = "2.25.206139508710437624816920453871093654127";

/// The same for people, at most 16 characters.
pub const IMPLEMENTATION_VERSION: &str = concat!("KONISCOPE_", env!("CARGO_PKG_VERSION"));

/// Milliseconds since 1970, the clock of the node's doors; rooms below take the time as an argument.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Where lines for the administrator go. They hold no patient's name or number.
pub type Log = std::sync::Arc<dyn Fn(&str) + Send + Sync>;
