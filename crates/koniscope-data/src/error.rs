//! What can be wrong with a table, a mask or a split.

use std::path::{Path, PathBuf};

/// Why a table or a split cannot be used. Each error names the fact, what was expected, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A table that cannot be used.
    #[error("{}{}: {detail}", path.display(), line.map(|l| format!(", line {l}")).unwrap_or_default())]
    Table {
        /// The table.
        path: PathBuf,
        /// The line, where one is at fault.
        line: Option<u64>,
        /// The fact and what was expected.
        detail: String,
    },
    /// A film that cannot be put into a part.
    #[error("{}: {detail}", film.display())]
    Split {
        /// The film.
        film: PathBuf,
        /// The fact and what was expected.
        detail: String,
    },
}

impl Error {
    /// An [`Error::Table`] about the whole table.
    pub(crate) fn table(path: &Path, detail: impl Into<String>) -> Self {
        Self::Table { path: path.to_owned(), line: None, detail: detail.into() }
    }
}
