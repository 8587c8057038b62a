//! What was computed of a film, kept by what it was computed from.

use std::{
    fs,
    path::{Path, PathBuf},
};

use koniscope::{Reader, digest::sha256, files::write_atomic};
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
    pub(crate) fn key(&self, film: &[u8], mask: Option<&[u8]>) -> String {
        let mask = mask.map(sha256).unwrap_or_default();
        sha256(format!("{}\n{mask}\n{}", sha256(film), self.made_with).as_bytes())
    }

    /// What is kept under a key; nothing where there is none, or it was damaged.
    pub(crate) fn find<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let text = fs::read_to_string(self.path(key)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Keeps a value, and gives it back as it stands in the file: a run that goes on must find the
    /// same numbers to the last digit.
    pub(crate) fn put<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        value: &T,
    ) -> Result<T, String> {
        let text = serde_json::to_string(value).map_err(|e| e.to_string())?;
        write_atomic(&self.path(key), text.as_bytes()).map_err(|e| e.to_string())?;
        serde_json::from_str(&text).map_err(|e| e.to_string())
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }
}
