//! A folder of DICOM results, with a folder in it for each film.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Kind, Kinds, objects};
use crate::{
    FilmReading,
    files::write_atomic,
    output::{FilmResult, Sink},
    report::Failure,
};

/// Writes `seg.dcm`, `sr.dcm`, `sc.dcm`, `pdf.dcm` and `kos.dcm` of each film into a folder of its name.
/// Of a film that is no DICOM object there is nothing to write, and nothing is.
#[derive(Clone, Debug)]
pub struct DicomSink {
    folder: PathBuf,
    kinds: Kinds,
}

impl DicomSink {
    /// Into `folder`, which is made where it is missing.
    pub fn new(folder: &Path, kinds: Kinds) -> Self {
        Self { folder: folder.into(), kinds }
    }

    fn write(&self, film: &FilmReading, folder: &Path) -> Result<(), Failure> {
        let objects = objects(film, &self.kinds, None).map_err(|fault| Failure {
            kind: "no_results".into(),
            message: format!("read, but no DICOM results can be made of it: {fault}"),
        })?;
        fs::create_dir_all(folder).map_err(|e| fault(folder, &e))?;
        for object in objects {
            let path = folder.join(object.kind.file());
            write_atomic(&path, &object.bytes).map_err(|e| fault(&path, &e))?;
        }
        Ok(())
    }
}

impl Sink for DicomSink {
    fn put(&self, film: &FilmResult) -> Result<(), Failure> {
        let folder = self.folder.join(&film.name);
        for kind in Kind::ALL {
            let path = folder.join(kind.file());
            match fs::remove_file(&path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(fault(&path, &e)),
                _ => {}
            }
        }
        match &film.outcome {
            Ok(film) if film.source.is_some() => self.write(film, &folder),
            _ => Ok(()),
        }
    }
}

fn fault(path: &Path, e: &io::Error) -> Failure {
    Failure::write(&format!("cannot write {}: {e}", path.display()))
}
