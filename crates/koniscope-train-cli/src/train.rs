//! `koniscope train`: a recipe and labeled films to weights.

pub(crate) mod bar;

use std::{path::PathBuf, process::ExitCode};

use clap::Subcommand;
use koniscope_door::{command::commit, models};
use koniscope_train::{
    network::Device,
    recipe::{ClassifierRecipe, FindingsRecipe, LungRecipe, ZoneRecipe},
    run::{Figure, LungSource, Options, classifier, findings, lungs, stages::stage_figures, zones},
};

use bar::Bar;

/// The networks that learn, each from a recipe and labeled films.
#[derive(Subcommand)]
pub(crate) enum Network {
    /// The U-Net that finds the lungs, from films with masks.
    Lungs {
        #[command(flatten)]
        run: Run,
    },
    /// The ResNet that classifies the lung crop, from films with classes.
    Classifier {
        #[command(flatten)]
        run: Run,
        /// Folder with the lung network (lungs.toml) that makes the crops.
        #[arg(long, value_name = "DIR")]
        models: Option<PathBuf>,
    },
    /// The ResNet that grades the six zones, from films with zone grades, stages, or both.
    Zones {
        #[command(flatten)]
        run: Run,
        /// Learn nothing: calibrate the weights of --init on the tuning films of the recipe's split, and
        /// score them on its test films.
        #[arg(long, requires = "init", conflicts_with = "resume")]
        calibrate_only: bool,
        /// Folder with the lung network (lungs.toml) that makes the crops.
        #[arg(long, value_name = "DIR")]
        models: Option<PathBuf>,
    },
    /// A ResNet on films with findings of any kind: weights for a classifier to start from.
    Findings {
        #[command(flatten)]
        run: Run,
        /// Folder with the lung network (lungs.toml) that makes the crops.
        #[arg(long, value_name = "DIR")]
        models: Option<PathBuf>,
    },
}

#[derive(clap::Args)]
pub(crate) struct Run {
    /// The recipe, as recipes/unet_lungs.toml.
    recipe: PathBuf,
    /// A table of labels with the columns image and patient_id; may be given several times.
    #[arg(long = "labels", value_name = "CSV", required = true)]
    tables: Vec<PathBuf>,
    /// Folder of the run: checkpoints, log, curves, weights, scores.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Go on with a run that was stopped, to the result it would have had.
    #[arg(long)]
    resume: bool,
    /// Weights to start from, by torchvision's names (.safetensors, .pth); a head of another
    /// shape is left random.
    #[arg(long, value_name = "FILE")]
    init: Option<PathBuf>,
    /// The split.csv of the run that made the weights of --init: patients that it learnt from or tuned on
    /// are only learnt from, never tuned or tested on.
    #[arg(long, value_name = "CSV", requires = "init")]
    init_split: Option<PathBuf>,
    /// The hand of patients to test on, in place of the recipe's; "all" trains on each in turn.
    #[arg(long, value_name = "N|all")]
    fold: Option<Fold>,
    /// Compute on a GPU.
    #[arg(long)]
    gpu: bool,
    /// Learn with numbers of 16 bits: meant for a processor with AMX.
    /// Weights, what the optimizer keeps and all scores stay in 32 bits.
    #[arg(long, conflicts_with = "gpu")]
    bf16: bool,
}

const ALL_FOLDS: &str = "All folds, every film tested once by the network that never saw it:";

#[derive(Clone, Copy)]
enum Fold {
    One(usize),
    All,
}

impl std::str::FromStr for Fold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            number => number
                .parse()
                .map(Self::One)
                .map_err(|_| format!("{number:?} is neither a number nor \"all\"")),
        }
    }
}

