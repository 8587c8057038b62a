//! What an evaluation is told, who hears how far it is, and what it came to.

use std::path::PathBuf;

use crate::cases::Choice;

/// What an evaluation is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Tables of labels.
    pub tables: Vec<PathBuf>,
    /// Column that says whether a film shows the disease; see [`Truth::of`](crate::truth::Truth::of).
    pub label: Option<String>,
    /// Which films of the tables.
    pub choice: Choice,
    /// Columns whose values part the films.
    pub subgroups: Vec<String>,
    /// Prevalence for predictive values and the decision curve, above 0 and below 1.
    pub prevalence: f64,
    /// Whether every film is read again, varied.
    pub robustness: bool,
    /// Seed of the resamples.
    pub seed: u64,
    /// Folder of the evaluation.
    pub out: PathBuf,
    /// The command, as it was given.
    pub command: String,
    /// The commit that the program was built from, where that is known.
    pub commit: Option<String>,
    /// The processor, as it calls itself.
    pub processor: String,
}

/// Hears how far an evaluation is.
pub trait Observer: Sync {
    /// So many films are now read, or varied.
    fn begin(&self, what: &'static str, films: usize);
    /// One of them is done.
    fn done(&self);
}

/// What an evaluation came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// `report.json` as it was written.
    pub json: String,
    /// The main figures, as text.
    pub text: String,
    /// Films that were read, now or in an earlier run.
    pub read: usize,
    /// Films that could not be.
    pub failed: usize,
    /// Of those that were read, the ones an earlier run had kept.
    pub kept: usize,
}
