//! What follows from a second stage's answer, of either kind.

use super::{CalibratedOn, Detection, Graded, StageProbabilities};
use crate::{
    Error,
    calibration::Calibration,
    features::Features,
    manifest::Manifest,
    site::{Abstention, Site},
    stage::gbz70::Stage,
};

/// The part of a reading that the second stage gives.
pub(super) struct Findings {
    pub(super) pneumoconiosis: Detection,
    pub(super) stage: Option<StageProbabilities>,
    pub(super) graded: Option<Graded>,
    pub(super) abstained: Option<Abstention>,
}

impl Findings {
    /// From the paper's classes.
    pub(super) fn of_classes(manifest: &Manifest, logits: &[f32]) -> Result<Self, Error> {
        let probabilities = Calibration::of(manifest)?.probabilities(logits);
        Ok(Self::new(manifest, &manifest.classes, probabilities, None))
    }

    /// From graded zones: disease is stage I and above.
    pub(super) fn of_zones(manifest: &Manifest, graded: Graded) -> Self {
        let probabilities = graded.gbz70.probabilities.to_vec();
        let stages = Stage::ALL.map(|stage| stage.name().to_owned());
        Self::new(manifest, &stages, probabilities, Some(graded))
    }

    fn new(
        manifest: &Manifest,
        classes: &[String],
        probabilities: Vec<f64>,
        graded: Option<Graded>,
    ) -> Self {
        let disease = 1.0 - probabilities[0];
        let stage = (probabilities.len() == 4).then(|| StageProbabilities {
            classes: classes.to_vec(),
            probabilities,
            set: None,
        });
        Self { pneumoconiosis: Detection::of(manifest, disease), stage, graded, abstained: None }
    }

    /// As a site has it.
    pub(super) fn decided(mut self, site: &Site, features: Option<&Features>) -> Self {
        let disease = self.pneumoconiosis.probability;
        let probabilities = match &self.stage {
            Some(stage) => stage.probabilities.clone(),
            None => vec![1.0 - disease, disease],
        };
        let decided = site.decide(&probabilities, features);
        self.pneumoconiosis.probability = 1.0 - decided.probabilities[0];
        self.pneumoconiosis.positive = decided.positive;
        self.pneumoconiosis.threshold = site.operating.as_ref().map(|point| point.threshold);
        if let Some(stage) = &mut self.stage {
            let names = |set: Vec<usize>| set.iter().map(|i| stage.classes[*i].clone()).collect();
            stage.set = decided.set.map(names);
            stage.probabilities = decided.probabilities;
        }
        self.abstained = decided.abstained;
        if !site.calibration.is_empty() {
            self.pneumoconiosis.calibrated_on = Some(CalibratedOn::Site);
        }
        self
    }
}
