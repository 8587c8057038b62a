//! `koniscope train lungs`: the U-Net.

use burn::tensor::{Device, Int, Tensor, TensorData};
use koniscope::{
    manifest::Input,
    model::{gray_batch, unet::UNet},
    plane::Plane,
};

use super::Task;
use crate::{
    Error,
    augment::{AugmentRecipe, Draw},
    dataset::{IGNORE, Sample},
    loss::segmentation_loss,
    metrics::overlap::lung_dice,
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
    pub train: Vec<Sample>,
    /// Films that epochs are scored on.
    pub tuning: Vec<Sample>,
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
    /// Device with gradients.
    pub device: Device,
}

impl<F: FnMut(usize, &SizedSamples) -> Result<Option<SizedSamples>, Error>> Task for LungTask<F> {
    type Network = UNet;

    fn prepare(&mut self, epoch: usize) -> Result<(), Error> {
        if let Some(samples) = (self.load)(epoch, &self.samples)? {
            self.samples = samples;
        }
        Ok(())
    }

    fn epoch_cases(&self, _epoch: usize) -> Vec<usize> {
        (0..self.samples.train.len()).collect()
    }

    fn loss(&self, network: &UNet, cases: &[usize], epoch: usize) -> Tensor<1> {
        let varied: Vec<Sample> = cases
            .iter()
            .map(|case| {
                let mut rng = rng_for(self.seed, epoch as u64, *case as u64);
                Draw::sample(&self.augment, &mut rng).apply(&self.samples.train[*case])
            })
            .collect();
        let pictures: Vec<&Plane> = varied.iter().map(|s| &s.picture).collect();
        let input = &self.samples.input;
        let logits = network.forward(gray_batch(&pictures, input, &self.device));
        let shape = [varied.len(), 1, input.height, input.width];
        let labels = || varied.iter().flat_map(|s| s.target.iter().copied());
        let target: Vec<i32> =
            labels().map(|l| if l == IGNORE { 0 } else { i32::from(l) }).collect();
        let counts: Vec<f32> = labels().map(|l| f32::from(u8::from(l != IGNORE))).collect();
        segmentation_loss(
            logits,
            Tensor::<4, Int>::from_data(TensorData::new(target, shape), &self.device),
            Tensor::from_data(TensorData::new(counts, shape), &self.device),
            self.loss.dice,
            self.loss.cross_entropy,
        )
    }

    /// Mean Dice of both lungs together, on the network's own grid, no post-processing.
    fn score(&self, network: &UNet) -> Result<f64, Error> {
        let device = self.device.clone().without_autodiff();
        let mut dice = Vec::with_capacity(self.samples.tuning.len());
        for batch in self.samples.tuning.chunks(self.batch) {
            let pictures: Vec<&Plane> = batch.iter().map(|s| &s.picture).collect();
            let logits = network.forward(gray_batch(&pictures, &self.samples.input, &device));
            let classes: Vec<i32> = logits
                .argmax(1)
                .into_data()
                .convert::<i32>()
                .try_to_vec()
                .map_err(|e| Error::tensor(&e))?;
            let pixels = self.samples.input.width * self.samples.input.height;
            for (sample, classes) in batch.iter().zip(classes.chunks_exact(pixels)) {
                dice.push(lung_dice(classes, &sample.target));
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
