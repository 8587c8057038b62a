//! One training loop for both networks: what differs stands in [`Task`].

mod average;
pub mod checkpoint;
pub mod classification;
pub mod findings;
pub mod segmentation;
pub mod step;
pub mod zones;

use std::{path::Path, sync::mpsc, thread, time::Instant};

use burn::{module::Module, optim::ModuleOptimizer, tensor::Tensor};
use rand::seq::SliceRandom;

use crate::{
    Error,
    curves::training_curves,
    network::{Device, described::Described},
    recipe::{Schedule, TrainingRecipe},
    rng::rng_for,
    run_log::{EpochRecord, Observer, RunLog},
    write::write_atomic,
};
use average::Average;
use checkpoint::{Checkpoint, Progress, States};
use step::Stepper;

/// Batches that are made ahead.
const PREFETCHED: usize = 2;

/// What one kind of network needs for training.
pub trait Task: Sync {
    /// The network.
    type Network: Module + Described + Clone;

    /// What the network should say of a batch.
    type Target: Send;

    /// The cases that training uses in `epoch`, in any order; a class-balanced task repeats some.
    fn epoch_cases(&self, epoch: usize) -> Vec<usize>;

    /// A batch, augmented with draws that depend on `epoch` and the case alone.
    fn batch(&self, cases: &[usize], epoch: usize) -> Batch<Self::Target>;

    /// Which of the network's outputs is learnt from, by its place: the logits, unless said otherwise.
    fn output(&self) -> usize {
        0
    }

    /// The loss of that output, `[n, classes, h, w]`, with `h` and `w` 1 where a case has one answer.
    fn loss(&self, output: Tensor<4>, target: &Self::Target) -> Tensor<1>;

    /// Scores a network, without gradients, on the tuning part: higher is better.
    ///
    /// # Errors
    /// If the tuning part has no score, as when it lacks a class.
    fn score(&self, network: &Self::Network) -> Result<f64, Error>;

    /// What the score is, for the log and the picture.
    fn score_name(&self) -> &'static str;

    /// Called before an epoch: progressive sizes are loaded here.
    ///
    /// # Errors
    /// If films cannot be loaded.
    fn prepare(&mut self, epoch: usize) -> Result<(), Error>;
}

/// Cases that are learnt from at once.
#[derive(Clone, Debug)]
pub struct Batch<T> {
    /// What the network is fed, scaled.
    pub input: Vec<f32>,
    /// Its shape, `[n, channels, h, w]`.
    pub shape: [usize; 4],
    /// What it should say.
    pub target: T,
}

/// How long and how fast to train.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Passes over the training part.
    pub epochs: usize,
    /// Cases a step.
    pub batch: usize,
    /// Seed of every draw.
    pub seed: u64,
    /// Learning rate per epoch.
    pub schedule: Schedule,
    /// Epochs without a better score after which training ends; 0 for never.
    pub patience: usize,
    /// What a moving average of the weights keeps each step, where there is one.
    pub average: Option<f64>,
}

impl Plan {
    /// A recipe's plan.
    pub fn of(training: &TrainingRecipe) -> Self {
        Self {
            epochs: training.epochs,
            batch: training.batch,
            seed: training.seed,
            schedule: training.schedule(),
            patience: training.patience,
            average: training.average,
        }
    }
}

/// Trains until the plan ends or the score stops rising, and returns the best network with its
/// epoch.
///
/// Writes into `run`: `log.jsonl` (a line an epoch), `curves.svg` and a checkpoint after every
/// epoch. With `resume`, goes on from the last checkpoint, to the same result as a run that was
/// never stopped.
///
/// # Errors
/// [`Error`] if films, checkpoint or log cannot be read or written, or the loss is not finite.
#[allow(clippy::too_many_arguments)]
pub fn fit<T: Task>(
    task: &mut T,
    network: T::Network,
    mut optimizer: ModuleOptimizer,
    plan: &Plan,
    device: &Device,
    run: &Path,
    resume: bool,
    observer: &mut dyn Observer,
) -> Result<(T::Network, usize), Error> {
    let checkpoint = Checkpoint::in_folder(run);
    let mut progress = Progress::default();
    let mut states = States { best: network.valid(), average: network.valid(), current: network };
    if resume && let Some(saved) = checkpoint.load(states.clone(), optimizer.clone())? {
        (states, optimizer, progress) = saved;
    }
    let average = plan.average.map(Average::new);
    let mut stepper = Stepper::new(device.clone());
    let mut log = RunLog::open(run, progress.epochs_done)?;
    while progress.epochs_done < plan.epochs && !progress.is_stale(plan.patience) {
        let epoch = progress.epochs_done;
        let start = Instant::now();
        task.prepare(epoch)?;
        let mut cases = task.epoch_cases(epoch);
        cases.shuffle(&mut rng_for(plan.seed, epoch as u64, u64::MAX));
        // Batch normalization cannot learn from a rest of one.
        let batches: Vec<&[usize]> = cases.chunks(plan.batch).filter(|b| b.len() > 1).collect();
        observer.epoch_started(epoch, plan.epochs, batches.len());
        let losses = thread::scope(|scope| {
            // Films are varied by another thread while the network learns from those before.
            let (send, receive) = mpsc::sync_channel(PREFETCHED);
            let task = &*task;
            let batches = &batches;
            scope.spawn(move || {
                for batch in batches {
                    if send.send(task.batch(batch, epoch)).is_err() {
                        break;
                    }
                }
            });
            let mut losses = Vec::with_capacity(batches.len());
            for (i, batch) in receive.into_iter().enumerate() {
                let lr = plan.schedule.at(epoch as f64 + i as f64 / batches.len() as f64);
                let (loss, gradients) = stepper.step(task, &states.current, batch)?;
                if !loss.is_finite() {
                    return Err(Error::Diverged { epoch, loss });
                }
                losses.push(f64::from(loss));
                states.current = optimizer.step(lr, states.current.clone(), gradients);
                if let Some(average) = &average {
                    let step = epoch * batches.len() + i;
                    states.average = average.step(states.average.clone(), &states.current, step);
                }
                observer.step_done(i + 1, f64::from(loss));
            }
            Ok(losses)
        })?;
        if average.is_none() {
            states.average = states.current.valid();
        }
        let score = task.score(&states.average)?;
        progress.epoch_scored(epoch, score);
        if progress.best_epoch == epoch {
            // A clone would share the statistics of batches, which later steps move.
            states.best = states.average.valid();
        }
        let record = EpochRecord {
            epoch,
            train_loss: losses.iter().sum::<f64>() / losses.len().max(1) as f64,
            score,
            learning_rate: plan.schedule.at((epoch + 1) as f64),
            best_epoch: progress.best_epoch,
            seconds: start.elapsed().as_secs_f64(),
        };
        checkpoint.save(&states, &optimizer, &progress)?;
        log.append(&record)?;
        let picture = training_curves(log.records(), task.score_name());
        write_atomic(&run.join("curves.svg"), picture.as_bytes())?;
        observer.epoch_done(&record, plan.epochs);
    }
    Ok((states.best, progress.best_epoch))
}

#[cfg(test)]
mod tests;
