//! Tubes drawn as short overlapping pieces ("splats") into a plane.

use rayon::prelude::*;

use super::frame::Frame;

/// Rows handled by one task; also the bucket size.
const BAND: usize = 32;

/// Cross-section of a tube at one point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section {
    /// Half of the height across the tube, in the plane of the picture, mm.
    pub radius: f64,
    /// Depth along the ray over height of the cross-section (1 is round).
    pub flatness: f64,
    /// Thickness of the shell, mm; 0 for a solid tube.
    pub shell: f64,
    /// Weight of the shell's (or of the solid's) path length.
    pub outer: f64,
    /// Weight of the core's path length; ignored for a solid tube.
    pub core: f64,
}

impl Section {
    /// A solid round tube of weight 1.
    pub(crate) fn solid(radius: f64) -> Self {
        Self { radius, flatness: 1.0, shell: 0.0, outer: 1.0, core: 1.0 }
    }
}

/// One piece of a tube, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Splat {
    at: [f32; 2],
    along: [f32; 2],
    half_length: f32,
    outer_sq: f32,
    inner_sq: f32,
    outer: f32,
    inner: f32,
}

/// Appends the pieces of a tube along `path` (points in patient mm, each with
/// its cross-section; even spacing, at most half of the radius or so).
///
/// Each piece has the exact chord profile of an ellipse across the tube and a
/// triangular weight along it; triangles two or more spacings wide sum to a
/// constant, so the joints do not show. The weight carries the ratio of the
/// length in space to the length in the picture, that is the longer path
/// through a tube that runs obliquely to the ray.
pub(crate) fn push_tube(out: &mut Vec<Splat>, frame: &Frame, path: &[([f64; 3], Section)]) {
    let px = frame.pixel_mm;
    for i in 0..path.len() {
        let (a, b) = (i.saturating_sub(1), (i + 1).min(path.len() - 1));
        if a == b {
            continue;
        }
        let (p, q) = (path[a].0, path[b].0);
        let spans = (b - a) as f64;
        let space = (0..3).map(|k| (q[k] - p[k]).powi(2)).sum::<f64>().sqrt() / spans;
        let (fp, fq) = (frame.place(p), frame.place(q));
        let (dx, dy) = (fq[0] - fp[0], fq[1] - fp[1]);
        let flat = dx.hypot(dy).max(1e-6);
        let step = (flat * px / spans).max(0.02);
        let s = path[i].1;
        let oblique = ((q[2] - p[2]) / spans / space.max(1e-6)).abs();
        let thin = s.radius * s.flatness;
        let target = (1.2 * px).max(2.0 * step).max(1.2 * thin * oblique);
        let half_length = step * (target / step - 1e-9).ceil();
        // Thinner than a pixel: widened to about a pixel with its mass kept.
        let wide = s.radius.hypot(0.6 * px);
        let gain = s.flatness * (s.radius / wide).powi(2) * space / half_length * px;
        let inner = if s.shell > 0.0 { (s.radius - s.shell).max(0.0) } else { 0.0 };
        out.push(Splat {
            at: frame.place(path[i].0).map(|v| v as f32),
            along: [(dx / flat) as f32, (dy / flat) as f32],
            half_length: (half_length / px) as f32,
            outer_sq: (wide / px).powi(2) as f32,
            inner_sq: (inner / px).powi(2) as f32,
            outer: (2.0 * gain * s.outer) as f32,
            inner: (2.0 * gain * (s.core - s.outer)) as f32,
        });
    }
}

/// Sums `splats` into a new plane, row-major `[height, width]`, in mm of
/// weighted path length. Parallel over bands of rows; the order of summation
/// in each pixel is that of `splats`, so any number of threads gives the same.
pub(crate) fn render(splats: &[Splat], width: usize, height: usize) -> Vec<f32> {
    let mut plane = vec![0.0f32; width * height];
    let mut buckets = vec![Vec::<u32>::new(); height.div_ceil(BAND)];
    for (i, s) in splats.iter().enumerate() {
        let reach = s.half_length.max(s.outer_sq.sqrt()) * 1.42;
        let (low, high) = (s.at[1] - reach, s.at[1] + reach);
        if high < 0.0 || low >= height as f32 {
            continue;
        }
        let last = (high as usize).min(height - 1) / BAND;
        for bucket in &mut buckets[low.max(0.0) as usize / BAND..=last] {
            bucket.push(i as u32);
        }
    }
    plane.par_chunks_mut(BAND * width.max(1)).zip(buckets.par_iter()).enumerate().for_each(
        |(band, (rows, bucket))| {
            for &i in bucket {
                splats[i as usize].add(rows, width, band * BAND);
            }
        },
    );
    plane
}

impl Splat {
    /// Adds this piece to `rows`, the first of which is row `top`.
    fn add(&self, rows: &mut [f32], width: usize, top: usize) {
        let radius = self.outer_sq.sqrt();
        let [ux, uy] = self.along;
        let half_x = self.half_length * ux.abs() + radius * uy.abs();
        let half_y = self.half_length * uy.abs() + radius * ux.abs();
        let first = (self.at[0] - half_x).ceil().max(0.0);
        let last = (self.at[0] + half_x).floor().min(width as f32 - 1.0);
        if last < first {
            return;
        }
        let scale = 1.0 / self.half_length;
        for (r, row) in rows.chunks_mut(width).enumerate() {
            let dy = (top + r) as f32 - self.at[1];
            if dy.abs() > half_y {
                continue;
            }
            let span = &mut row[first as usize..=last as usize];
            for (c, value) in span.iter_mut().enumerate() {
                let dx = first + c as f32 - self.at[0];
                let along = 1.0 - (dx * ux + dy * uy).abs() * scale;
                let d = dx * uy - dy * ux;
                let outer = self.outer_sq - d * d;
                if along <= 0.0 || outer <= 0.0 {
                    continue;
                }
                let inner = (self.inner_sq - d * d).max(0.0).sqrt();
                *value += along * (self.outer * outer.sqrt() + self.inner * inner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_tube_has_its_diameter_at_the_axis() {
        let frame = Frame::upright(0.25, 400, 400);
        for tilt in [0.0, 0.7] {
            let path: Vec<_> = (0..=80)
                .map(|i| {
                    let s = f64::from(i) - 40.0;
                    ([s, 0.3 * s, tilt * s], Section::solid(5.0))
                })
                .collect();
            let mut splats = Vec::new();
            push_tube(&mut splats, &frame, &path);
            let plane = render(&splats, 400, 400);
            let middle = frame.place([0.0, 0.0, 0.0]);
            let got = plane[middle[1].round() as usize * 400 + middle[0].round() as usize];
            let flat = 1.0f64.hypot(0.3);
            let expected = 10.0 * flat.hypot(tilt) / flat;
            assert!((f64::from(got) / expected - 1.0).abs() < 0.03, "{got} {expected}");
        }
    }
}
