//! What decides the result, and is kept in the folder: another experiment does not go on there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use koniscope::{READING_VERSION, files::write_atomic};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;

/// File of the settings.
const FILE: &str = "experiment.json";

/// Folds of a rehearsal, and the fewest there may be: one tests, one tunes, one trains.
pub(crate) const FEWEST_FOLDS: usize = 3;

/// All that decides the figures, beside the films and recipes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Where films come from.
    pub source: Source,
    /// Hands that patients are dealt into, at least 3.
    pub folds: usize,
    /// Seed of simulation, dealing, weights, variation and resamples.
    pub seed: u64,
    /// A rehearsal: small networks, few epochs, about 60 films at most.
    pub quick: bool,
    /// Who finds the lungs.
    pub lungs: Lungs,
    /// Weights that the ResNets start from; without, random ones.
    pub init: Option<PathBuf>,
    /// Numbers that networks learn with.
    pub learning: Learning,
}

/// Where films come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Source {
    /// A folder with `labels.csv` or `truth.csv`.
    Films {
        /// The folder.
        folder: PathBuf,
    },
    /// Opacities simulated into real normal films.
    Onto {
        /// Their folder, as of `koniscope simulate --onto`.
        folder: PathBuf,
        /// Columns and values that a row of its `labels.csv` must hold.
        wanted: Vec<(String, String)>,
        /// Films to make.
        count: usize,
    },
    /// Films drawn from nothing.
    Phantoms {
        /// Films to make.
        count: usize,
        /// Columns and rows.
        size: usize,
    },
}

/// Who finds the lungs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lungs {
    /// The U-Net of the folder of models.
    Shipped,
    /// One U-Net a fold, trained on the masks of the table.
    Train,
}

/// Numbers that networks learn with. All read in 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Learning {
    /// 32 bits.
    F32,
    /// 16 bits.
    Bf16,
    /// 32 bits, on a GPU.
    Gpu,
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.folds < FEWEST_FOLDS {
            return Err(Error::Option(format!(
                "--folds {}: at least {FEWEST_FOLDS} were expected: one tests, one tunes the epoch \
                 and the calibration, the others train",
                self.folds
            )));
        }
        Ok(())
    }

    /// Whether the folder holds an experiment, which must then be this one.
    ///
    /// # Errors
    /// [`Error::Run`] with the first setting that differs.
    pub(crate) fn check_folder(&self, out: &Path) -> Result<bool, Error> {
        let path = out.join(FILE);
        if !path.exists() {
            return Ok(false);
        }
        let text = fs::read_to_string(&path).map_err(|e| Error::file(&path, e))?;
        let old: Value = serde_json::from_str(&text).map_err(|e| Error::file(&path, e))?;
        let new = self.kept().map_err(|e| Error::file(&path, e))?;
        if old == new {
            return Ok(true);
        }
        let keys = new.as_object().into_iter().flatten();
        let changed = keys.filter(|(key, value)| old.get(key.as_str()) != Some(value));
        let changed: Vec<String> = changed
            .map(|(key, value)| {
                let before = old.get(key).map(ToString::to_string).unwrap_or_default();
                format!("{key} was {before}, now {value}")
            })
            .collect();
        Err(Error::Run {
            path: out.to_owned(),
            detail: format!(
                "it holds another experiment: {}. Give the same options, or another folder",
                changed.join("; ")
            ),
        })
    }

    /// Writes them into the folder, made where missing.
    pub(crate) fn keep(&self, out: &Path) -> Result<(), Error> {
        if self.check_folder(out)? {
            return Ok(());
        }
        fs::create_dir_all(out).map_err(|e| Error::file(out, e))?;
        let path = out.join(FILE);
        let kept = self.kept().map_err(|e| Error::file(&path, e))?;
        let text = serde_json::to_string_pretty(&kept).map_err(|e| Error::file(&path, e))?;
        write_atomic(&path, text.as_bytes()).map_err(|e| Error::file(&path, e))
    }

    /// As they are kept: with the version of reading, by which lungs are found and films are scored.
    fn kept(&self) -> serde_json::Result<Value> {
        let mut kept = serde_json::to_value(self)?;
        kept["reading_version"] = READING_VERSION.into();
        Ok(kept)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn settings() -> Settings {
        Settings {
            source: Source::Phantoms { count: 30, size: 512 },
            folds: 3,
            seed: 1,
            quick: true,
            lungs: Lungs::Shipped,
            init: None,
            learning: Learning::F32,
        }
    }

    #[test]
    fn a_folder_takes_one_experiment() {
        let folder = tempfile::tempdir().unwrap();
        let (out, first) = (folder.path().join("new"), settings());
        assert!(!first.check_folder(&out).unwrap());
        first.keep(&out).unwrap();
        first.keep(&out).unwrap();
        assert!(first.check_folder(&out).unwrap());
        let other = Settings { seed: 2, folds: 4, ..settings() };
        let error = other.keep(&out).unwrap_err().to_string();
        assert!(error.contains("folds was 3, now 4; seed was 1, now 2"), "{error}");
        let file = out.join(FILE);
        let text = fs::read_to_string(&file).unwrap();
        let version = format!("\"reading_version\": {READING_VERSION}");
        fs::write(&file, text.replace(&version, "\"reading_version\": 0")).unwrap();
        let error = first.keep(&out).unwrap_err().to_string();
        assert!(error.contains("reading_version was 0"), "{error}");
        assert!(Settings { folds: 2, ..settings() }.check().is_err());
    }
}
