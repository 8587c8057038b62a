//! What follows from a second stage's answer, of either kind.

use super::{Detection, Graded, StageProbabilities};
use crate::{Error, calibration::Calibration, manifest::Manifest};

/// The part of a reading that the second stage gives.
pub(super) struct Findings {
    pub(super) pneumoconiosis: Detection,
    pub(super) stage: Option<StageProbabilities>,
    pub(super) graded: Option<Graded>,
}

impl Findings {
    /// From the paper's classes.
    pub(super) fn of_classes(manifest: &Manifest, logits: &[f32]) -> Result<Self, Error> {
        let probabilities = Calibration::of(manifest)?.probabilities(logits);
        Ok(Self {
            pneumoconiosis: Detection::of(manifest, 1.0 - probabilities[0]),
            stage: StageProbabilities::of(manifest, &probabilities),
            graded: None,
        })
    }

    /// From graded zones: disease is stage I and above.
    pub(super) fn of_zones(manifest: &Manifest, graded: Graded) -> Self {
        let disease = graded.gbz70.probabilities[1..].iter().sum();
        Self { pneumoconiosis: Detection::of(manifest, disease), stage: None, graded: Some(graded) }
    }
}
