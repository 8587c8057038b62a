//! `koniscope train classifier`: the ResNet on lung crops.

use std::collections::BTreeMap;

use burn::tensor::{Device, Int, Tensor, TensorData};
use koniscope::{
    manifest::Input,
    model::{gray_batch, resnet::ResNet},
    plane::Plane,
};
use rand::Rng;

use super::Task;
use crate::{
    Error,
    augment::{AugmentRecipe, Draw},
    loss::classification_loss,
    metrics::roc::auc,
    recipe::Balance,
    rng::rng_for,
};

/// A lung crop and its class.
#[derive(Clone, Debug)]
pub struct Graded {
    /// The crop, at the network's input size.
    pub crop: Plane,
    /// Index of its class.
    pub class: usize,
}

/// The second stage's training.
pub struct StageTask {
    /// Crops that are learnt from.
    pub train: Vec<Graded>,
    /// Crops that epochs are scored on.
    pub tuning: Vec<Graded>,
    /// Classes, in order.
    pub classes: usize,
    /// What the network is fed.
    pub input: Input,
    /// How crops are varied.
    pub augment: AugmentRecipe,
    /// What is done about rare classes.
    pub balance: Balance,
    /// Crops a scoring step.
    pub batch: usize,
    /// Seed of every draw.
    pub seed: u64,
    /// Device with gradients.
    pub device: Device,
}

impl StageTask {
    /// Logits of crops, without gradients.
    ///
    /// # Errors
    /// [`Error`] if the network's output cannot be read.
    pub fn logits(&self, network: &ResNet, cases: &[Graded]) -> Result<Vec<Vec<f32>>, Error> {
        let device = self.device.clone().without_autodiff();
        let mut logits = Vec::with_capacity(cases.len());
        for batch in cases.chunks(self.batch) {
            let pictures: Vec<&Plane> = batch.iter().map(|c| &c.crop).collect();
            let out = network.forward(gray_batch(&pictures, &self.input, &device)).logits;
            let values: Vec<f32> = out.into_data().try_to_vec().map_err(|e| Error::tensor(&e))?;
            logits.extend(values.chunks_exact(self.classes).map(<[f32]>::to_vec));
        }
        Ok(logits)
    }

    /// Cases of each class in the training part.
    fn counts(&self) -> BTreeMap<usize, usize> {
        let mut counts = BTreeMap::new();
        for case in &self.train {
            *counts.entry(case.class).or_default() += 1;
        }
        counts
    }
}

impl Task for StageTask {
    type Network = ResNet;

    fn prepare(&mut self, _epoch: usize) -> Result<(), Error> {
        Ok(())
    }

    fn epoch_cases(&self, epoch: usize) -> Vec<usize> {
        let n = self.train.len();
        if self.balance != Balance::Sampler {
            return (0..n).collect();
        }
        // As many draws as cases, each class equally often.
        let mut of_class: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (i, case) in self.train.iter().enumerate() {
            of_class.entry(case.class).or_default().push(i);
        }
        let classes: Vec<&Vec<usize>> = of_class.values().collect();
        let mut rng = rng_for(self.seed, epoch as u64, u64::MAX - 1);
        (0..n)
            .map(|i| {
                let class = classes[i % classes.len()];
                class[rng.random_range(0..class.len())]
            })
            .collect()
    }

    fn loss(&self, network: &ResNet, cases: &[usize], epoch: usize) -> Tensor<1> {
        let varied: Vec<Plane> = cases
            .iter()
            .enumerate()
            .map(|(place, case)| {
                // A balanced epoch repeats cases: the place keeps their draws apart.
                let draw = (place as u64) << 32 | *case as u64;
                let mut rng = rng_for(self.seed, epoch as u64, draw);
                Draw::sample(&self.augment, &mut rng).apply_picture(&self.train[*case].crop)
            })
            .collect();
        let pictures: Vec<&Plane> = varied.iter().collect();
        let logits = network.forward(gray_batch(&pictures, &self.input, &self.device)).logits;
        let counts = self.counts();
        let target: Vec<i32> = cases.iter().map(|c| self.train[*c].class as i32).collect();
        let weights: Vec<f32> = cases
            .iter()
            .map(|c| match self.balance {
                Balance::Weight => self.train.len() as f32 / counts[&self.train[*c].class] as f32,
                Balance::None | Balance::Sampler => 1.0,
            })
            .collect();
        let n = cases.len();
        classification_loss(
            logits,
            Tensor::<1, Int>::from_data(TensorData::new(target, [n]), &self.device),
            Tensor::from_data(TensorData::new(weights, [n]), &self.device),
        )
    }

    /// AUC of disease (any class but the first) against the first.
    fn score(&self, network: &ResNet) -> Result<f64, Error> {
        let logits = self.logits(network, &self.tuning)?;
        let scores: Vec<f64> = logits.iter().map(|l| disease_log_odds(l)).collect();
        let truth: Vec<bool> = self.tuning.iter().map(|c| c.class > 0).collect();
        auc(&scores, &truth).ok_or(Error::NoTuningCases)
    }

    fn score_name(&self) -> &'static str {
        "tuning AUC"
    }
}

/// Log odds of any class but the first.
fn disease_log_odds(logits: &[f32]) -> f64 {
    let max = logits[1..].iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits[1..].iter().map(|l| f64::from(l - max).exp()).sum();
    f64::from(max) + sum.ln() - f64::from(logits[0])
}
