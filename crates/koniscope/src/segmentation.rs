//! The paper's first stage: film to lungs. The network is behind [`LungSegmenter`]; what becomes
//! of its probabilities is here.

mod components;
mod postprocess;

use serde::{Deserialize, Serialize};

use crate::{Error, Radiograph, manifest::Manifest, plane::Plane};

/// A network that finds the lungs.
pub trait LungSegmenter: Send + Sync {
    /// Who it is.
    fn manifest(&self) -> &Manifest;

    /// Probability that a pixel is lung, for each side, each `[h, w]` in `[0, 1]` on a grid of
    /// the network's own that covers the whole film (film `[0, width] x [0, height]` maps
    /// linearly onto the planes).
    ///
    /// # Errors
    /// [`Error::Model`] if the network cannot run.
    fn lung_probabilities(&self, film: &Radiograph) -> Result<LungProbabilities, Error>;
}

/// Probability of lung per side, on a grid that covers the whole film.
#[derive(Clone, Debug, PartialEq)]
pub struct LungProbabilities {
    /// The patient's right lung, on the left of the picture.
    pub right: Plane,
    /// The patient's left lung.
    pub left: Plane,
}

impl LungProbabilities {
    /// How sure the network is of its lungs, from 0 to 1: Dice of the probability of lung with
    /// the lung it gives at 0.5. 0 if it gives none.
    pub fn certainty(&self) -> f64 {
        let (mut both, mut sum) = (0.0, 0.0);
        for (right, left) in self.right.data().iter().zip(self.left.data()) {
            let p = f64::from(right + left);
            let lung = if p >= 0.5 { 1.0 } else { 0.0 };
            both += p * lung;
            sum += p + lung;
        }
        if both > 0.0 { 2.0 * both / sum } else { 0.0 }
    }
}

/// Side of the patient's body, never of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The patient's right, on the left of a frontal film.
    Right,
    /// The patient's left.
    Left,
}

impl Side {
    /// Both sides, right first as radiologists write them.
    pub const BOTH: [Self; 2] = [Self::Right, Self::Left];

    /// Its value in a label map: 1 right, 2 left.
    pub fn label(self) -> u8 {
        match self {
            Self::Right => 1,
            Self::Left => 2,
        }
    }
}

/// A label map in the film's own geometry: 0 background, 1 right lung, 2 left lung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LungMask {
    width: usize,
    height: usize,
    labels: Vec<u8>,
}

impl LungMask {
    /// Takes labels `[height, width]`, each 0, 1 or 2.
    ///
    /// # Panics
    /// If there are not `width * height` of them.
    pub fn new(width: usize, height: usize, labels: Vec<u8>) -> Self {
        assert_eq!(
            labels.len(),
            width * height,
            "a mask of {width} x {height} needs that many labels"
        );
        Self { width, height, labels }
    }

    /// Thresholds at 0.5 in the film's geometry, keeps one component a side and fills holes.
    ///
    /// # Errors
    /// [`Error::LungsNotFound`] if a side has no lung at all.
    pub fn from_probabilities(
        probabilities: &LungProbabilities,
        width: usize,
        height: usize,
    ) -> Result<Self, Error> {
        postprocess::lung_mask(probabilities, width, height)
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Labels, row-major `[height, width]`.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Pixels of one side.
    pub fn area_px(&self, side: Side) -> usize {
        self.labels.iter().filter(|l| **l == side.label()).count()
    }

    /// The smallest rectangle that holds one side, where it has a pixel.
    pub fn bounding_box(&self, side: Side) -> Option<BoundingBox> {
        let (mut x0, mut y0, mut x1, mut y1) = (usize::MAX, usize::MAX, 0, 0);
        for (y, row) in self.labels.chunks_exact(self.width).enumerate() {
            let Some(first) = row.iter().position(|l| *l == side.label()) else { continue };
            let last = row.iter().rposition(|l| *l == side.label()).unwrap_or(first);
            x0 = x0.min(first);
            x1 = x1.max(last + 1);
            y0 = y0.min(y);
            y1 = y + 1;
        }
        (x1 > 0).then(|| BoundingBox { x: x0, y: y0, width: x1 - x0, height: y1 - y0 })
    }
}

/// A rectangle of whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundingBox {
    /// First column.
    pub x: usize,
    /// First row.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}
