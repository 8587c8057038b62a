//! What stops an evaluation. A film that cannot be read does not: it is a row with its error.

use std::path::{Path, PathBuf};

/// Why there is no evaluation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A table of labels that cannot be used.
    #[error(transparent)]
    Labels(#[from] koniscope_data::Error),
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
    /// A file of an evaluation's folder that cannot be used.
    #[error("cannot use {}: {detail}", path.display())]
    Evaluation {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        detail: String,
    },
    /// Two evaluations that cannot be compared.
    #[error("cannot compare: {0}")]
    Compare(String),
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
    /// A file of an evaluation that is not there, and where to find it.
    pub(crate) fn not_there(path: &Path, e: impl std::fmt::Display) -> Self {
        let remedy = "Give the folder that `koniscope evaluate --out` wrote, once it has ended";
        Self::Evaluation { path: path.to_owned(), detail: format!("{e}. {remedy}") }
    }

    pub(crate) fn write(path: &Path, detail: impl std::fmt::Display) -> Self {
        Self::Write { path: path.to_owned(), detail: detail.to_string() }
    }
}
