//! `koniscope train`: a recipe and labeled films to weights.

use std::{path::PathBuf, process::ExitCode};

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use koniscope::model::Device;
use koniscope_train::{
    recipe::{ClassifierRecipe, FindingsRecipe, LungRecipe, ZoneRecipe},
    run::{Figure, Options, classifier, findings, lungs, stages::stage_figures, zones},
    run_log::{EpochRecord, Observer},
};

use crate::models;

/// Train a network from a recipe and labeled films.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    network: Network,
}

#[derive(Subcommand)]
enum Network {
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
struct Run {
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
    /// The hand of patients to test on, in place of the recipe's; "all" trains on each in turn.
    #[arg(long, value_name = "N|all")]
    fold: Option<Fold>,
    /// Compute on a GPU through Vulkan.
    #[arg(long)]
    gpu: bool,
    /// Learn with numbers of 16 bits: 1.6 to 2 times as fast on a processor with AMX.
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

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.network {
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
        Network::Zones { run, models: dir } => {
            let recipe = ZoneRecipe::read(&run.recipe)?;
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
    fn lungs(&self, models: Option<&std::path::Path>) -> anyhow::Result<classifier::LungSource> {
        Ok(classifier::LungSource { models: models::find(models)?, cache: self.out.join("crops") })
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
            resume: self.resume,
            device: device.clone(),
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

/// A progress bar over the steps of an epoch, with the time left of the whole run.
struct Bar {
    bar: ProgressBar,
    epoch: usize,
    epochs: usize,
    started: std::time::Instant,
}

impl Bar {
    fn new() -> Self {
        let style = ProgressStyle::with_template(
            "{prefix} {wide_bar} {pos}/{len} steps, epoch ends in {eta}; {msg}",
        )
        .expect("a fixed template is valid");
        let bar = ProgressBar::new(0).with_style(style);
        Self { bar, epoch: 0, epochs: 1, started: std::time::Instant::now() }
    }
}

impl Observer for Bar {
    fn epoch_started(&mut self, epoch: usize, epochs: usize, steps: usize) {
        (self.epoch, self.epochs, self.started) = (epoch, epochs, std::time::Instant::now());
        self.bar.reset();
        self.bar.set_length(steps as u64);
        self.bar.set_prefix(format!("epoch {}/{epochs}", epoch + 1));
    }

    fn step_done(&mut self, done: usize, loss: f64) {
        self.bar.set_position(done as u64);
        let steps = self.bar.length().unwrap_or(1).max(1) as f64;
        let epochs_left = (self.epochs - self.epoch) as f64 - done as f64 / steps;
        let epoch_seconds = self.started.elapsed().as_secs_f64() * steps / done as f64;
        let minutes = epochs_left * epoch_seconds / 60.0;
        self.bar.set_message(format!("loss {loss:.3}, at most {minutes:.0} min in all"));
    }

    fn epoch_done(&mut self, record: &EpochRecord, epochs: usize) {
        let best = if record.best_epoch == record.epoch { ", the best" } else { "" };
        self.note(&format!(
            "epoch {}/{epochs}: loss {:.4}, tuning score {:.4}{best}, {:.0} s",
            record.epoch + 1,
            record.train_loss,
            record.score,
            record.seconds
        ));
    }

    #[expect(clippy::print_stderr, reason = "where there is no terminal, lines stand for the bar")]
    fn note(&mut self, text: &str) {
        if self.bar.is_hidden() {
            eprintln!("{text}");
        } else {
            self.bar.println(text);
        }
    }
}
