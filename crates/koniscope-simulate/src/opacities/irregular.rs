//! Irregular small opacities: the knots of a net, each with three strands that meet there.

use std::f64::consts::TAU;

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Body, RIM, SAMPLES, SmallOpacity, chord, hundredth};

/// Straight pieces of a strand.
const PIECES: usize = 6;

/// Length of a strand in mm; one wider than [`USUAL_MM`] is longer in the same measure.
const LENGTH_MM: std::ops::Range<f64> = 2.0..6.0;

/// See [`LENGTH_MM`].
const USUAL_MM: f64 = 2.5;

/// Strands of a knot: septa meet by threes.
const STRANDS: usize = 3;

/// Width at the ends of a strand over that in its middle.
const END: f64 = 0.6;

/// Mean width along a strand over that in its middle: it falls by the square of the way to an end.
pub(super) const MEAN_WIDTH: f64 = 1.0 - (1.0 - END) / 3.0;

/// Mean length of all strands of an opacity of a width, mm.
pub(super) fn mean_length_mm(width_mm: f64) -> f64 {
    STRANDS as f64 * 0.5 * (LENGTH_MM.start + LENGTH_MM.end) * longer(width_mm)
}

/// How much longer than usual strands of a width are.
fn longer(width_mm: f64) -> f64 {
    (width_mm / USUAL_MM).max(1.0)
}

/// One strand: an arc of a circle from the opacity's center, or through it if it is the only one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Strand {
    /// Direction at its middle, radians from the picture's right, clockwise.
    pub angle: f64,
    /// Length along the arc, mm.
    pub length_mm: f64,
    /// Change of direction from its start to its end, radians.
    pub bend: f64,
    /// How far it winds to one side and the other about that, radians.
    pub wind: f64,
}

impl Strand {
    pub(super) fn draw_some(width_mm: f64, rng: &mut impl Rng) -> Vec<Self> {
        let longer = longer(width_mm);
        let first: f64 = rng.random_range(0.0..TAU);
        (0..STRANDS)
            .map(|i| {
                // They leave the center to different sides.
                let apart = TAU / STRANDS as f64 * i as f64;
                Self {
                    angle: hundredth(first + apart + rng.random_range(-0.4..0.4)),
                    length_mm: hundredth(rng.random_range(LENGTH_MM) * longer),
                    bend: hundredth(rng.random_range(-0.7..0.7)),
                    wind: hundredth(rng.random_range(-0.4..0.4)),
                }
            })
            .collect()
    }

    /// Its end, mm from the knot that it leaves.
    pub fn end(&self) -> [f64; 2] {
        self.points()[PIECES]
    }

    /// Points along it from the origin.
    fn points(&self) -> [[f64; 2]; PIECES + 1] {
        let step = self.length_mm / PIECES as f64;
        let mut points = [[0.0; 2]; PIECES + 1];
        for i in 0..PIECES {
            let t = (i as f64 + 0.5) / PIECES as f64 - 0.5;
            let (sin, cos) = (self.angle + self.bend * t + self.wind * (TAU * t).sin()).sin_cos();
            points[i + 1] = [points[i][0] + step * cos, points[i][1] + step * sin];
        }
        points
    }
}

pub(super) struct Irregular {
    lines: Vec<[[f64; 2]; PIECES + 1]>,
    radius: f64,
}

impl Irregular {
    pub(super) fn new(opacity: &SmallOpacity) -> Self {
        let alone = opacity.form.strands.len() == 1;
        let lines = opacity.form.strands.iter().map(|strand| {
            let points = strand.points();
            let middle = [points[0], points[PIECES]];
            let back =
                if alone { [0, 1].map(|k| 0.5 * (middle[0][k] + middle[1][k])) } else { [0.0; 2] };
            points.map(|[x, y]| [x - back[0] + opacity.x_mm, y - back[1] + opacity.y_mm])
        });
        Self { lines: lines.collect(), radius: 0.5 * opacity.form.size_mm }
    }

    /// Of all pieces of all strands: distance to the axis and radius there.
    fn pieces(&self, x: f64, y: f64) -> impl Iterator<Item = (f64, f64)> {
        let pieces = self.lines.iter().flat_map(|line| line.windows(2).enumerate());
        pieces.map(move |(i, piece)| {
            let ([ax, ay], [bx, by]) = (piece[0], piece[1]);
            let (ux, uy) = (bx - ax, by - ay);
            let t = ((x - ax) * ux + (y - ay) * uy) / (ux * ux + uy * uy).max(1e-12);
            let t = t.clamp(0.0, 1.0);
            let along = (i as f64 + t) / PIECES as f64;
            // A lone strand thins to both ends, those that meet away from the center.
            let out = if self.lines.len() == 1 { 2.0 * along - 1.0 } else { along };
            let radius = self.radius * (1.0 - (1.0 - END) * out * out);
            ((x - ax - t * ux).hypot(y - ay - t * uy), radius)
        })
    }
}

impl Body for Irregular {
    fn bounds_mm(&self) -> [[f64; 2]; 2] {
        let reach = RIM[2] * self.radius;
        [0, 1].map(|k| {
            let values = self.lines.iter().flatten().map(|p| p[k]);
            let [low, high] =
                values.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(v), b.max(v)]);
            [low - reach, high + reach]
        })
    }

    fn thickness_mm(&self, x_mm: f64, y_mm: f64) -> f64 {
        // The thickest piece counts: strands do not add where they meet.
        let near = self.pieces(x_mm, y_mm).filter(|(distance, r)| *distance < RIM[2] * r);
        near.map(|(distance, r)| chord(r, distance)).fold(0.0, f64::max)
    }

    fn detail_mm(&self) -> f64 {
        2.0 * self.radius / SAMPLES
    }

    fn is_far(&self, x_mm: f64, y_mm: f64, reach: f64) -> bool {
        self.pieces(x_mm, y_mm).all(|(distance, _)| distance > RIM[2] * self.radius + reach)
    }
}
