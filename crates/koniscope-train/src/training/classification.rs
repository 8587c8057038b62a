//! `koniscope train classifier`: the ResNet on lung crops.

use std::collections::BTreeMap;

use burn::tensor::{Int, Tensor, TensorData};
use koniscope::{manifest::Input, model::gray_batch, plane::Plane};
use koniscope_data::split::{Training, Tuning};
use koniscope_metrics::roc::auc;
use rand::Rng;
use rayon::prelude::*;

use super::{Batch, Task};
use crate::{
    Error,
    augment::{AugmentRecipe, Draw},
    loss::classification_loss,
    network::{Compute, Device, resnet::ResNet},
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
    pub train: Training<Graded>,
    /// Crops that epochs are scored on.
    pub tuning: Tuning<Graded>,
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
    /// Where to compute.
    pub device: Device,
}

impl StageTask {
    /// Logits of crops, without gradients.
    ///
    /// # Errors
    /// [`Error`] if the network cannot run.
    pub fn logits(
        &self,
        network: &Compute<ResNet>,
        cases: &[Graded],
    ) -> Result<Vec<Vec<f32>>, Error> {
        let mut logits = Vec::with_capacity(cases.len());
        for batch in cases.chunks(self.batch) {
            let pictures: Vec<&Plane> = batch.iter().map(|c| &c.crop).collect();
            let (values, shape) = gray_batch(&pictures, &self.input);
            let outputs = network.run(&values, shape)?;
            logits.extend(outputs[0].data.chunks_exact(self.classes).map(<[f32]>::to_vec));
        }
        Ok(logits)
    }

    /// Cases of each class in the training part.
    fn counts(&self) -> BTreeMap<usize, usize> {
        let mut counts = BTreeMap::new();
        for case in self.train.iter() {
            *counts.entry(case.class).or_default() += 1;
        }
        counts
    }
}

impl Task for StageTask {
    type Network = ResNet;
    /// A class a case.
    type Target = Vec<usize>;

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

    fn batch(&self, cases: &[usize], epoch: usize) -> Batch<Self::Target> {
        let varied: Vec<Plane> = cases
            .par_iter()
            .enumerate()
            .map(|(place, case)| {
                // A balanced epoch repeats cases: the place keeps their draws apart.
                let draw = (place as u64) << 32 | *case as u64;
                let mut rng = rng_for(self.seed, epoch as u64, draw);
                Draw::sample(&self.augment, &mut rng).apply_picture(&self.train[*case].crop)
            })
            .collect();
        let pictures: Vec<&Plane> = varied.iter().collect();
        let (input, shape) = gray_batch(&pictures, &self.input);
        Batch { input, shape, target: cases.iter().map(|c| self.train[*c].class).collect() }
    }

    fn loss(&self, logits: Tensor<4>, target: &Self::Target) -> Tensor<1> {
        let [n, classes, ..] = logits.dims();
        let device = logits.device();
        let counts = self.counts();
        let weight = |class: &usize| match self.balance {
            Balance::Weight => self.train.len() as f32 / counts[class] as f32,
            Balance::None | Balance::Sampler => 1.0,
        };
        let weights: Vec<f32> = target.iter().map(weight).collect();
        let target: Vec<i32> = target.iter().map(|class| *class as i32).collect();
        classification_loss(
            logits.reshape([n, classes]),
            Tensor::<1, Int>::from_data(TensorData::new(target, [n]), &device),
            Tensor::from_data(TensorData::new(weights, [n]), &device),
        )
    }

    /// AUC of disease (any class but the first) against the first.
    fn score(&self, network: &ResNet) -> Result<f64, Error> {
        let network = Compute::new(network.clone(), &self.device)?;
        let logits = self.logits(&network, &self.tuning)?;
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