pub(crate) fn run(network: &Network) -> anyhow::Result<ExitCode> {
    match network {
        Network::Lungs { run } => {
            let recipe = LungRecipe::read(&run.recipe)?;
            for (fold, options) in run.folds(recipe.split.fold, recipe.split.folds)? {
                let mut recipe = recipe.clone();
                recipe.split.fold = fold;
                let outcome = lungs::train(&recipe, &options, &mut Bar::new())?;
                print_figures(&outcome.figures);
            }
        }
        Network::Classifier { run, models: dir } => {
            let recipe = ClassifierRecipe::read(&run.recipe)?;
            let source = run.lungs(dir.as_deref())?;
            let mut pooled = Vec::new();
            let folds = run.folds(recipe.split.fold, recipe.split.folds)?;
            let several = folds.len() > 1;
            for (fold, options) in folds {
                let mut recipe = recipe.clone();
                recipe.split.fold = fold;
                let (outcome, scored) =
                    classifier::train(&recipe, &options, &source, &mut Bar::new())?;
                print_figures(&outcome.figures);
                pooled.extend(scored);
            }
            if several {
                print_line(ALL_FOLDS);
                print_figures(&classifier::figures(&pooled, recipe.split.seed));
            }
        }
        Network::Zones { run, calibrate_only, models: dir } => {
            let mut recipe = ZoneRecipe::read(&run.recipe)?;
            if *calibrate_only {
                recipe.training.epochs = 0;
            }
            let source = run.lungs(dir.as_deref())?;
            let mut pooled = Vec::new();
            let folds = run.folds(recipe.split.fold, recipe.split.folds)?;
            let several = folds.len() > 1;
            for (fold, options) in folds {
                let mut recipe = recipe.clone();
                recipe.split.fold = fold;
                let (outcome, staged) = zones::train(&recipe, &options, &source, &mut Bar::new())?;
                print_figures(&outcome.figures);
                pooled.extend(staged);
            }
            if several {
                print_line(ALL_FOLDS);
                print_figures(&stage_figures(&pooled, recipe.split.seed));
            }
        }
        Network::Findings { run, models: dir } => {
            let recipe = FindingsRecipe::read(&run.recipe)?;
            let source = run.lungs(dir.as_deref())?;
            for (fold, options) in run.folds(recipe.split.fold, recipe.split.folds)? {
                let mut recipe = recipe.clone();
                recipe.split.fold = fold;
                let weights = findings::train(&recipe, &options, &source, &mut Bar::new())?;
                print_line(&format!("start a classifier with --init {}", weights.display()));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Run {
    /// Where crops come from and are kept.
    fn lungs(&self, models: Option<&std::path::Path>) -> anyhow::Result<LungSource> {
        Ok(LungSource { models: models::find(models)?, cache: self.out.join("crops") })
    }

    /// Each fold to train, with its folder.
    fn folds(&self, own: usize, folds: usize) -> anyhow::Result<Vec<(usize, Options)>> {
        let device = match (self.gpu, self.bf16) {
            (true, _) => Device::gpu()?,
            (_, true) => Device::cpu_learning_bf16()?,
            _ => Device::cpu(),
        };
        let options = |out: PathBuf| Options {
            recipe: self.recipe.clone(),
            tables: self.tables.clone(),
            out,
            init: self.init.clone(),
            init_split: self.init_split.clone(),
            resume: self.resume,
            device: device.clone(),
            commit: commit(),
        };
        Ok(match self.fold {
            None => vec![(own, options(self.out.clone()))],
            Some(Fold::One(fold)) => {
                anyhow::ensure!(
                    fold < folds,
                    "--fold {fold}: the recipe has folds 0 to {}",
                    folds - 1
                );
                vec![(fold, options(self.out.clone()))]
            }
            Some(Fold::All) => (0..folds)
                .map(|fold| (fold, options(self.out.join(format!("fold-{fold}")))))
                .collect(),
        })
    }
}

fn print_figures(figures: &[Figure]) {
    for Figure { name, data, estimate } in figures {
        print_line(&format!(
            "{name}, {data}: {:.3} (95 % interval {:.3} to {:.3}, n = {})",
            estimate.value, estimate.low, estimate.high, estimate.n
        ));
    }
    print_line(koniscope::reading::DISCLAIMER);
}

#[expect(clippy::print_stdout, reason = "the door speaks")]
fn print_line(line: &str) {
    println!("{line}");
}
