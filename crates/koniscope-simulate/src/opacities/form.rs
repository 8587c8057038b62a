//! What a small opacity is, wherever it lies: shape, size, density, strands.

use std::f64::consts::FRAC_PI_4;

use koniscope::stage::ilo::Shape;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Strand, hundredth, irregular, shape_name};
use crate::profusion::coverage_at_1_1;

/// Depth in mm of tissue that is seen of small opacities, at least: smaller ones lie behind one another in a
/// lung, and those in one line are drawn as one. Chosen; with it the number of p is one that can be written.
const IN_LINE_MM: f64 = 6.0;

/// Parts of the distribution of sizes over which the mean area is taken.
const PARTS: u32 = 256;

/// A small opacity without its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Shape and class of size.
    #[serde(with = "shape_name")]
    pub shape: Shape,
    /// Diameter of a rounded one, width of an irregular one, mm.
    pub size_mm: f64,
    /// How many of them lie in one line, and so contrast to lung over that of one of soft tissue; 1 and
    /// above.
    pub density: f64,
    /// Strands of an irregular one; none of a rounded one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strands: Vec<Strand>,
}

impl Form {
    /// Draws size and strands. Numbers are rounded to 0.01, as they are written.
    pub fn draw(shape: Shape, rng: &mut impl Rng) -> Self {
        let size = size_mm(shape, rng.random());
        let strands = if shape.is_irregular() { Strand::draw_some(size, rng) } else { Vec::new() };
        let density = hundredth((IN_LINE_MM / size).max(1.0));
        Self { shape, size_mm: hundredth(size), density, strands }
    }

    /// Area on the film, cm2. Strands count whole though they meet.
    pub fn area_cm2(&self) -> f64 {
        let mm2 = if self.shape.is_irregular() {
            let length: f64 = self.strands.iter().map(|strand| strand.length_mm).sum();
            length * irregular::MEAN_WIDTH * self.size_mm
        } else {
            FRAC_PI_4 * self.size_mm * self.size_mm
        };
        mm2 / 100.0
    }

    /// Area of lung that it makes 1/1, cm2: with others of its shape it then covers as much of it as opacities of
    /// that shape do at 1/1.
    pub fn profuse_cm2(&self) -> f64 {
        self.area_cm2() / coverage_at_1_1(self.shape)
    }

    /// The mean of [`Form::area_cm2`] over what [`Form::draw`] draws.
    pub fn mean_area_cm2(shape: Shape) -> f64 {
        let area = |part: u32| {
            let size = size_mm(shape, (f64::from(part) + 0.5) / f64::from(PARTS));
            if shape.is_irregular() {
                irregular::mean_length_mm(size) * irregular::MEAN_WIDTH * size
            } else {
                FRAC_PI_4 * size * size
            }
        };
        (0..PARTS).map(area).sum::<f64>() / f64::from(PARTS) / 100.0
    }
}

/// Size at a point of its distribution, 0 to 1. Within the widest class small ones are the most.
fn size_mm(shape: Shape, at: f64) -> f64 {
    let [least, most] = shape.size_mm();
    least + (most - least) * if most > 3.0 { at.powi(3) } else { at }
}
