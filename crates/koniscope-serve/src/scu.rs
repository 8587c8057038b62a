//! The asking side of associations: what a peer is given, asked for, and asked to promise.
//!
//! ```text
//! association   request, contexts, and the one exchange of a message and its answers
//! services      C-ECHO, C-STORE, reports of storage commitment
//! query         C-FIND
//! retrieve      C-MOVE and C-GET
//! commit        storage commitment
//! ```

mod association;
mod commit;
mod data_set;
mod error;
pub(crate) mod identifier;
mod query;
mod retrieve;
mod services;

pub(crate) use association::APPLICATION_CONTEXT;
pub use association::Outgoing;
pub use data_set::{DataSet, data_set};
pub use error::ScuError;
pub(crate) use retrieve::{Fetched, FetchedFilm, How, of_series};
