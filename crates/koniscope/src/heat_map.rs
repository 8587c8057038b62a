//! Where the classifier's evidence lies, without gradients: class activation maps on the film.

use crate::{calibration::Calibration, crop::LungCrop, plane::Plane, segmentation::Side};

/// Local probability of disease over the lungs.
///
/// A class activation map averages to its class's logit, so each of its cells is what the logit
/// would be if the whole crop looked like that cell. Calibrated and turned into a probability it
/// is on the same scale for every film, which a map stretched to its own maximum is not.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    local: Plane,
    crop: LungCrop,
}

impl HeatMap {
    /// From one activation map per class (`[h, w]`, any size, all alike), over `crop`.
    pub fn new(class_maps: &[Plane], calibration: &Calibration, crop: LungCrop) -> Self {
        let (w, h) = (class_maps[0].width(), class_maps[0].height());
        let local = (0..w * h).map(|i| {
            let logits: Vec<f32> = class_maps.iter().map(|map| map.data()[i]).collect();
            (1.0 - calibration.probabilities(&logits)[0]) as f32
        });
        Self { local: Plane::new(w, h, local.collect()), crop }
    }

    /// Local probability in `[0, 1]` at a film point inside one lung, in continuous pixels.
    pub fn at(&self, side: Side, x: f64, y: f64) -> f32 {
        let [cx, cy] = self.crop.from_film(side, x, y);
        let sx = cx * self.local.width() as f64 / self.crop.picture().width() as f64;
        let sy = cy * self.local.height() as f64 / self.crop.picture().height() as f64;
        self.local.bilinear(sx as f32, sy as f32)
    }

    /// The crop that the classifier saw.
    pub fn crop(&self) -> &LungCrop {
        &self.crop
    }
}
