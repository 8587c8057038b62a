//! Tables: those that sets come with, and the one that is written.

mod write;

use std::path::Path;

pub(crate) use koniscope_data::table::{Row as Source, Table};
pub(crate) use write::{Row, is_ours, labels};

use crate::Error;

/// A table of a set, which has at least these columns. Rows may be shorter or longer than the heading, as
/// those of NIH are.
///
/// # Errors
/// [`Error::Data`] with the line and what was expected there.
pub(crate) fn of_set(path: &Path, needed: &[&str]) -> Result<Table, Error> {
    let table = Table::read_ragged(path)?;
    table.require_columns(needed.iter().copied())?;
    Ok(table)
}
