//! One training loop for both networks: what differs stands in [`Task`].

pub mod checkpoint;
pub mod classification;
pub mod segmentation;

use std::{path::Path, time::Instant};

use burn::{
    module::Module,
    optim::{GradientsParams, ModuleOptimizer},
    tensor::Tensor,
};
use rand::seq::SliceRandom;

use crate::{
    Error,
    curves::training_curves,
    recipe::Schedule,
    rng::rng_for,
    run_log::{EpochRecord, Observer, RunLog},
    write::write_atomic,
};
use checkpoint::{Checkpoint, Progress};

/// What one kind of network needs for training.
pub trait Task {
    /// The network.
    type Network: Module + Clone;

    /// The cases that training uses in `epoch`, in any order; a class-balanced task repeats some.
    fn epoch_cases(&self, epoch: usize) -> Vec<usize>;

    /// The loss of a batch, augmented with draws that depend on `epoch` and the case alone.
    fn loss(&self, network: &Self::Network, cases: &[usize], epoch: usize) -> Tensor<1>;

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
pub fn fit<T: Task>(
    task: &mut T,
    network: T::Network,
    mut optimizer: ModuleOptimizer,
    plan: &Plan,
    run: &Path,
    resume: bool,
    observer: &mut dyn Observer,
) -> Result<(T::Network, usize), Error> {
    let checkpoint = Checkpoint::in_folder(run);
    let mut progress = Progress::default();
    let mut best = network.clone();
    let mut current = network;
    if resume
        && let Some(saved) = checkpoint.load(current.clone(), best.clone(), optimizer.clone())?
    {
        (current, best, optimizer, progress) = saved;
    }
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
        let mut loss_sum = 0.0;
        for (i, batch) in batches.iter().enumerate() {
            let lr = plan.schedule.at(epoch as f64 + i as f64 / batches.len() as f64);
            let loss = task.loss(&current, batch, epoch);
            let gradients = GradientsParams::from_grads(loss.backward(), &current);
            let value: f32 = loss.into_scalar();
            if !value.is_finite() {
                return Err(Error::Diverged { epoch, loss: value });
            }
            loss_sum += f64::from(value);
            current = optimizer.step(lr, current, gradients);
            observer.step_done(i + 1, f64::from(value));
        }
        let score = task.score(&current.valid())?;
        progress.epoch_scored(epoch, score);
        if progress.best_epoch == epoch {
            best = current.clone();
        }
        let record = EpochRecord {
            epoch,
            train_loss: loss_sum / batches.len().max(1) as f64,
            score,
            learning_rate: plan.schedule.at((epoch + 1) as f64),
            best_epoch: progress.best_epoch,
            seconds: start.elapsed().as_secs_f64(),
        };
        checkpoint.save(&current, &best, &optimizer, &progress)?;
        log.append(&record)?;
        let picture = training_curves(log.records(), task.score_name());
        write_atomic(&run.join("curves.svg"), picture.as_bytes())?;
        observer.epoch_done(&record, plan.epochs);
    }
    Ok((best, progress.best_epoch))
}
