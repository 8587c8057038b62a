//! Tables: those that sets come with, and the one that is written.

mod read;
mod write;

pub(crate) use read::{Row as Source, Table};
pub(crate) use write::{LABELS_FILE, Row, is_ours, labels};
