//! Large opacities: soft ellipsoids with an uneven outline.

use std::f64::consts::{PI, TAU};

use koniscope::{segmentation::Side, zones::Zone};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Body, hundredth, zone_name};

/// Directions of the outline that are looked at.
const DIRECTIONS: usize = 180;

/// Power of `1 - r^2` that gives the thickness: an ellipsoid has 1/2; more is softer at the
/// border. Chosen.
const POWER: f64 = 0.6;

/// Where the thickness is half of that in the middle, as a share of the radius:
/// `sqrt(1 - (1/2)^(1 / POWER))`.
const HALF_HEIGHT: f64 = 0.827_660;

/// A large opacity. Its axes are those of the outline at half of its greatest thickness: the
/// longest distance of two points of it, and its extent across.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LargeOpacity {
    /// Center, mm from the film's left edge.
    pub x_mm: f64,
    /// Center, mm from the film's upper edge.
    pub y_mm: f64,
    /// Long axis, mm.
    pub long_axis_mm: f64,
    /// Extent perpendicular to the long axis, mm.
    pub short_axis_mm: f64,
    /// Direction of the long axis, radians from the picture's right, clockwise, 0 to pi.
    pub angle: f64,
    /// Zone of its center.
    #[serde(with = "zone_name")]
    pub zone: Zone,
    /// Lung of its center.
    pub side: Side,
    /// Greatest thickness along the beam, mm.
    pub depth_mm: f64,
    /// Half axes of the even ellipse below the outline, mm.
    pub half_mm: [f64; 2],
    /// Turn of that ellipse, radians.
    pub turn: f64,
    /// Waves of the outline: number, share of the radius, phase.
    pub waves: Vec<(u32, f64, f64)>,
}

impl LargeOpacity {
    /// Draws one whose long axis is `long_mm` and whose short axis is about `short_mm`, not yet
    /// placed (at 0, 0).
    pub fn draw(long_mm: f64, short_mm: f64, zone: Zone, rng: &mut impl Rng) -> Self {
        let waves = (3..=9)
            .map(|k| {
                let most = 0.3 / f64::from(k);
                (
                    k,
                    hundredth(rng.random_range(0.3..1.0) * most),
                    hundredth(rng.random_range(0.0..TAU)),
                )
            })
            .collect();
        let mut drawn = Self {
            x_mm: 0.0,
            y_mm: 0.0,
            long_axis_mm: long_mm,
            short_axis_mm: short_mm,
            angle: 0.0,
            zone,
            side: zone.side,
            depth_mm: hundredth(short_mm * rng.random_range(1.0..1.4)),
            half_mm: [0.5 * long_mm / HALF_HEIGHT, 0.5 * short_mm / HALF_HEIGHT],
            // Mostly upright, as they lie along the chest wall.
            turn: hundredth(PI / 2.0 + rng.random_range(-0.9..0.9)),
            waves,
        };
        let factor = long_mm / drawn.axes_mm()[0];
        drawn.half_mm = drawn.half_mm.map(|half| hundredth(half * factor));
        let [long, short, angle] = drawn.axes_mm();
        drawn.long_axis_mm = hundredth(long);
        drawn.short_axis_mm = hundredth(short);
        drawn.angle = hundredth(angle);
        drawn
    }

    /// Area inside of the outline at half height, mm2.
    pub fn area_mm2(&self) -> f64 {
        let points = self.outline();
        let pairs = points.iter().zip(points.iter().cycle().skip(1));
        0.5 * pairs.map(|([ax, ay], [bx, by])| ax * by - bx * ay).sum::<f64>().abs()
    }

    /// Radius of the outline over that of the even ellipse.
    fn wave(&self, theta: f64) -> f64 {
        1.0 + self.waves.iter().map(|(k, a, p)| a * (f64::from(*k) * theta + p).cos()).sum::<f64>()
    }

    /// Outline at half height, about the center.
    pub(crate) fn outline(&self) -> Vec<[f64; 2]> {
        let (sin, cos) = self.turn.sin_cos();
        let point = |i: usize| {
            let theta = TAU * i as f64 / (2 * DIRECTIONS) as f64;
            let r = HALF_HEIGHT * self.wave(theta);
            let (u, v) = (r * self.half_mm[0] * theta.cos(), r * self.half_mm[1] * theta.sin());
            [cos * u - sin * v, sin * u + cos * v]
        };
        (0..2 * DIRECTIONS).map(point).collect()
    }

    /// Long axis, extent across it, direction of the long axis.
    fn axes_mm(&self) -> [f64; 3] {
        let points = self.outline();
        let extent = |angle: f64| {
            let (sin, cos) = angle.sin_cos();
            let values = points.iter().map(|[x, y]| x * cos + y * sin);
            let [low, high] =
                values.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(v), b.max(v)]);
            high - low
        };
        let angles = (0..DIRECTIONS).map(|i| PI * i as f64 / DIRECTIONS as f64);
        let (long, angle) = angles
            .map(|angle| (extent(angle), angle))
            .fold((0.0, 0.0), |best, now| if now.0 > best.0 { now } else { best });
        [long, extent(angle + PI / 2.0), angle]
    }
}

impl Body for LargeOpacity {
    fn bounds_mm(&self) -> [[f64; 2]; 2] {
        let reach = 1.5 * self.half_mm[0].max(self.half_mm[1]);
        [[self.x_mm - reach, self.x_mm + reach], [self.y_mm - reach, self.y_mm + reach]]
    }

    fn thickness_mm(&self, x_mm: f64, y_mm: f64) -> f64 {
        let (x, y) = (x_mm - self.x_mm, y_mm - self.y_mm);
        let (sin, cos) = self.turn.sin_cos();
        let (u, v) = ((cos * x + sin * y) / self.half_mm[0], (cos * y - sin * x) / self.half_mm[1]);
        let r = u.hypot(v) / self.wave(v.atan2(u));
        self.depth_mm * (1.0 - r * r).max(0.0).powf(POWER)
    }

    fn detail_mm(&self) -> f64 {
        0.5
    }
}
