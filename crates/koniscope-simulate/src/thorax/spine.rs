//! The vertebral column as a pattern of bone thickness.

use super::Thorax;
use super::solid::smoothstep;

/// The column: vertebral bodies with endplates, pedicles and spinous processes.
pub(crate) struct Spine {
    period: f64,
    first: f64,
    scale: f64,
}

/// One row of the spine.
pub(crate) struct SpineRow {
    half_width: f64,
    body: f64,
    endplate: f64,
    pedicle: f64,
    process: f64,
}

impl Spine {
    /// The spine belonging to `thorax`; a vertebra for each rib.
    pub(crate) fn new(thorax: &Thorax) -> Self {
        Self {
            period: thorax.rib_spacing_mm,
            first: thorax.rib_top_mm,
            scale: thorax.width_mm / 310.0,
        }
    }

    /// The row at `y` (patient mm).
    pub(crate) fn row(&self, y: f64) -> SpineRow {
        let v = (y - self.first) / self.period;
        let at = v - v.floor();
        // Distance from the vertebra's middle, -0.5 to 0.5 of a period.
        let c = at - 0.5;
        let disc = smoothstep(0.35, 0.45, c.abs());
        let plate = (-((c.abs() - 0.37) / 0.035).powi(2)).exp();
        let waist = 1.0 - 0.10 * (1.0 - (c / 0.45).powi(2)).max(0.0);
        let half_width = (14.0 + 0.45 * v.clamp(-4.0, 14.0)) * self.scale * waist;
        SpineRow {
            half_width,
            body: 1.0 - disc,
            endplate: plate,
            pedicle: (c + 0.16) * self.period,
            process: (c - 0.12) * self.period,
        }
    }
}

impl SpineRow {
    /// Bone along the ray at `x` mm from the column's middle, in mm of
    /// cortical bone (spongy bone counts by its density, about a fifth).
    pub(crate) fn bone(&self, x: f64) -> f64 {
        let u = x / self.half_width;
        if u.abs() > 1.25 {
            return 0.0;
        }
        let u2 = u * u;
        let edge = (1.0 - u2 * u2).max(0.0).sqrt().sqrt();
        let side = (-((u.abs() - 0.95) / 0.07).powi(2)).exp();
        let body = edge * (2.3 + 1.8 * self.body + 1.3 * self.endplate) + 1.3 * side * self.body;
        let (px, py) = ((x.abs() - 0.68 * self.half_width) / 3.4, self.pedicle / 4.8);
        let r = (px * px + py * py).sqrt();
        let pedicle = 2.4 * (-((r - 0.8) / 0.35).powi(2)).exp();
        let (sx, sy) = (x / 3.0, self.process / 7.5);
        let s = (sx * sx + sy * sy).sqrt();
        let process = 2.6 * (1.0 - smoothstep(0.6, 1.15, s));
        body + pedicle + process
    }
}
