//! What reads the films: the reader that `koniscope read` has, behind a small trait with a fake for tests.

use std::path::Path;

use koniscope::{
    FilmReading, Reader,
    output::{
        self, FilmResult, FolderSink, Sink,
        dicom::{DicomSink, Kind, Kinds},
    },
    report::Failure,
};

/// What a reading left in the film's folder of results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultObject {
    /// Its kind, as destinations name it: `seg`, `sr`, `sc`, `pdf`, `kos`.
    pub kind: String,
    /// Name of its file in the folder.
    pub file: String,
}

/// Reads films; several threads may ask at once.
pub trait FilmReader: Send + Sync {
    /// Reads a film and writes all that comes of it, whole or not at all, into the folder `results/name`. The
    /// same film leaves the same objects.
    ///
    /// # Errors
    /// Why there is no reading. Of the kinds `io`, `write` and `internal` it may go well another time.
    fn read(&self, film: &Path, results: &Path, name: &str) -> Result<Vec<ResultObject>, Failure>;
}

/// Whether a reading may go well another time.
pub(crate) fn may_pass(failure: &Failure) -> bool {
    ["io", "write", "internal"].contains(&failure.kind.as_ref())
}

impl FilmReader for Reader {
    fn read(&self, film: &Path, results: &Path, name: &str) -> Result<Vec<ResultObject>, Failure> {
        let started = std::time::Instant::now();
        let clock = || started.elapsed().as_secs_f64() * 1e3;
        objects(film, results, name, output::read_file(self, film, &clock))
    }
}

/// Keeps what came of a film, and names the objects that lie there now.
pub(crate) fn objects(
    film: &Path,
    results: &Path,
    name: &str,
    outcome: Result<FilmReading, Failure>,
) -> Result<Vec<ResultObject>, Failure> {
    let path = film.to_string_lossy().into_owned();
    let result = FilmResult { path, name: name.to_owned(), outcome };
    // A film of which no objects can be made is shown as it was read.
    FolderSink::new(results).put(&result)?;
    DicomSink::new(results, Kinds::all()).put(&result)?;
    result.outcome?;
    let object = |kind: Kind| ResultObject { kind: kind.name().to_owned(), file: kind.file() };
    let is_there = |object: &ResultObject| results.join(name).join(&object.file).is_file();
    Ok(Kind::ALL.into_iter().map(object).filter(is_there).collect())
}
