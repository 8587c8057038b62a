//! Opacities as bodies of tissue, and how their thickness is drawn onto a plane.

mod form;
mod irregular;
mod large;
mod rounded;

use koniscope::{
    segmentation::Side,
    zones::{Level, Zone},
};
use serde::{Deserialize, Serialize};

pub use form::Form;
pub use irregular::Strand;
pub use large::LargeOpacity;

use crate::field::Grid;

/// Radii of the concentric bodies whose mean a small opacity is, over its nominal radius: its rim
/// is soft, its middle as thick as that of one body.
const RIM: [f64; 3] = [0.92, 1.0, 1.08];

/// Samples along the diameter of a small opacity, at least; with them the mass is right to 1 %.
const SAMPLES: f64 = 10.0;

/// One small opacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SmallOpacity {
    /// Center, mm from the film's left edge.
    pub x_mm: f64,
    /// Center, mm from the film's upper edge.
    pub y_mm: f64,
    /// The zone that holds its center.
    #[serde(with = "zone_name")]
    pub zone: Zone,
    /// What it is.
    #[serde(flatten)]
    pub form: Form,
}

/// Rounds to 0.01.
pub(crate) fn hundredth(v: f64) -> f64 {
    (v * 100.0).round() / 100.0
}

/// A body of tissue seen along the beam.
pub trait Body {
    /// Smallest and largest x, smallest and largest y, in mm.
    fn bounds_mm(&self) -> [[f64; 2]; 2];
    /// Path length through it at a point, mm.
    fn thickness_mm(&self, x_mm: f64, y_mm: f64) -> f64;
    /// Distance of the samples that tell it, mm.
    fn detail_mm(&self) -> f64;
    /// Whether surely nothing of it lies within `reach` mm of a point.
    fn is_far(&self, _x_mm: f64, _y_mm: f64, _reach: f64) -> bool {
        false
    }
}

/// Adds `density` times the thickness of a body in mm to a plane (row-major `[height, width]`), averaged over each
/// pixel, so that the sum of thickness times area of pixels is the body's volume at any pixel size.
pub fn add(plane: &mut [f32], grid: &Grid, body: &impl Body, density: f64) {
    let [dy, dx] = grid.spacing_mm;
    let [xs, ys] = body.bounds_mm();
    let range = |[low, high]: [f64; 2], step: f64, count: usize| {
        let first = (low / step).floor().clamp(0.0, count as f64) as usize;
        first..(high / step).ceil().clamp(first as f64, count as f64) as usize
    };
    let samples = |step: f64| (step / body.detail_mm()).ceil().clamp(1.0, 16.0) as usize;
    let (nx, ny) = (samples(dx), samples(dy));
    let reach = 0.5 * dx.hypot(dy);
    for row in range(ys, dy, grid.height) {
        for column in range(xs, dx, grid.width) {
            if body.is_far((column as f64 + 0.5) * dx, (row as f64 + 0.5) * dy, reach) {
                continue;
            }
            let mut sum = 0.0;
            for j in 0..ny {
                let y = (row as f64 + (j as f64 + 0.5) / ny as f64) * dy;
                for i in 0..nx {
                    let x = (column as f64 + (i as f64 + 0.5) / nx as f64) * dx;
                    sum += body.thickness_mm(x, y);
                }
            }
            plane[row * grid.width + column] += (density * sum / (nx * ny) as f64) as f32;
        }
    }
}

/// Small and large opacities on a new plane: thickness of soft tissue of the same contrast in mm,
/// row-major `[height, width]`.
pub fn thickness(grid: &Grid, small: &[SmallOpacity], large: &[LargeOpacity]) -> Vec<f32> {
    let mut plane = vec![0.0; grid.width * grid.height];
    for opacity in small {
        let density = opacity.form.density;
        if opacity.form.shape.is_irregular() {
            add(&mut plane, grid, &irregular::Irregular::new(opacity), density);
        } else {
            add(&mut plane, grid, &rounded::Rounded::new(opacity), density);
        }
    }
    large.iter().for_each(|opacity| add(&mut plane, grid, opacity, 1.0));
    plane
}

/// Path length at a distance from the middle of a body of circular section, with its soft rim.
fn chord(radius: f64, distance: f64) -> f64 {
    let one = |r: f64| 2.0 * (r * r - distance * distance).max(0.0).sqrt();
    RIM.iter().map(|share| one(share * radius)).sum::<f64>() / RIM.len() as f64
}

/// Shapes as `p` to `u`.
pub(crate) mod shape_name {
    use koniscope::stage::ilo::Shape;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(shape: &Shape, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(shape.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Shape, D::Error> {
        let name = String::deserialize(d)?;
        Shape::parse(&name).ok_or_else(|| D::Error::custom(format!("no shape {name:?}")))
    }
}

/// Zones as `right_upper` to `left_lower`.
pub(crate) mod zone_name {
    use koniscope::zones::Zone;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(zone: &Zone, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(zone.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Zone, D::Error> {
        let name = String::deserialize(d)?;
        let found = Zone::ALL.into_iter().find(|zone| zone.name() == name);
        found.ok_or_else(|| D::Error::custom(format!("no zone {name:?}")))
    }
}

/// The zone of a side and level.
pub(crate) fn zone(side: Side, level: Level) -> Zone {
    Zone { side, level }
}

#[cfg(test)]
mod tests;
