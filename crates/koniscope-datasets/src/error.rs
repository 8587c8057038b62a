//! What can go wrong with a set.

use std::path::{Path, PathBuf};

/// Why no table was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A set without an adapter.
    #[error("no set is called {name:?}; there are {known}")]
    UnknownSet {
        /// What was asked for.
        name: String,
        /// Names of all sets.
        known: String,
    },
    /// Something the set's layout has is not there, or is there more than once.
    #[error(
        "{what} in {folder}, which holds {holds}. Expected: {layout}. Get the set from {from} \
         ({license})",
        folder = folder.display()
    )]
    Layout {
        /// The fact, as `no folder CXR_png with films`.
        what: String,
        /// Where it was looked for.
        folder: PathBuf,
        /// What is there.
        holds: String,
        /// The layout as downloaded.
        layout: &'static str,
        /// Where the set is to be had.
        from: &'static str,
        /// On which terms.
        license: &'static str,
    },
    /// A table or text of the set that cannot be used.
    #[error(transparent)]
    Data(#[from] koniscope_data::Error),
    /// Labels, but not one film that they belong to.
    #[error("{left_out} films were named and none could be used; the first: {first}")]
    NoFilms {
        /// How many.
        left_out: usize,
        /// Why the first was left out.
        first: String,
    },
    /// A folder with more files than any set has.
    #[error(
        "{folder} holds more than {limit} files; name the folder of the set alone",
        folder = folder.display()
    )]
    TooManyFiles {
        /// The folder.
        folder: PathBuf,
        /// Files at most.
        limit: usize,
    },
    /// A table that somebody else wrote stands in the way.
    #[error(
        "{path} was not written by `koniscope labels {set}`; name another file with --out, or write \
         over it with --force",
        path = path.display()
    )]
    NotOurs {
        /// The table.
        path: PathBuf,
        /// The set's name.
        set: &'static str,
    },
    /// A file or folder that cannot be read or written.
    #[error("cannot {doing} {path}: {source}", path = path.display())]
    Io {
        /// `read`, `write` or `create`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A result that cannot be encoded.
    #[error("cannot encode {what}: {detail}")]
    Encode {
        /// What.
        what: &'static str,
        /// The encoder's words.
        detail: String,
    },
}

impl Error {
    /// An [`Error::Io`] about `path`.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }

    /// A fault of a table or text of the set.
    pub(crate) fn table(path: &Path, line: Option<u64>, detail: String) -> Self {
        Self::Data(koniscope_data::Error::Table { path: path.to_owned(), line, detail })
    }
}
