//! The paper's first stage: film to lungs. The network is behind [`LungSegmenter`]; what becomes
//! of its probabilities is here.

pub(crate) mod components;
mod postprocess;

use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Error, Radiograph, SourceGrid, manifest::Manifest, plane::Plane};

/// A network that finds the lungs.
pub trait LungSegmenter: Send + Sync {
    /// Who it is.
    fn manifest(&self) -> &Manifest;

    /// Probability that a pixel is lung, for each side, of a whole film made as small as the
    /// manifest's input: each `[height, width]` in `[0, 1]` on the same grid (film
    /// `[0, width] x [0, height]` maps linearly onto it).
    ///
    /// # Errors
    /// [`Error::Model`] if the network cannot run.
    fn lung_probabilities(&self, small: &Plane) -> Result<LungProbabilities, Error>;

    /// A film as small as [`lung_probabilities`](Self::lung_probabilities) wants it.
    fn small(&self, film: &Radiograph) -> Plane {
        let input = &self.manifest().input;
        film.pixels().resize(input.width, input.height)
    }

    /// The lungs of a film, in its own pixels, without any check.
    ///
    /// # Errors
    /// [`Error::Model`] if the network cannot run, [`Error::LungsNotFound`] if a side has no lung.
    fn lungs(&self, film: &Radiograph) -> Result<LungMask, Error> {
        let probabilities = self.lung_probabilities(&self.small(film))?;
        LungMask::from_probabilities(&probabilities, film.width(), film.height())
    }
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

/// A label map of a radiograph's pixels: 0 background, 1 right lung, 2 left lung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LungMask {
    width: usize,
    height: usize,
    labels: Vec<u8>,
    /// Of each side, the right one first: asked for often, and counted once.
    extents: [Extent; 2],
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
        let extents =
            Side::BOTH.map(|side| extent_of(&labels, width, side.label(), 0..height, 0..width));
        Self { width, height, labels, extents }
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

    /// The same lungs on the pixels of the radiograph's file; `grid` is the radiograph's.
    #[must_use]
    pub fn in_file(&self, grid: &SourceGrid) -> Self {
        let [width, height] = grid.file_size();
        Self::new(width, height, grid.labels_to_file(&self.labels))
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
        self.extent(side).area_px
    }

    /// The smallest rectangle that holds one side, where it has a pixel.
    pub fn bounding_box(&self, side: Side) -> Option<BoundingBox> {
        self.extent(side).bounding_box
    }

    /// Pixels and smallest rectangle of each side, the right one first.
    pub fn extents(&self) -> [Extent; 2] {
        self.extents
    }

    /// Pixels and smallest rectangle of one side.
    pub fn extent(&self, side: Side) -> Extent {
        self.extents[usize::from(side.label()) - 1]
    }

    /// Pixels and smallest rectangle of what one side has in some rows.
    pub fn extent_in(&self, side: Side, rows: Range<usize>) -> Extent {
        let Some(b) = self.bounding_box(side) else { return Extent::default() };
        let rows = rows.start.max(b.y)..rows.end.min(b.y + b.height);
        extent_of(&self.labels, self.width, side.label(), rows, b.x..b.x + b.width)
    }
}

/// Extent of a label within some rows and columns of a label map of `width`.
fn extent_of(
    labels: &[u8],
    width: usize,
    label: u8,
    rows: Range<usize>,
    columns: Range<usize>,
) -> Extent {
    let of_row =
        |y: usize| Extent::of_row(&labels[y * width..][columns.clone()], [columns.start, y], label);
    rows.into_par_iter().map(of_row).reduce(Extent::default, Extent::join)
}

/// Where one side's pixels are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Number of pixels.
    pub area_px: usize,
    /// The smallest rectangle that holds them, where there is one.
    pub bounding_box: Option<BoundingBox>,
}

impl Extent {
    /// Of a part of a row that begins at column `x` of row `y`.
    fn of_row(row: &[u8], [x, y]: [usize; 2], label: u8) -> Self {
        // Counts of up to 255 fit a byte, and so many are compared at once.
        let count = |part: &[u8]| part.iter().map(|l| u8::from(*l == label)).sum::<u8>();
        let area_px = row.chunks(255).map(|part| usize::from(count(part))).sum();
        if area_px == 0 {
            return Self::default();
        }
        let first = row.iter().position(|l| *l == label);
        let last = row.iter().rposition(|l| *l == label);
        let bounding_box = first.zip(last).map(|(first, last)| BoundingBox {
            x: x + first,
            y,
            width: last + 1 - first,
            height: 1,
        });
        Self { area_px, bounding_box }
    }

    fn join(self, other: Self) -> Self {
        let bounding_box = match (self.bounding_box, other.bounding_box) {
            (Some(a), Some(b)) => Some(a.join(b)),
            (a, b) => a.or(b),
        };
        Self { area_px: self.area_px + other.area_px, bounding_box }
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

impl BoundingBox {
    /// The smallest rectangle that holds both.
    fn join(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }
}
