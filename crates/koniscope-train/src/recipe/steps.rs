//! Parts that recipes share: what a network is fed, how long, how fast and by which loss it learns.

use serde::{Deserialize, Serialize};

/// Value scaling of the network's input: `(v - mean) / std` of values in `[0, 1]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// Subtracted.
    pub mean: f32,
    /// Divides the rest.
    pub std: f32,
}

/// A size of the input and the epoch from which it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// First epoch, from 0.
    pub from_epoch: usize,
    /// Side in pixels.
    pub pixels: usize,
}

/// How long and how fast to train.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingRecipe {
    /// Passes over the training part.
    pub epochs: usize,
    /// Films a step.
    pub batch: usize,
    /// Highest learning rate.
    pub lr: f64,
    /// Epochs over which the rate rises to it.
    #[serde(default)]
    pub warmup: f64,
    /// AdamW's weight decay.
    #[serde(default)]
    pub weight_decay: f64,
    /// Norm to which each parameter's gradient is clipped.
    #[serde(default)]
    pub clip: Option<f64>,
    /// Epochs without a better tuning score after which training ends; 0 for never.
    #[serde(default)]
    pub patience: usize,
    /// Share of its own value that a moving average of the weights keeps each step, as 0.99; the
    /// average is then what is scored and shipped (Polyak and Juditsky 1992).
    #[serde(default)]
    pub average: Option<f64>,
    /// Seed of weights, order and variation.
    pub seed: u64,
}

impl TrainingRecipe {
    /// Learning rate over the epochs.
    pub fn schedule(&self) -> Schedule {
        Schedule { lr: self.lr, warmup: self.warmup, epochs: self.epochs as f64 }
    }
}

/// Weights of the lung loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossWeights {
    /// Of 1 - soft Dice.
    pub dice: f64,
    /// Of the cross-entropy.
    pub cross_entropy: f64,
}

/// What is done about rare classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balance {
    /// Nothing.
    #[default]
    None,
    /// Every class is drawn equally often.
    Sampler,
    /// Rare classes weigh more in the loss.
    Weight,
}

/// Linear warm-up, then a half cosine down to a hundredth (Loshchilov and Hutter, ICLR 2017).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    lr: f64,
    warmup: f64,
    epochs: f64,
}

impl Schedule {
    /// Share of the highest rate that remains at the end.
    const FLOOR: f64 = 0.01;

    /// Learning rate at a point of time in epochs.
    pub fn at(&self, epoch: f64) -> f64 {
        if epoch < self.warmup {
            // Never quite 0, so that the first step counts.
            return self.lr * (epoch / self.warmup).max(Self::FLOOR);
        }
        let done = ((epoch - self.warmup) / (self.epochs - self.warmup)).clamp(0.0, 1.0);
        let cosine = 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
        self.lr * (Self::FLOOR + (1.0 - Self::FLOOR) * cosine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_then_falls() {
        let schedule = Schedule { lr: 1.0, warmup: 2.0, epochs: 10.0 };
        assert!((schedule.at(1.0) - 0.5).abs() < 1e-12);
        assert!((schedule.at(2.0) - 1.0).abs() < 1e-12);
        assert!((schedule.at(6.0) - 0.505).abs() < 1e-12);
        assert!((schedule.at(10.0) - 0.01).abs() < 1e-12);
        assert!(schedule.at(0.0) > 0.0);
    }
}
