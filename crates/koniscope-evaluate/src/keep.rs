//! What the reader said of a film, kept for a run that goes on.

use std::path::Path;

use koniscope::{Reader, cache::Cache, many::in_order, report::Failure};
use serde::{Serialize, de::DeserializeOwned};

use crate::Error;

/// Results as JSON, by what they depend on: the bytes of film and mask, both models with their
/// calibration, the site's file, the precision, and the versions of reading and program.
pub(crate) struct Keep(Cache);

impl Keep {
    /// The folder `name` in `out`, made where missing.
    pub(crate) fn new(out: &Path, name: &str, reader: &Reader) -> Result<Self, Error> {
        let folder = out.join(name);
        let manifests = [reader.segmenter().manifest(), reader.second_stage().manifest()];
        let manifests = serde_json::to_string(&manifests).map_err(|e| Error::write(&folder, e))?;
        let site = serde_json::to_string(&reader.site()).map_err(|e| Error::write(&folder, e))?;
        let version = env!("CARGO_PKG_VERSION");
        let made_with = format!("{name} f32 {version} {manifests} {site}");
        Cache::open(&folder, &made_with).map(Self).map_err(|e| Error::write(&folder, e))
    }

    /// What is kept of a film's bytes and those `beside` it, as its mask's, and whether it was; else what is
    /// made of them, which is then kept. It
    /// is given back as it stands in the file: a run that goes on must find the same numbers to the last
    /// digit. A damaged file is made anew.
    ///
    /// # Errors
    /// Those of `make`, and a file that cannot be written.
    pub(crate) fn or_make<T: Serialize + DeserializeOwned>(
        &self,
        film: &[u8],
        beside: &[Vec<u8>],
        make: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<(T, bool), Failure> {
        let file = self.0.file([film].into_iter().chain(beside.iter().map(Vec::as_slice)), "json");
        let kept = self.0.get(&file).and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(kept) = kept {
            return Ok((kept, true));
        }
        let fault = |e: &dyn std::fmt::Display| Failure::write(e);
        let text = serde_json::to_string(&make()?).map_err(|e| fault(&e))?;
        self.0.put(&file, text.as_bytes()).map_err(|e| fault(&e))?;
        Ok((serde_json::from_str(&text).map_err(|e| fault(&e))?, false))
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
