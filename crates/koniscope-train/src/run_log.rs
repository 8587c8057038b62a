//! The log of a run: a JSON line an epoch, and a door for those who watch.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{Error, write::write_atomic};

/// What an epoch came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Epoch, from 0.
    pub epoch: usize,
    /// Mean loss of its steps.
    pub train_loss: f64,
    /// Score on the tuning part; higher is better.
    pub score: f64,
    /// Learning rate at its end.
    pub learning_rate: f64,
    /// The best epoch so far.
    pub best_epoch: usize,
    /// Seconds it took, scoring included.
    pub seconds: f64,
}

/// Somebody who watches a run, as a progress bar.
pub trait Observer {
    /// An epoch begins, of `steps` steps.
    fn epoch_started(&mut self, epoch: usize, epochs: usize, steps: usize);
    /// A step ended, the `done`th, with its loss.
    fn step_done(&mut self, done: usize, loss: f64);
    /// An epoch ended.
    fn epoch_done(&mut self, record: &EpochRecord, epochs: usize);
    /// Something worth a line.
    fn note(&mut self, text: &str);
}

/// Watches and says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Observer for Silent {
    fn epoch_started(&mut self, _: usize, _: usize, _: usize) {}
    fn step_done(&mut self, _: usize, _: f64) {}
    fn epoch_done(&mut self, _: &EpochRecord, _: usize) {}
    fn note(&mut self, _: &str) {}
}

/// `log.jsonl` of a run.
#[derive(Debug)]
pub struct RunLog {
    path: PathBuf,
    records: Vec<EpochRecord>,
}

impl RunLog {
    /// Opens the log of `run` and drops what it holds from epoch `epochs_done` on: epochs whose
    /// checkpoint did not reach the disk.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read.
    pub fn open(run: &Path, epochs_done: usize) -> Result<Self, Error> {
        let path = run.join("log.jsonl");
        let mut records = Vec::new();
        if path.exists() {
            let text = fs::read_to_string(&path).map_err(|e| Error::file(&path, e))?;
            for line in text.lines() {
                let record: EpochRecord =
                    serde_json::from_str(line).map_err(|e| Error::file(&path, e))?;
                if record.epoch < epochs_done {
                    records.push(record);
                }
            }
        }
        Ok(Self { path, records })
    }

    /// Adds an epoch.
    ///
    /// # Errors
    /// [`Error::File`] if the disk refuses.
    pub fn append(&mut self, record: &EpochRecord) -> Result<(), Error> {
        self.records.push(record.clone());
        let mut text = String::new();
        for record in &self.records {
            text += &serde_json::to_string(record).map_err(|e| Error::file(&self.path, e))?;
            text.push('\n');
        }
        write_atomic(&self.path, text.as_bytes())
    }

    /// All epochs so far.
    pub fn records(&self) -> &[EpochRecord] {
        &self.records
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn epochs_without_a_checkpoint_are_dropped() {
        let run = tempfile::tempdir().unwrap();
        let mut log = RunLog::open(run.path(), 0).unwrap();
        for epoch in 0..3 {
            let record = EpochRecord {
                epoch,
                train_loss: 1.0,
                score: 0.5,
                learning_rate: 1e-3,
                best_epoch: 0,
                seconds: 1.0,
            };
            log.append(&record).unwrap();
        }
        assert_eq!(RunLog::open(run.path(), 3).unwrap().records(), log.records());
        assert_eq!(RunLog::open(run.path(), 2).unwrap().records().len(), 2);
    }
}
