//! State of a run after an epoch: all of it on disk, or none.

use std::{
    fs,
    path::{Path, PathBuf},
};

use burn::{module::Module, optim::ModuleOptimizer};
use serde::{Deserialize, Serialize};

use crate::Error;

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Epochs completed.
    pub epochs_done: usize,
    /// Best score so far.
    pub best_score: f64,
    /// Epoch that had it.
    pub best_epoch: usize,
}

impl Default for Progress {
    fn default() -> Self {
        Self { epochs_done: 0, best_score: f64::MIN, best_epoch: 0 }
    }
}

impl Progress {
    /// Notes the score of an epoch.
    pub fn epoch_scored(&mut self, epoch: usize, score: f64) {
        if score > self.best_score {
            self.best_score = score;
            self.best_epoch = epoch;
        }
        self.epochs_done = epoch + 1;
    }

    /// Whether the best epoch lies more than `patience` epochs back (0: never).
    pub fn is_stale(&self, patience: usize) -> bool {
        patience > 0 && self.epochs_done > self.best_epoch + patience
    }
}

/// The networks of a run.
#[derive(Clone, Debug)]
pub struct States<M> {
    /// The one that learns.
    pub current: M,
    /// The average of its weights, or their last values where none is kept.
    pub average: M,
    /// The one of the best epoch.
    pub best: M,
}

/// A run's folder of checkpoints: `checkpoint-0001`, ... of which only the last is kept.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    run: PathBuf,
}

const PREFIX: &str = "checkpoint-";
const CURRENT: &str = "current.bpk";
const AVERAGE: &str = "average.bpk";
const BEST: &str = "best.bpk";

impl Checkpoint {
    /// The checkpoints of a run.
    pub fn in_folder(run: &Path) -> Self {
        Self { run: run.to_owned() }
    }

    /// Writes a checkpoint beside the last one, renames it into place, then drops the last one.
    ///
    /// # Errors
    /// [`Error`] if the disk refuses.
    pub fn save<M: Module + Clone>(
        &self,
        states: &States<M>,
        optimizer: &ModuleOptimizer,
        progress: &Progress,
    ) -> Result<(), Error> {
        let folder = self.run.join(format!("{PREFIX}{:04}", progress.epochs_done));
        let scratch = self.run.join("checkpoint.tmp");
        let io = |e| Error::file(&scratch, e);
        if scratch.exists() {
            fs::remove_dir_all(&scratch).map_err(io)?;
        }
        fs::create_dir_all(&scratch).map_err(io)?;
        let record = |e| Error::checkpoint(&scratch, e);
        let States { current, average, best } = states;
        for (network, name) in [(current, CURRENT), (average, AVERAGE), (best, BEST)] {
            network.clone().into_record().save(scratch.join(name)).map_err(record)?;
        }
        optimizer.save(scratch.join("optimizer.bpk")).map_err(record)?;
        let json =
            serde_json::to_string_pretty(progress).map_err(|e| Error::checkpoint(&scratch, e))?;
        fs::write(scratch.join("progress.json"), json).map_err(io)?;
        for entry in fs::read_dir(&scratch).map_err(io)? {
            fs::File::open(entry.map_err(io)?.path()).and_then(|f| f.sync_all()).map_err(io)?;
        }
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(io)?;
        }
        fs::rename(&scratch, &folder).map_err(io)?;
        for old in self.all()? {
            if old != folder {
                fs::remove_dir_all(&old).map_err(|e| Error::file(&old, e))?;
            }
        }
        Ok(())
    }

    /// The last checkpoint, if there is one.
    ///
    /// # Errors
    /// [`Error`] if it cannot be read or is of another network.
    pub fn load<M: Module>(
        &self,
        states: States<M>,
        optimizer: ModuleOptimizer,
    ) -> Result<Option<(States<M>, ModuleOptimizer, Progress)>, Error> {
        let Some(folder) = self.all()?.pop() else { return Ok(None) };
        let record = |e| Error::checkpoint(&folder, e);
        let json = fs::read_to_string(folder.join("progress.json"))
            .map_err(|e| Error::file(&folder, e))?;
        let progress = serde_json::from_str(&json).map_err(|e| Error::checkpoint(&folder, e))?;
        let load = |module: M, name: &str| {
            burn::store::ModuleRecord::load(folder.join(name))
                .and_then(|record| module.try_load_record(record))
        };
        let states = States {
            current: load(states.current, CURRENT).map_err(record)?,
            average: load(states.average, AVERAGE).map_err(record)?,
            best: load(states.best, BEST).map_err(record)?,
        };
        Ok(Some((states, optimizer.load(folder.join("optimizer.bpk")).map_err(record)?, progress)))
    }

    /// Whether there is a checkpoint at all.
    ///
    /// # Errors
    /// [`Error`] if the folder cannot be listed.
    pub fn exists(&self) -> Result<bool, Error> {
        Ok(!self.all()?.is_empty())
    }

    /// All complete checkpoints, the oldest first.
    fn all(&self) -> Result<Vec<PathBuf>, Error> {
        if !self.run.exists() {
            return Ok(Vec::new());
        }
        let io = |e| Error::file(&self.run, e);
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.run).map_err(io)? {
            let path = entry.map_err(io)?.path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if name.starts_with(PREFIX) && path.is_dir() {
                found.push(path);
            }
        }
        found.sort();
        Ok(found)
    }
}
