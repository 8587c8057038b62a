//! What can go wrong in training. Each error names the fact, what was expected and the remedy.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

/// Why training or measuring stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{}: {detail}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// The engine cannot run the network.
    #[error("the network cannot be trained on the processor: {0}")]
    Engine(#[from] koniscope_engine::Error),
    /// A recipe that cannot be followed.
    #[error("recipe {}: {detail}", path.display())]
    Recipe {
        /// The recipe.
        path: PathBuf,
        /// The key, what it holds and what was expected.
        detail: String,
    },
    /// A table of labels or a split that cannot be used.
    #[error(transparent)]
    Data(#[from] koniscope_data::Error),
    /// The split left a part empty, or without one of two classes.
    #[error(
        "the tuning part has no score: it needs films with labels, of each class. Give more \
         patients, or fewer folds"
    )]
    NoTuningCases,
    /// No film could be loaded.
    #[error("none of the {films} films of the {part} part could be used; the first: {first}")]
    NoFilms {
        /// Films tried.
        films: usize,
        /// Which part.
        part: &'static str,
        /// Why the first failed.
        first: String,
    },
    /// The loss is no number any more.
    #[error("the loss became {loss} in epoch {epoch}; lower the learning rate or the clip norm")]
    Diverged {
        /// Epoch, from 0.
        epoch: usize,
        /// Its value.
        loss: f32,
    },
    /// A checkpoint that cannot be used.
    #[error(
        "checkpoint {}: {detail}. Was it made with the same recipe and version?",
        path.display()
    )]
    Checkpoint {
        /// Its folder.
        path: PathBuf,
        /// The framework's words.
        detail: String,
    },
    /// The run's folder holds something else.
    #[error("{}: {detail}", path.display())]
    Run {
        /// The run's folder.
        path: PathBuf,
        /// The fact and the remedy.
        detail: String,
    },
    /// Tensor values of another kind than expected.
    #[error("the network's output: {0}")]
    Tensor(String),
    /// An error of the reader's rooms.
    #[error(transparent)]
    Reader(#[from] koniscope::Error),
}

impl Error {
    pub(crate) fn file(path: &Path, detail: impl Display) -> Self {
        Self::File { path: path.to_owned(), detail: detail.to_string() }
    }

    pub(crate) fn checkpoint(path: &Path, detail: impl Display) -> Self {
        Self::Checkpoint { path: path.to_owned(), detail: detail.to_string() }
    }

    pub(crate) fn tensor(detail: &impl std::fmt::Debug) -> Self {
        Self::Tensor(format!("{detail:?}"))
    }
}
