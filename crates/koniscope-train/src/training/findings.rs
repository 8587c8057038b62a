//! `koniscope train findings`: a ResNet on films with any findings, as a start for the classifier.

use burn::tensor::{Tensor, TensorData, activation::log_sigmoid};
use koniscope::{manifest::Input, model::gray_batch, plane::Plane};
use koniscope_data::split::{Training, Tuning};
use koniscope_metrics::roc::auc;
use rayon::prelude::*;

use super::{Batch, Task};
use crate::{
    Error,
    augment::{AugmentRecipe, Draw},
    network::{Compute, Device, resnet::ResNet},
    rng::rng_for,
};

/// A crop and which findings it has.
#[derive(Clone, Debug)]
pub struct WithFindings {
    /// The crop, at the network's input size.
    pub crop: Plane,
    /// Whether each finding is there.
    pub findings: Vec<bool>,
}

/// The pretraining.
pub struct FindingsTask {
    /// Crops that are learnt from.
    pub train: Training<WithFindings>,
    /// Crops that epochs are scored on.
    pub tuning: Tuning<WithFindings>,
    /// What the network is fed.
    pub input: Input,
    /// How crops are varied.
    pub augment: AugmentRecipe,
    /// Crops a scoring step.
    pub batch: usize,
    /// Seed of every draw.
    pub seed: u64,
    /// Where to compute.
    pub device: Device,
}

impl Task for FindingsTask {
    type Network = ResNet;
    /// 0 or 1 a finding, case after case.
    type Target = Vec<f32>;

    fn prepare(&mut self, _epoch: usize) -> Result<(), Error> {
        Ok(())
    }

    fn epoch_cases(&self, _epoch: usize) -> Vec<usize> {
        (0..self.train.len()).collect()
    }

    fn batch(&self, cases: &[usize], epoch: usize) -> Batch<Self::Target> {
        let varied: Vec<Plane> = cases
            .par_iter()
            .map(|case| {
                let mut rng = rng_for(self.seed, epoch as u64, *case as u64);
                Draw::sample(&self.augment, &mut rng).apply_picture(&self.train[*case].crop)
            })
            .collect();
        let pictures: Vec<&Plane> = varied.iter().collect();
        let (input, shape) = gray_batch(&pictures, &self.input);
        let target = cases.iter().flat_map(|case| &self.train[*case].findings);
        Batch { input, shape, target: target.map(|f| f32::from(u8::from(*f))).collect() }
    }

    /// Binary cross-entropy, the mean over cases and findings.
    fn loss(&self, logits: Tensor<4>, target: &Self::Target) -> Tensor<1> {
        let [n, findings, ..] = logits.dims();
        let logits = logits.reshape([n, findings]);
        let target = TensorData::new(target.clone(), [n, findings]);
        let target = Tensor::<2>::from_data(target, &logits.device());
        let absent = target.clone().neg() + 1.0;
        let log = log_sigmoid(logits.clone()) * target + log_sigmoid(logits.neg()) * absent;
        log.mean().neg()
    }

    /// Mean AUC of the findings that the tuning part has and lacks.
    fn score(&self, network: &ResNet) -> Result<f64, Error> {
        let network = Compute::new(network.clone(), &self.device)?;
        let mut logits: Vec<Vec<f32>> = Vec::with_capacity(self.tuning.len());
        for batch in self.tuning.chunks(self.batch) {
            let pictures: Vec<&Plane> = batch.iter().map(|c| &c.crop).collect();
            let (values, shape) = gray_batch(&pictures, &self.input);
            let outputs = network.run(&values, shape)?;
            let findings = outputs[0].data.len() / batch.len();
            logits.extend(outputs[0].data.chunks_exact(findings).map(<[f32]>::to_vec));
        }
        let findings = self.tuning.first().map_or(0, |case| case.findings.len());
        let areas: Vec<f64> = (0..findings)
            .filter_map(|f| {
                let scores: Vec<f64> = logits.iter().map(|l| f64::from(l[f])).collect();
                let truth: Vec<bool> = self.tuning.iter().map(|c| c.findings[f]).collect();
                auc(&scores, &truth)
            })
            .collect();
        if areas.is_empty() {
            return Err(Error::NoTuningCases);
        }
        Ok(areas.iter().sum::<f64>() / areas.len() as f64)
    }

    fn score_name(&self) -> &'static str {
        "tuning mean AUC"
    }
}
