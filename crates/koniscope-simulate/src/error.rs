//! What can go wrong with a run, or with one film of it.

use std::path::PathBuf;

/// Why nothing, or one film, was not simulated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An option that cannot be used.
    #[error("{0}")]
    Option(String),
    /// The table of a folder of films.
    #[error(transparent)]
    Data(#[from] koniscope_data::Error),
    /// A folder without a film that could be used.
    #[error("no film to simulate onto in {folder}: {detail}", folder = folder.display())]
    NoFilms {
        /// The folder.
        folder: PathBuf,
        /// What was looked for.
        detail: String,
    },
    /// A file that cannot be read or written.
    #[error("cannot {doing} {path}: {source}", path = path.display())]
    Io {
        /// `read`, `write` or `create`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A film that the reader refuses.
    #[error(transparent)]
    Film(#[from] koniscope::Error),
    /// A film or mask that opacities cannot be put into.
    #[error("{0}")]
    Unusable(String),
    /// A result that cannot be encoded.
    #[error("cannot encode {what}: {detail}")]
    Encode {
        /// What.
        what: &'static str,
        /// The encoder's words.
        detail: String,
    },
    /// A fault of this program.
    #[error("internal fault: {0}. Please report it")]
    Internal(String),
}

impl Error {
    pub(crate) fn encode(what: &'static str, error: &impl std::fmt::Display) -> Self {
        Self::Encode { what, detail: error.to_string() }
    }
}
