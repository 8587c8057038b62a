//! What a small opacity is, wherever it lies: shape, size, density, strands.

use std::f64::consts::FRAC_PI_4;

use koniscope::stage::ilo::Shape;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Strand, hundredth, irregular, shape_name};

/// Size in mm about which a small opacity's density goes as one over its size, so that its contrast
/// is that of one of this size. By its thickness alone one of 1.5 mm would change the film by 1 % and be lost;
/// on the standard films p and s are seen as well as q and t. Chosen for that look.
const EQUAL_CONTRAST_MM: f64 = 4.0;

/// Least density of a small opacity, and that of large ones, over the film's: with 1 the largest
/// of them are white as metal. Chosen.
pub(super) const LEAST_DENSITY: f64 = 0.65;

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
    /// Contrast to lung over that of soft tissue, before the film's factor.
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
        let density = hundredth((EQUAL_CONTRAST_MM / size).max(LEAST_DENSITY));
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
