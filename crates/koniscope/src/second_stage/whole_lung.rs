//! The paper's second stage: one classifier sees both lungs.

use super::{Chest, Conclusion, SecondStage};
use crate::{
    Error, calibration::Calibration, classification::StageClassifier, crop::LungCrop,
    heat_map::HeatMap, manifest::Manifest, reading::SecondStageKind, stopwatch::Stopwatch,
};

/// A classifier of the crop of both lungs, with its calibration.
pub struct WholeLungClassifier {
    classifier: Box<dyn StageClassifier>,
    calibration: Calibration,
}

impl WholeLungClassifier {
    /// # Errors
    /// [`Error::Model`] if its manifest has no calibration.
    pub fn new(classifier: Box<dyn StageClassifier>) -> Result<Self, Error> {
        let calibration = Calibration::of(classifier.manifest())?;
        Ok(Self { classifier, calibration })
    }
}

impl SecondStage for WholeLungClassifier {
    fn manifest(&self) -> &Manifest {
        self.classifier.manifest()
    }

    fn kind(&self) -> SecondStageKind {
        SecondStageKind::Paper
    }

    fn classes(&self) -> &[String] {
        &self.manifest().classes
    }

    fn conclude(&self, chest: Chest, watch: &mut Stopwatch) -> Result<Conclusion, Error> {
        let input = &self.manifest().input;
        let crop = LungCrop::new(chest.film, chest.mask, input.width, input.height)?;
        let class = watch.time(|t| &mut t.classification_ms, || self.classifier.classify(&crop))?;
        let heat_map = watch.time(
            |t| &mut t.heat_map_ms,
            || HeatMap::new(&class.class_maps, &self.calibration, crop),
        );
        let probabilities = self.calibration.probabilities(&class.logits);
        Ok(Conclusion { probabilities, graded: None, heat_map })
    }
}
