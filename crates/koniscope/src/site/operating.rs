//! From which probability a film is called positive.

use serde::{Deserialize, Serialize};

/// What was wanted of the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Criterion {
    /// A sensitivity.
    Sensitivity,
    /// A specificity.
    Specificity,
    /// A positive predictive value at a prevalence.
    Ppv,
}

/// A threshold, what was wanted of it, and what it came to on the films it was set on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatingPoint {
    /// A film is positive from this probability of disease on, 0 to 1.
    pub threshold: f64,
    /// What was wanted.
    pub criterion: Criterion,
    /// How much of it, 0 to 1.
    pub wanted: f64,
    /// Share of the sick in those to be read, 0 to 1, where a predictive value was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prevalence: Option<f64>,
    /// Sensitivity on those films, with its 95 % interval `[value, low, high]`.
    pub sensitivity: [f64; 3],
    /// Specificity, likewise.
    pub specificity: [f64; 3],
}

impl OperatingPoint {
    /// One of which nothing was measured, as for tests.
    pub fn new(criterion: Criterion, wanted: f64, threshold: f64) -> Self {
        let unknown = [0.0, 0.0, 1.0];
        Self {
            threshold,
            criterion,
            wanted,
            prevalence: None,
            sensitivity: unknown,
            specificity: unknown,
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if (0.0..=1.0).contains(&self.threshold) {
            return Ok(());
        }
        Err(format!("the threshold is {}; 0 to 1 was expected", self.threshold))
    }
}
