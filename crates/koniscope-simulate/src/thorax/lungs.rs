//! The lungs: what the chest's cavity leaves beside heart, mediastinum, spine
//! and above the diaphragm.

use super::Thorax;
use super::body::curve;
use super::frame::Frame;
use super::solid::{Ellipsoid, Spans, smoothstep, superellipse};

/// Distance of the lungs' apices from the midline, mm.
const APEX_X: f64 = 44.0;

/// The chest's cavity with everything that displaces lung in it.
pub(crate) struct Lungs {
    half_width: f64,
    half_depth: f64,
    height: f64,
    /// Height of the domes (right, left), mm.
    domes: [f64; 2],
    mediastinum: [[[f64; 2]; 6]; 2],
    /// Heart, great vessels: they make the silhouette.
    organs: Vec<Ellipsoid>,
    /// Body-air ellipsoids in the abdomen (stomach bubble).
    gas: Ellipsoid,
    /// Upper end of the heart, mm.
    heart_top: f64,
    column_shift: [f64; 2],
}

/// What one row of the picture needs of the lungs.
pub(crate) struct LungRow<'a> {
    lungs: &'a Lungs,
    y: f64,
    half_width: f64,
    half_depth: f64,
    medial: f64,
    apex: f64,
    column: [f64; 2],
    /// Front of the mediastinum's column over the cavity's half-depth; the
    /// heart takes its place lower down.
    front: f64,
}

/// The lungs along one ray.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LungSample {
    /// Thickness of lung, mm.
    pub lung_mm: f64,
    /// 0 none, 1 right, 2 left.
    pub label: u8,
    /// Gas below the diaphragm, mm.
    pub gas_mm: f64,
}

impl Lungs {
    /// The lungs of `thorax` as seen through `frame`.
    pub(crate) fn new(thorax: &Thorax, frame: &Frame) -> Self {
        let (a, b) = thorax.cavity_mm();
        let h = thorax.lung_height_mm;
        let domes = [h - thorax.dome_mm[0], h - thorax.dome_mm[1]];
        let l = domes[0];
        let jitter = thorax.mediastinum_scale;
        let right = [
            [-40.0, 36.0],
            [0.0, 31.0],
            [0.16 * l, 25.0],
            [0.34 * l, 26.0],
            [0.62 * l, 17.0],
            [l, 15.0],
        ];
        let left = [
            [-40.0, 36.0],
            [0.0, 30.0],
            [0.13 * l, 23.0],
            [0.34 * l, 21.0],
            [0.62 * l, 17.0],
            [l, 15.0],
        ];
        let scale = |t: [[f64; 2]; 6]| t.map(|[y, w]| [y, w * jitter]);
        let wide = thorax.heart_ratio * 2.0 * a;
        let angle = thorax.heart_angle;
        let (major, minor) = (0.53 * wide, 0.40 * wide);
        let reach_x = (major * angle.cos()).hypot(minor * angle.sin());
        let reach_y = (major * angle.sin()).hypot(minor * angle.cos());
        let heart = [0.645 * wide - reach_x, domes[1] + 13.0 - 0.86 * reach_y, 0.22 * b];
        let depth = (0.40 * wide).min(0.68 * b);
        let knob = thorax.knob_mm;
        // The left border between pulmonary trunk and left ventricle.
        let trunk = [16.0, 0.44 * l, 0.2 * b];
        let to = [heart[0] + 0.12 * wide, heart[1] - 0.10 * wide];
        let (run, fall) = (to[0] - trunk[0], to[1] - trunk[1]);
        let (span, lean) = (run.hypot(fall), fall.atan2(run));
        let link = [0.5 * (trunk[0] + to[0]), 0.5 * (trunk[1] + to[1]), 0.15 * b];
        let make = |c: [f64; 3], r: [f64; 3], t: f64| Ellipsoid::new(frame, c, r, t);
        let organs = vec![
            make(heart, [major, minor, depth], angle),
            // Right atrium.
            make(
                [-0.095 * wide, heart[1] + 4.0, 0.18 * b],
                [0.26 * wide, 0.48 * wide, 0.8 * depth],
                -0.16,
            ),
            // Aortic knob, ascending aorta, pulmonary trunk, left atrial appendage.
            make([13.0 * jitter, 0.28 * l, -0.1 * b], [knob + 7.0, 1.45 * knob, 1.6 * knob], 0.0),
            make([-10.0, 0.44 * l, 0.25 * b], [0.16 * wide, 0.28 * l, 18.0], 0.1),
            make(trunk, [0.17 * wide, 0.13 * l, 20.0], -0.2),
            make(link, [0.5 * span + 14.0, 0.19 * wide, 24.0], lean),
            // Descending aorta.
            make([18.0, 0.27 * l + 150.0, -0.52 * b], [0.62 * knob, 170.0, 12.0], 0.02),
            // Vertebral column's bulge into the cavity.
            make([0.0, 0.5 * l, -b], [19.0, 4.0 * h, 30.0], 0.0),
        ];
        let gas = make(
            [0.50 * a, domes[1] + 24.0, -0.1 * b],
            [thorax.gas_mm, 0.5 * thorax.gas_mm, 0.7 * thorax.gas_mm],
            -0.2,
        );
        Self {
            half_width: a,
            half_depth: b,
            height: h,
            domes,
            mediastinum: [scale(right), scale(left)],
            organs,
            gas,
            heart_top: heart[1] - reach_y,
            column_shift: frame.shift(0.15 * b),
        }
    }

