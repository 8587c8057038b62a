//! What follows from a second stage's probabilities, and what a site makes of them.

use crate::{
    features::Features,
    reading::{CalibratedOn, Detection, StageProbabilities},
    second_stage::SecondStage,
    site::{Abstention, Site},
};

/// Classes of a second stage that tells stages.
const STAGES: usize = 4;

/// The statements of a reading about the disease.
pub(super) struct Findings {
    pub(super) pneumoconiosis: Detection,
    pub(super) stage: Option<StageProbabilities>,
    pub(super) abstained: Option<Abstention>,
}

impl Findings {
    /// From a probability of each class; they sum to 1.
    pub(super) fn of(second_stage: &dyn SecondStage, probabilities: Vec<f64>) -> Self {
        let disease = 1.0 - probabilities[0];
        let stage = (probabilities.len() == STAGES).then(|| StageProbabilities {
            classes: second_stage.classes().to_vec(),
            probabilities,
            set: None,
        });
        let pneumoconiosis = Detection::of(second_stage.manifest(), disease);
        Self { pneumoconiosis, stage, abstained: None }
    }

    /// Probability of each stage, or of absence and presence of disease.
    pub(super) fn probabilities(&self) -> Vec<f64> {
        let disease = self.pneumoconiosis.probability;
        match &self.stage {
            Some(stage) => stage.probabilities.clone(),
            None => vec![1.0 - disease, disease],
        }
    }

    /// As a site has it.
    pub(super) fn decided(mut self, site: &Site, features: Option<&Features>) -> Self {
        let decided = site.decide(&self.probabilities(), features);
        let detection = &mut self.pneumoconiosis;
        detection.probability = 1.0 - decided.probabilities[0];
        detection.positive = decided.positive;
        detection.threshold = site.operating.as_ref().map(|point| point.threshold);
        if !site.calibration.is_empty() {
            detection.calibrated_on = Some(CalibratedOn::Site);
        }
        if let Some(stage) = &mut self.stage {
            let names = |set: Vec<usize>| set.iter().map(|i| stage.classes[*i].clone()).collect();
            stage.set = decided.set.map(names);
            stage.probabilities = decided.probabilities;
        }
        self.abstained = decided.abstained;
        self
    }
}
