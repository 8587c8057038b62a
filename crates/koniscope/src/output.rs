//! Results out, a film at a time: to a folder here, and to whatever else is a [`Sink`].

pub mod dicom;
mod folder;
mod names;

use std::path::Path;

pub use folder::FolderSink;
pub use names::{names, path_in_words};

use crate::{
    FilmReading, Reader,
    files::bytes_of,
    report::{Failure, FilmReport},
    stopwatch::Clock,
};

/// What came of one film, with its pictures where it was read.
#[derive(Clone, Debug)]
pub struct FilmResult {
    /// Path of the film as the user gave it.
    pub path: String,
    /// What its results are kept under: a name without separators, of no other film.
    pub name: String,
    /// The reading, or why there is none.
    pub outcome: Result<FilmReading, Failure>,
}

/// Where the results of films go.
pub trait Sink: Sync {
    /// Keeps what came of a film, whole or not at all; what was kept under its name before goes.
    /// Threads may put films at once.
    ///
    /// # Errors
    /// Why it is not kept.
    fn put(&self, film: &FilmResult) -> Result<(), Failure>;
}

/// Each of them, in order, up to the first that fails.
impl Sink for Vec<Box<dyn Sink>> {
    fn put(&self, film: &FilmResult) -> Result<(), Failure> {
        self.iter().try_for_each(|sink| sink.put(film))
    }
}

/// Reads the film of a file.
///
/// # Errors
/// Why there is no reading. A fault of this program is one of them: the next film is read.
pub fn read_file(reader: &Reader, path: &Path, clock: Clock) -> Result<FilmReading, Failure> {
    Failure::caught(|| {
        let bytes = bytes_of(path, reader.file_limit())?;
        Ok(reader.read(&bytes, clock)?)
    })
}

/// Keeps what came of a film, and gives what a report tells of it. A film whose result could not be
/// kept has failed, and the sink is told so.
pub fn keep(mut film: FilmResult, sink: &dyn Sink) -> FilmReport {
    if let Err(failure) = Failure::caught(|| sink.put(&film)) {
        film.outcome = Err(failure);
        // The failure is told in the table and on the page; here, only where it still can be.
        let _ = Failure::caught(|| sink.put(&film));
    }
    let FilmResult { path, name, outcome } = film;
    FilmReport { path, folder: Some(name), outcome: outcome.map(|film| film.reading) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{Error, report::fake};

    /// Takes no reading, and notes what it was given.
    #[derive(Default)]
    struct Full(Mutex<Vec<Option<String>>>);

    impl Sink for Full {
        fn put(&self, film: &FilmResult) -> Result<(), Failure> {
            let failure = film.outcome.as_ref().err();
            self.0.lock().unwrap().push(failure.map(|f| f.kind.to_string()));
            match failure {
                Some(_) => Ok(()),
                None => panic!("no space left"),
            }
        }
    }

    #[test]
    fn what_is_not_kept_has_failed_and_the_sink_is_told() {
        let sink = Full::default();
        let film = |outcome| FilmResult { path: "a/b.png".into(), name: "b".into(), outcome };
        let report = keep(film(Ok(fake::film(2))), &sink);
        let failure = report.outcome.unwrap_err();
        assert!(failure.kind == "internal" && failure.message.contains("no space"), "{failure:?}");
        assert_eq!((report.path.as_str(), report.folder.as_deref()), ("a/b.png", Some("b")));
        keep(film(Err(Error::Empty.into())), &sink);
        let told = sink.0.into_inner().unwrap();
        assert_eq!(told, [None, Some("internal".into()), Some("empty".into())]);
    }

    #[test]
    fn a_file_that_is_none_is_a_failure_of_its_film() {
        let missing = read_file(&fake::zone_reader(), Path::new("no/such.dcm"), &|| 0.0);
        assert_eq!(missing.unwrap_err().kind, "io");
    }
}
