//! What stops an experiment. A film that cannot be used does not.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

/// Why the experiment stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An option out of its range, or one that does not go with another.
    #[error("{0}")]
    Option(String),
    /// The films cannot be used for what was asked.
    #[error("{}: {detail}", table.display())]
    Films {
        /// Their table.
        table: PathBuf,
        /// The fact, and what was expected.
        detail: String,
    },
    /// The folder holds something else.
    #[error("{}: {detail}", path.display())]
    Run {
        /// The folder or file.
        path: PathBuf,
        /// The fact and the remedy.
        detail: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {detail}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// A training ended; its error is the source of this one.
    #[error("{step}")]
    Training {
        /// The step.
        step: String,
        /// Why.
        source: koniscope_train::Error,
    },
    /// Labels or recipes that cannot be used.
    #[error(transparent)]
    Train(#[from] koniscope_train::Error),
    /// Reading or measuring.
    #[error(transparent)]
    Evaluate(#[from] koniscope_evaluate::Error),
    /// Simulating.
    #[error(transparent)]
    Simulate(#[from] koniscope_simulate::Error),
    /// Weights that cannot be loaded.
    #[error(transparent)]
    Reader(#[from] koniscope::Error),
}

impl Error {
    pub(crate) fn file(path: &Path, detail: impl Display) -> Self {
        Self::File { path: path.to_owned(), detail: detail.to_string() }
    }

    pub(crate) fn films(table: &Path, detail: impl Into<String>) -> Self {
        Self::Films { table: table.to_owned(), detail: detail.into() }
    }
}