    /// Cavity's half-width and half-depth (mm) at `y` mm below the apex.
    pub(crate) fn cavity(&self, y: f64) -> [f64; 2] {
        let t = y / self.height;
        let u = (1.0 - (t / 0.92).clamp(0.0, 1.0)).powf(3.0);
        let grow = (1.0 - u).sqrt();
        let deep = (1.0 - (1.0 - (t / 0.6).clamp(0.0, 1.0)).powf(2.2)).powf(0.5);
        let narrow = 1.0 - 0.03 * smoothstep(0.9, 1.2, t);
        let width = (APEX_X + (self.half_width - APEX_X) * grow) * narrow;
        [width, self.half_depth * deep]
    }

    /// y (mm) of a dome's outline in the picture at `x`.
    pub(crate) fn dome(&self, x: f64) -> f64 {
        let one = |side: usize, lateral: f64| {
            let center = [0.50, 0.54][side] * self.half_width;
            let top = self.domes[side];
            let outer = lateral > center;
            let reach = if outer { self.half_width * 0.985 - center } else { 1.55 * center };
            let v = (lateral - center) / reach;
            top + (self.height - top) * v * v * (0.72 + 0.28 * v * v)
        };
        match smoothstep(-25.0, 25.0, x) {
            0.0 => one(0, -x),
            1.0 => one(1, x),
            left => one(0, -x) * (1.0 - left) + one(1, x) * left,
        }
    }

    /// Whether a point (patient mm) lies in aerated lung, `margin` mm inside
    /// the chest wall.
    pub(crate) fn contains(&self, p: [f64; 3], margin: f64) -> bool {
        let [x, y, z] = p;
        let row = self.row(y);
        let half = row.half_chord(x);
        let wall = x.abs() < row.half_width - margin && z.abs() < half - margin;
        let dome = self.dome(x);
        let behind = self.recess(y - dome + 2.0, x);
        let above = behind.is_none_or(|[low, high]| z < low - 1.0 || z > high + 1.0);
        let organ = |o: &Ellipsoid| o.span(x, y).is_some_and(|s| z > s[0] && z < s[1]);
        y > margin && wall && above && !self.organs.iter().any(organ)
    }

    /// Depths occupied by the diaphragm `below` mm under the dome's outline.
    fn recess(&self, below: f64, x: f64) -> Option<[f64; 2]> {
        (below > 0.0).then(|| {
            let left = smoothstep(-25.0, 25.0, x);
            let top = self.domes[0] + left * (self.domes[1] - self.domes[0]);
            let drop = self.height - top + 22.0;
            let v = (below / drop).sqrt();
            let at = 0.12 * self.half_depth;
            [at - 1.12 * self.half_depth * v, at + 2.6 * self.half_depth * v]
        })
    }

    /// The row at `y` (patient mm).
    pub(crate) fn row(&self, y: f64) -> LungRow<'_> {
        let [half_width, half_depth] = self.cavity(y);
        let rise = (1.0 - (y / (0.13 * self.height)).clamp(0.0, 1.0)).powi(2);
        let y_column = y - self.column_shift[1];
        LungRow {
            lungs: self,
            y,
            half_width,
            half_depth: if y > 0.0 { half_depth } else { 0.0 },
            medial: APEX_X - 30.0 * (1.0 - rise).sqrt(),
            apex: 1.0 - smoothstep(0.08, 0.22, y / self.height),
            front: 0.8 - 0.9 * smoothstep(5.0, 60.0, y - self.heart_top),
            column: [0, 1].map(|s| curve(&self.mediastinum[s], y_column)),
        }
    }
}

impl LungRow<'_> {
    /// Half of the cavity's depth at `x`, mm.
    fn half_chord(&self, x: f64) -> f64 {
        let x = x.abs();
        if x >= self.half_width || self.half_depth <= 0.0 {
            return 0.0;
        }
        let mut half = self.half_depth * superellipse(x / self.half_width);
        if self.apex > 0.0 && x < APEX_X {
            let u = (APEX_X - x) / (APEX_X - self.medial).max(1e-3);
            half *= 1.0 - self.apex * (1.0 - superellipse(u));
        }
        half
    }

    /// The lungs along the ray at `x` (patient mm).
    pub(crate) fn sample(&self, x: f64) -> LungSample {
        let lungs = self.lungs;
        let side = usize::from(x > 0.0);
        let below = self.y - lungs.dome(x);
        let gas_mm = if below > 4.0 { lungs.gas.chord(x, self.y) } else { 0.0 };
        let half = self.half_chord(x);
        if half <= 0.0 {
            return LungSample { gas_mm, ..LungSample::default() };
        }
        let mut spans = Spans::default();
        let mut seen = below < 0.0;
        for organ in &lungs.organs[..lungs.organs.len() - 1] {
            if let Some(span) = organ.span(x, self.y) {
                spans.push(span);
                seen = false;
            }
        }
        if let Some(span) = lungs.organs.last().and_then(|o| o.span(x, self.y)) {
            spans.push(span);
        }
        let from_column = x - lungs.column_shift[0];
        let u = from_column / self.column[usize::from(from_column > 0.0)];
        if u.abs() < 1.0 {
            let (u2, b) = (u * u, lungs.half_depth);
            let edge = (1.0 - u2 * u.abs()).sqrt();
            spans.push([0.1 * b - 0.85 * b * edge, 0.1 * b + self.front * b * edge]);
            seen = false;
        }
        if let Some(span) = lungs.recess(below, x) {
            spans.push(span);
        }
        let lung_mm = spans.free(-half, half);
        let label = if seen && lung_mm > 2.0 { 1 + side as u8 } else { 0 };
        LungSample { lung_mm, label, gas_mm }
    }
}
