//! `koniscope train lungs`: the U-Net.

use burn::tensor::{Int, Tensor, TensorData};
use koniscope::{manifest::Input, model::gray_batch, plane::Plane};
use koniscope_data::{
    mask::{IGNORE, lung_dice},
    split::{Training, Tuning},
};
use rayon::prelude::*;

use super::{Batch, Task};
use crate::{
    Error,
    augment::{AugmentRecipe, Draw},
    dataset::Sample,
    loss::segmentation_loss,
    network::{Compute, Device, unet::UNet},
    recipe::LossWeights,
    rng::rng_for,
};

/// Classes of the lung network, in order.
pub const CLASSES: [&str; 3] = ["background", "right lung", "left lung"];

/// Films with masks at one size, for some epochs.
pub struct SizedSamples {
    /// First epoch of this size.
    pub from_epoch: usize,
    /// What the network is fed then.
    pub input: Input,
    /// Films that are learnt from.
    pub train: Training<Sample>,
    /// Films that epochs are scored on.
    pub tuning: Tuning<Sample>,
}

/// The first stage's training.
pub struct LungTask<F: FnMut(usize, &SizedSamples) -> Result<Option<SizedSamples>, Error>> {
    /// Gives the samples for an epoch, or nothing where those in use stay.
    pub load: F,
    /// The samples in use.
    pub samples: SizedSamples,
    /// How films are varied.
    pub augment: AugmentRecipe,
    /// Weights of the loss's parts.
    pub loss: LossWeights,
    /// Films a scoring step.
    pub batch: usize,
    /// Seed of every draw.
    pub seed: u64,
    /// Where to compute.
    pub device: Device,
}

impl<F: FnMut(usize, &SizedSamples) -> Result<Option<SizedSamples>, Error> + Sync> Task
    for LungTask<F>
{
    type Network = UNet;
    /// A label a pixel.
    type Target = Vec<u8>;

    fn prepare(&mut self, epoch: usize) -> Result<(), Error> {
        if let Some(samples) = (self.load)(epoch, &self.samples)? {
            self.samples = samples;
        }
        Ok(())
    }

    fn epoch_cases(&self, _epoch: usize) -> Vec<usize> {
        (0..self.samples.train.len()).collect()
    }

    fn batch(&self, cases: &[usize], epoch: usize) -> Batch<Self::Target> {
        let varied: Vec<Sample> = cases
            .par_iter()
            .map(|case| {
                let mut rng = rng_for(self.seed, epoch as u64, *case as u64);
                Draw::sample(&self.augment, &mut rng).apply(&self.samples.train[*case])
            })
            .collect();
        let pictures: Vec<&Plane> = varied.iter().map(|s| &s.picture).collect();
        let (input, shape) = gray_batch(&pictures, &self.samples.input);
        Batch { input, shape, target: varied.into_iter().flat_map(|s| s.target).collect() }
    }

    fn loss(&self, logits: Tensor<4>, target: &Self::Target) -> Tensor<1> {
        let [n, _, h, w] = logits.dims();
        let (shape, device) = ([n, 1, h, w], logits.device());
        let classes: Vec<i32> =
            target.iter().map(|l| if *l == IGNORE { 0 } else { i32::from(*l) }).collect();
        let counts: Vec<f32> = target.iter().map(|l| f32::from(u8::from(*l != IGNORE))).collect();
        segmentation_loss(
            logits,
            Tensor::<4, Int>::from_data(TensorData::new(classes, shape), &device),
            Tensor::from_data(TensorData::new(counts, shape), &device),
            self.loss.dice,
            self.loss.cross_entropy,
        )
    }

    /// Mean Dice of both lungs together, on the network's own grid, no post-processing.
    fn score(&self, network: &UNet) -> Result<f64, Error> {
        let network = Compute::new(network.clone(), &self.device)?;
        let mut dice = Vec::with_capacity(self.samples.tuning.len());
        for batch in self.samples.tuning.chunks(self.batch) {
            let pictures: Vec<&Plane> = batch.iter().map(|s| &s.picture).collect();
            let (values, shape) = gray_batch(&pictures, &self.samples.input);
            let logits = network.run(&values, shape)?.swap_remove(0);
            let pixels = shape[2] * shape[3];
            for (sample, logits) in batch.iter().zip(logits.data.chunks_exact(3 * pixels)) {
                let classes: Vec<i32> = (0..pixels)
                    .map(|i| largest([0, 1, 2].map(|class| logits[class * pixels + i])))
                    .collect();
                dice.push(lung_dice(&classes, &sample.target));
            }
        }
        if dice.is_empty() {
            return Err(Error::NoTuningCases);
        }
        Ok(dice.iter().sum::<f64>() / dice.len() as f64)
    }

    fn score_name(&self) -> &'static str {
        "tuning Dice"
    }
}

/// The class of the largest logit.
fn largest(logits: [f32; 3]) -> i32 {
    let by_logit = logits.into_iter().zip(0..).max_by(|a, b| a.0.total_cmp(&b.0));
    by_logit.map_or(0, |(_, class)| class)
}
