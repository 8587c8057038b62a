//! What stops an evaluation. A film that cannot be read does not: it is a row with its error.

use std::path::{Path, PathBuf};

/// Why there is no evaluation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A table of labels that cannot be used.
    #[error(transparent)]
    Labels(#[from] koniscope_train::Error),
    /// A film's labels that say nothing, or contradict each other.
    #[error("{}: {detail}", image.display())]
    Truth {
        /// The film.
        image: PathBuf,
        /// The column, what it holds and what was expected.
        detail: String,
    },
    /// The tables as a whole cannot be used.
    #[error("{0}")]
    Tables(String),
    /// An option out of its range.
    #[error("{0}")]
    Option(String),
    /// A file or folder that cannot be written.
    #[error("cannot write {}: {detail}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// Judged films that cannot be used.
    #[error("cannot use {}: {detail}", path.display())]
    Judged {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        detail: String,
    },
    /// A report that cannot be used.
    #[error("cannot use {}: {detail}", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        detail: String,
    },
    /// The system gives no threads.
    #[error("no threads: {0}")]
    Threads(String),
}

impl Error {
    pub(crate) fn write(path: &Path, detail: impl std::fmt::Display) -> Self {
        Self::Write { path: path.to_owned(), detail: detail.to_string() }
    }
}
