//! One film: bytes in, result written.

use std::{fs, path::Path};

use anyhow::Context;
use koniscope::{
    FilmReading, Reader, Reading,
    files::bytes_of,
    report::{self, Failure, FilmReport, LUNGS_FILE, OVERLAY_FILE, READING_FILE},
    stopwatch::Clock,
};

use crate::write::{remove, write_atomic};

/// Reads one film and, where there is a folder for results, writes them under `name` in it.
/// Whatever goes wrong is this film's failure; the next film is read.
pub(super) fn read(
    reader: &Reader,
    path: &Path,
    clock: Clock,
    out: Option<(&Path, &str)>,
) -> FilmReport {
    let mut film = FilmReport {
        path: path.to_string_lossy().into_owned(),
        folder: out.map(|(_, name)| name.into()),
        outcome: Err(Failure::internal(&"not yet read")),
    };
    let outcome = Failure::caught(|| read_film(reader, path, clock));
    let Some((folder, name)) = out else {
        film.outcome = outcome.map(|reading| reading.reading);
        return film;
    };
    let folder = folder.join(name);
    let pictures = match outcome {
        Ok(reading) => Failure::caught(|| pictures(reading)),
        Err(failure) => Err(failure),
    };
    let (pictures, outcome) = match pictures {
        Ok((reading, pictures)) => (Some(pictures), Ok(reading)),
        Err(failure) => (None, Err(failure)),
    };
    film.outcome = outcome;
    if let Err(error) = write(&folder, &film, pictures.as_ref()) {
        film.outcome = Err(Failure::write(&format!("{error:#}")));
        // The failure is told in the table and on the page; here, only where it still can be.
        let _ = write(&folder, &film, None);
    }
    film
}

fn read_film(reader: &Reader, path: &Path, clock: Clock) -> Result<FilmReading, Failure> {
    let bytes = bytes_of(path, reader.file_limit())?;
    Ok(reader.read(&bytes, clock)?)
}

struct Pictures {
    lungs: Vec<u8>,
    overlay: Vec<u8>,
}

fn pictures(film: FilmReading) -> Result<(Reading, Pictures), Failure> {
    let (lungs, overlay) = rayon::join(|| report::label_map(&film.mask), || report::overlay(&film));
    Ok((film.reading, Pictures { lungs: lungs?, overlay: overlay? }))
}

/// Writes a film's files; `reading.json` goes first and comes back last, so that where it is, the
/// pictures beside it are its own. A film without pictures loses those of an earlier run.
fn write(folder: &Path, film: &FilmReport, pictures: Option<&Pictures>) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let json = folder.join(READING_FILE);
    remove(&json)?;
    let files =
        [(LUNGS_FILE, pictures.map(|p| &p.lungs)), (OVERLAY_FILE, pictures.map(|p| &p.overlay))];
    for (file, bytes) in files {
        match bytes {
            Some(bytes) => write_atomic(&folder.join(file), bytes)?,
            None => remove(&folder.join(file))?,
        }
    }
    write_atomic(&json, report::film(film).as_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use koniscope::Error;

    use super::*;

    #[test]
    fn a_failed_film_keeps_no_pictures_of_an_earlier_run() {
        let folder = tempfile::tempdir().unwrap();
        let pictures = Pictures { lungs: vec![1], overlay: vec![2] };
        let film = FilmReport {
            path: "a.png".into(),
            folder: Some("a".into()),
            outcome: Err(Error::Empty.into()),
        };
        let count = || fs::read_dir(folder.path()).unwrap().count();
        write(folder.path(), &film, Some(&pictures)).unwrap();
        assert_eq!(count(), 3);
        write(folder.path(), &film, None).unwrap();
        assert_eq!(count(), 1);
    }
}
