//! Irregular small opacities: one to three curved strands that meet.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Body, RIM, SAMPLES, SmallOpacity, chord, hundredth};

/// Straight pieces of a strand.
const PIECES: usize = 5;

/// Length of a strand in mm.
const LENGTH_MM: std::ops::Range<f64> = 3.0..8.0;

/// One strand: an arc of a circle from the opacity's center, or through it if it is the only one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Strand {
    /// Direction at its middle, radians from the picture's right, clockwise.
    pub angle: f64,
    /// Length along the arc, mm.
    pub length_mm: f64,
    /// Change of direction from its start to its end, radians.
    pub bend: f64,
}

impl Strand {
    pub(super) fn draw_some(rng: &mut impl Rng) -> Vec<Self> {
        let count = [1, 1, 2, 2, 3][rng.random_range(0..5)];
        let first: f64 = rng.random_range(0.0..std::f64::consts::TAU);
        (0..count)
            .map(|i| {
                // They leave the center to different sides.
                let apart = std::f64::consts::TAU / count as f64 * i as f64;
                Self {
                    angle: hundredth(first + apart + rng.random_range(-0.6..0.6)),
                    length_mm: hundredth(rng.random_range(LENGTH_MM)),
                    bend: hundredth(rng.random_range(-1.2..1.2)),
                }
            })
            .collect()
    }

    /// Points along it from the origin.
    fn points(&self) -> [[f64; 2]; PIECES + 1] {
        let step = self.length_mm / PIECES as f64;
        let mut points = [[0.0; 2]; PIECES + 1];
        for i in 0..PIECES {
            let t = (i as f64 + 0.5) / PIECES as f64 - 0.5;
            let (sin, cos) = (self.angle + self.bend * t).sin_cos();
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
        let alone = opacity.strands.len() == 1;
        let lines = opacity.strands.iter().map(|strand| {
            let points = strand.points();
            let middle = [points[0], points[PIECES]];
            let back =
                if alone { [0, 1].map(|k| 0.5 * (middle[0][k] + middle[1][k])) } else { [0.0; 2] };
            points.map(|[x, y]| [x - back[0] + opacity.x_mm, y - back[1] + opacity.y_mm])
        });
        Self { lines: lines.collect(), radius: 0.5 * opacity.size_mm }
    }

    /// Distance to the nearest strand's axis.
    fn distance(&self, x: f64, y: f64) -> f64 {
        let pieces = self.lines.iter().flat_map(|line| line.windows(2));
        let square = pieces.map(|piece| {
            let ([ax, ay], [bx, by]) = (piece[0], piece[1]);
            let (ux, uy) = (bx - ax, by - ay);
            let t = ((x - ax) * ux + (y - ay) * uy) / (ux * ux + uy * uy).max(1e-12);
            let t = t.clamp(0.0, 1.0);
            (x - ax - t * ux).powi(2) + (y - ay - t * uy).powi(2)
        });
        square.fold(f64::INFINITY, f64::min).sqrt()
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
        chord(self.radius, self.distance(x_mm, y_mm))
    }

    fn detail_mm(&self) -> f64 {
        2.0 * self.radius / SAMPLES
    }

    fn is_far(&self, x_mm: f64, y_mm: f64, reach: f64) -> bool {
        self.distance(x_mm, y_mm) > RIM[2] * self.radius + reach
    }
}
