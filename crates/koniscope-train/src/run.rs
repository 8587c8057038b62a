//! A training run from recipe and tables to weights with their manifest and scores.

pub mod classifier;
mod crops;
pub mod findings;
mod folder;
pub mod lungs;
mod pictures;
mod score_lungs;
pub mod stages;
mod trained_on;
pub mod zones;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use burn::optim::ModuleOptimizer;
use koniscope::{
    READING_VERSION,
    manifest::{DataSource, Network, Training as Origin},
};
use koniscope_data::{
    LabeledRow,
    labels::check_images,
    split::{Split, SplitRecipe, TestOnly, seen_by},
};
use koniscope_metrics::Estimate;

pub use crops::LungSource;

use crate::{
    Error,
    dataset::Failure,
    network::{Device, Missing, load_pretrained, resnet::ResNet},
    recipe::TrainingRecipe,
    run_log::Observer,
    training::{Plan, Task, fit},
};

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
    /// The `split.csv` of the run that made those weights: its patients are only learnt from.
    pub init_split: Option<PathBuf>,
    /// Go on from the last checkpoint.
    pub resume: bool,
    /// Where to compute.
    pub device: Device,
    /// The commit that the program was built from, where that is known; named in the manifest.
    pub commit: Option<String>,
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

impl Options {
    /// The parts of a run.
    fn split(
        &self,
        rows: Vec<LabeledRow>,
        recipe: &SplitRecipe,
        test_only: &[TestOnly],
        observer: &mut dyn Observer,
    ) -> Result<Split, Error> {
        let seen = self.init_split.as_deref().map_or_else(|| Ok(BTreeSet::new()), seen_by)?;
        for told in check_images(&rows)? {
            observer.note(&told);
        }
        let split = Split::new(rows, recipe, test_only, &seen)?;
        if self.init_split.is_some() {
            observer.note(&format!(
                "{} patients are only learnt from: the weights to start from have seen them",
                split.seen()
            ));
        }
        Ok(split)
    }

    /// How weights that learnt from `data` came to be.
    fn origin(&self, split: &Split, data: Vec<DataSource>) -> Origin {
        Origin {
            recipe: file_name(&self.recipe),
            init: self.init.as_deref().map_or_else(|| "random".into(), file_name),
            seen_patients: split.seen(),
            commit: self.commit.clone(),
            reading_version: Some(READING_VERSION),
            data,
        }
    }

    /// A ResNet of a checked recipe, ready to learn: from random numbers drawn by `seed`, or from
    /// the weights to start from, whose head may be `missing` or another.
    fn resnet(
        &self,
        network: &Network,
        classes: usize,
        seed: u64,
        missing: Missing,
    ) -> Result<ResNet, Error> {
        let Network::Resnet { layers, width } = *network else {
            unreachable!("a checked recipe holds a ResNet");
        };
        let device = self.device.burn();
        device.seed(seed);
        let mut network = ResNet::sized([layers, width], classes, &device.clone().autodiff())
            .expect("a checked recipe has 18 or 34 layers");
        if let Some(file) = &self.init {
            load_pretrained(&mut network, file, missing)?;
        }
        Ok(network)
    }

    /// Trains by the recipe in the run's folder; the best network and its epoch.
    fn fit<T: Task>(
        &self,
        task: &mut T,
        network: T::Network,
        training: &TrainingRecipe,
        optimizer: ModuleOptimizer,
        observer: &mut dyn Observer,
    ) -> Result<(T::Network, usize), Error> {
        let plan = Plan::of(training);
        fit(task, network, optimizer, &plan, &self.device, &self.out, self.resume, observer)
    }
}

fn report_failures(failures: &[Failure], observer: &mut dyn Observer) {
    for failure in failures {
        observer.note(&format!("left out {}: {}", failure.path.display(), failure.reason));
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
