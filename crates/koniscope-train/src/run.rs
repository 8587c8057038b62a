//! A training run from recipe and tables to weights with their manifest and scores.

pub mod classifier;
mod crops;
pub mod findings;
mod folder;
pub mod lungs;
mod pictures;
mod score_lungs;

use std::path::{Path, PathBuf};

use koniscope::model::Device;

use crate::{dataset::Failure, metrics::Estimate, run_log::Observer};

/// What a run is given besides its recipe.
#[derive(Clone, Debug)]
pub struct Options {
    /// The recipe's file, named in the manifest.
    pub recipe: PathBuf,
    /// Tables of labels, one a set.
    pub tables: Vec<PathBuf>,
    /// Folder of the run.
    pub out: PathBuf,
    /// Weights to start from.
    pub init: Option<PathBuf>,
    /// Go on from the last checkpoint.
    pub resume: bool,
    /// Where to compute.
    pub device: Device,
}

/// A figure and the films it was measured on.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// As `Dice` or `AUC`.
    pub name: String,
    /// The set, as `Montgomery`.
    pub data: String,
    /// The figure with its interval.
    pub estimate: Estimate,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its manifest.
    pub manifest: PathBuf,
    /// Scores on the test part.
    pub figures: Vec<Figure>,
}

impl Figure {
    fn score(&self) -> koniscope::manifest::Score {
        koniscope::manifest::Score {
            name: self.name.clone(),
            data: self.data.clone(),
            value: self.estimate.value,
            low: self.estimate.low,
            high: self.estimate.high,
            n: self.estimate.n,
        }
    }
}

fn report_failures(failures: &[Failure], observer: &mut dyn Observer) {
    for failure in failures {
        observer.note(&format!("left out {}: {}", failure.path.display(), failure.reason));
    }
}

fn init_name(init: Option<&Path>) -> String {
    init.map_or_else(
        || "random".into(),
        |file| file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    )
}
