//! The soft-tissue outline: trunk, neck, shoulders, upper arms, breasts.

use super::Thorax;
use super::solid::{smoothstep, superellipse};

/// Half-width of neck and shoulders against y (mm), for a trunk 310 mm wide.
const SHOULDER: [[f64; 2]; 9] = [
    [-130.0, 60.0],
    [-85.0, 60.0],
    [-62.0, 72.0],
    [-45.0, 104.0],
    [-30.0, 146.0],
    [-8.0, 186.0],
    [25.0, 209.0],
    [70.0, 218.0],
    [130.0, 222.0],
];

/// What one row of the picture needs of the body.
pub(crate) struct BodyRow {
    trunk: [f64; 2],
    girdle: [f64; 2],
    arm: [f64; 2],
    breast: f64,
    breast_center: f64,
    breast_half: f64,
}

impl BodyRow {
    /// The body at height `y` (patient mm).
    pub(crate) fn new(thorax: &Thorax, y: f64) -> Self {
        let scale = thorax.width_mm / 310.0;
        let h = thorax.lung_height_mm;
        let half = 0.5 * thorax.width_mm;
        let taper = 0.90 + 0.10 * smoothstep(0.1 * h, 0.75 * h, y);
        let rise = smoothstep(-70.0, 0.42 * h, y);
        let trunk_width = half * taper * smoothstep(-90.0, 30.0, y).max(0.2);
        let trunk_depth = 0.5 * thorax.depth_mm * (0.30 + 0.70 * rise);
        let shoulder = curve(&SHOULDER, y);
        let girdle_width =
            if shoulder > 62.0 { 60.0 + (shoulder - 60.0) * scale } else { shoulder };
        let away = smoothstep(60.0, 160.0, y);
        let girdle = [girdle_width * (1.0 - 0.45 * away), 58.0 * (1.0 - away)];
        // The upper arm: a tapering column leaning outward.
        let along = ((y - 30.0) / 230.0).clamp(-0.3, 1.5);
        let arm_top = smoothstep(-20.0, 30.0, y).max(1e-3).sqrt();
        let arm = [(186.0 + 58.0 * along) * scale, (46.0 - 5.0 * along) * arm_top];
        let [center, radius] = [0.66 * h, 0.30 * h];
        let v = (y - center) / radius;
        // Flat upward, fuller at the fold below.
        let reach = (1.0 - v * v).max(0.0);
        let fold = smoothstep(-1.0, 0.75, v) * reach.sqrt();
        Self {
            trunk: [trunk_width, trunk_depth],
            girdle,
            arm,
            breast: thorax.breast_mm * fold,
            breast_center: 0.52 * half,
            breast_half: 0.47 * half * reach.powf(0.35).max(0.05),
        }
    }

    /// Length of the ray at `x` (mm) inside the body, mm.
    pub(crate) fn chord(&self, x: f64) -> f64 {
        let x = x.abs();
        let trunk = 2.0 * self.trunk[1] * superellipse(x / self.trunk[0]);
        let girdle = if self.girdle[1] > 0.0 && x < self.girdle[0] {
            2.0 * self.girdle[1] * superellipse(x / self.girdle[0])
        } else {
            0.0
        };
        let u = (x - self.arm[0]) / self.arm[1];
        let arm = 2.0 * self.arm[1] * (1.0 - u * u).max(0.0).sqrt();
        // Smooth maximum, so that the parts flow into one another.
        let power = |v: f64| (v * v) * (v * v);
        let body = (power(trunk) + power(girdle) + power(arm)).sqrt().sqrt();
        let b = (x - self.breast_center) / self.breast_half;
        let breast =
            if trunk > 0.0 { self.breast * (1.0 - b * b).max(0.0).powf(0.75) } else { 0.0 };
        body + breast
    }
}

/// Piecewise smooth interpolation of `table` (pairs of argument and value,
/// arguments rising), constant beyond its ends; Catmull-Rom slopes.
pub(crate) fn curve(table: &[[f64; 2]], at: f64) -> f64 {
    let last = table.len() - 1;
    if at <= table[0][0] {
        return table[0][1];
    }
    if at >= table[last][0] {
        return table[last][1];
    }
    let i = table.iter().rposition(|p| p[0] <= at).unwrap_or(0).min(last - 1);
    let slope = |k: usize| {
        if k == 0 || k == last {
            0.0
        } else {
            (table[k + 1][1] - table[k - 1][1]) / (table[k + 1][0] - table[k - 1][0])
        }
    };
    let width = table[i + 1][0] - table[i][0];
    let t = (at - table[i][0]) / width;
    let (t2, t3) = (t * t, t * t * t);
    (2.0 * t3 - 3.0 * t2 + 1.0) * table[i][1]
        + (t3 - 2.0 * t2 + t) * width * slope(i)
        + (3.0 * t2 - 2.0 * t3) * table[i + 1][1]
        + (t3 - t2) * width * slope(i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha12Rng;

    #[test]
    fn the_curve_passes_through_its_points() {
        for p in SHOULDER {
            assert!((curve(&SHOULDER, p[0]) - p[1]).abs() < 1e-9);
        }
    }

    #[test]
    fn the_trunk_is_as_deep_as_drawn_and_air_lies_outside() {
        let mut thorax = Thorax::draw(&mut ChaCha12Rng::seed_from_u64(1));
        thorax.breast_mm = 0.0;
        let row = BodyRow::new(&thorax, 0.7 * thorax.lung_height_mm);
        assert!((row.chord(0.0) / thorax.depth_mm - 1.0).abs() < 0.05);
        let row = BodyRow::new(&thorax, -60.0);
        assert_eq!(row.chord(200.0), 0.0);
    }
}
