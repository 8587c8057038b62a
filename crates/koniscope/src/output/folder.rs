//! A folder of results, with a folder in it for each film.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{FilmResult, Sink};
use crate::{
    FilmReading,
    files::write_atomic,
    report::{self, Failure, FilmReport, LUNGS_FILE, OVERLAY_FILE, READING_FILE},
};

/// Writes `reading.json`, `lungs.png` and `overlay.png` of each film into a folder of its name.
#[derive(Clone, Debug)]
pub struct FolderSink {
    folder: PathBuf,
}

impl FolderSink {
    /// Into `folder`, which is made where it is missing.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.into() }
    }
}

impl Sink for FolderSink {
    fn put(&self, film: &FilmResult) -> Result<(), Failure> {
        let folder = self.folder.join(&film.name);
        let pictures = film.outcome.as_ref().ok().map(Pictures::of).transpose()?;
        let report = FilmReport {
            path: film.path.clone(),
            folder: Some(film.name.clone()),
            outcome: film.outcome.as_ref().map(|f| f.reading.clone()).map_err(Clone::clone),
        };
        write(&folder, &report, pictures.as_ref()).map_err(|fault| Failure::write(&fault))
    }
}

struct Pictures {
    lungs: Vec<u8>,
    overlay: Vec<u8>,
}

impl Pictures {
    fn of(film: &FilmReading) -> Result<Self, Failure> {
        let (lungs, overlay) =
            rayon::join(|| report::label_map(&film.lungs_in_file()), || report::overlay(film));
        Ok(Self { lungs: lungs?, overlay: overlay? })
    }
}

/// Writes a film's files; `reading.json` goes first and comes back last, so that where it is, the
/// pictures beside it are its own. A film without pictures loses those of an earlier run.
fn write(folder: &Path, film: &FilmReport, pictures: Option<&Pictures>) -> Result<(), String> {
    let fault =
        |path: &Path, what: &str, e: io::Error| format!("cannot {what} {}: {e}", path.display());
    let remove = |path: &Path| match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(fault(path, "remove", e)),
        _ => Ok(()),
    };
    let put =
        |path: &Path, bytes: &[u8]| write_atomic(path, bytes).map_err(|e| fault(path, "write", e));
    fs::create_dir_all(folder).map_err(|e| fault(folder, "create", e))?;
    let json = folder.join(READING_FILE);
    remove(&json)?;
    let files =
        [(LUNGS_FILE, pictures.map(|p| &p.lungs)), (OVERLAY_FILE, pictures.map(|p| &p.overlay))];
    for (file, bytes) in files {
        match bytes {
            Some(bytes) => put(&folder.join(file), bytes)?,
            None => remove(&folder.join(file))?,
        }
    }
    put(&json, report::film(film).as_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Error, report::fake};

    fn result(outcome: Result<FilmReading, Failure>) -> FilmResult {
        FilmResult { path: "x/a.png".into(), name: "a".into(), outcome }
    }

    #[test]
    fn a_film_has_its_files_and_a_failed_one_keeps_no_pictures_of_an_earlier_run() {
        let out = tempfile::tempdir().unwrap();
        let sink = FolderSink::new(out.path());
        let files = || {
            let entries = fs::read_dir(out.path().join("a")).unwrap();
            let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let read = || {
            let text = fs::read_to_string(out.path().join("a").join(READING_FILE)).unwrap();
            report::parse(&text).unwrap()
        };
        let film = fake::film(2);
        sink.put(&result(Ok(film.clone()))).unwrap();
        assert_eq!(files(), [LUNGS_FILE, OVERLAY_FILE, READING_FILE]);
        assert_eq!(read().outcome.unwrap().lungs, film.reading.lungs);
        sink.put(&result(Err(Error::Empty.into()))).unwrap();
        assert_eq!(files(), [READING_FILE]);
        assert_eq!(read().outcome.unwrap_err().kind, "empty");
    }

    #[test]
    fn a_fault_names_the_path() {
        let out = tempfile::tempdir().unwrap();
        fs::write(out.path().join("a"), "a file in the way").unwrap();
        let fault = FolderSink::new(out.path()).put(&result(Err(Error::Empty.into()))).unwrap_err();
        assert_eq!(fault.kind, "write");
        assert!(fault.message.contains(&*out.path().join("a").to_string_lossy()), "{fault:?}");
    }
}
