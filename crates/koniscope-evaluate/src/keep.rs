//! What was computed of a film, kept by what it was computed from.

use std::{
    fs,
    path::{Path, PathBuf},
};

use koniscope::{Reader, digest::sha256, files::write_atomic, many::in_order, report::Failure};
use serde::{Serialize, de::DeserializeOwned};

use crate::Error;

/// Folder of results, a JSON file each, named by the hash of what it depends on: the bytes of film
/// and mask, both models with their calibration, the site's file, the precision and this version.
pub(crate) struct Keep {
    folder: PathBuf,
    made_with: String,
}

impl Keep {
    /// The folder `name` in `out`, made where missing.
    pub(crate) fn new(out: &Path, name: &str, reader: &Reader) -> Result<Self, Error> {
        let folder = out.join(name);
        fs::create_dir_all(&folder).map_err(|e| Error::write(&folder, e))?;
        let manifests = [reader.segmenter().manifest(), reader.second_stage().manifest()];
        let manifests = serde_json::to_string(&manifests).map_err(|e| Error::write(&folder, e))?;
        let site = serde_json::to_string(&reader.site()).map_err(|e| Error::write(&folder, e))?;
        let made_with = format!("{name} f32 {} {manifests} {site}", env!("CARGO_PKG_VERSION"));
        Ok(Self { folder, made_with })
    }

    /// Name of what is made of these bytes.
    fn key(&self, film: &[u8], mask: Option<&[u8]>) -> String {
        let mask = mask.map(sha256).unwrap_or_default();
        sha256(format!("{}\n{mask}\n{}", sha256(film), self.made_with).as_bytes())
    }

    /// What is kept of these bytes, and whether it was; else what is made of them, which is then kept. It
    /// is given back as it stands in the file: a run that goes on must find the same numbers to the last
    /// digit. A damaged file is made anew.
    ///
    /// # Errors
    /// Those of `make`, and a file that cannot be written.
    pub(crate) fn or_make<T: Serialize + DeserializeOwned>(
        &self,
        film: &[u8],
        mask: Option<&[u8]>,
        make: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<(T, bool), Failure> {
        let path = self.path(&self.key(film, mask));
        let kept = fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
        if let Some(kept) = kept {
            return Ok((kept, true));
        }
        let fault = |e: &dyn std::fmt::Display| Failure::write(e);
        let text = serde_json::to_string(&make()?).map_err(|e| fault(&e))?;
        write_atomic(&path, text.as_bytes()).map_err(|e| fault(&e))?;
        Ok((serde_json::from_str(&text).map_err(|e| fault(&e))?, false))
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }
}

/// Makes one thing of each film, on all threads, in the order of `films`. What goes wrong with one film,
/// even a panic, is its own.
///
/// # Errors
/// [`Error::Threads`].
pub(crate) fn each<F: Sync, T: Send>(
    films: &[F],
    done: &(dyn Fn() + Sync),
    make: impl Fn(&F) -> Result<T, Failure> + Sync,
) -> Result<Vec<Result<T, Failure>>, Error> {
    let made = in_order(films.len(), |i| {
        let made = Failure::caught(|| make(&films[i]));
        done();
        made
    });
    made.map_err(|e| Error::Threads(e.to_string()))
}
