//! Distance to the border of the lungs.

use koniscope::segmentation::LungMask;

/// Side of a cell in mm, about.
const CELL_MM: f64 = 1.0;

/// Distances from inside to the nearest cell outside, on a grid of about 1 mm.
#[derive(Clone, Debug)]
pub(super) struct Distances {
    width: usize,
    height: usize,
    /// mm, `[between rows, between columns]`.
    cell_mm: [f64; 2],
    values: Vec<f32>,
}

impl Distances {
    /// Of both lungs of a mask.
    pub(super) fn inside(mask: &LungMask, spacing_mm: [f64; 2]) -> Self {
        let step = spacing_mm.map(|s| ((CELL_MM / s).round() as usize).max(1));
        let (width, height) = (mask.width().div_ceil(step[1]), mask.height().div_ceil(step[0]));
        let cell_mm = [spacing_mm[0] * step[0] as f64, spacing_mm[1] * step[1] as f64];
        let mut square = vec![0.0f64; width * height];
        for y in 0..height {
            let row = (y * step[0] + step[0] / 2).min(mask.height() - 1);
            for x in 0..width {
                let column = (x * step[1] + step[1] / 2).min(mask.width() - 1);
                if mask.labels()[row * mask.width() + column] > 0 {
                    square[y * width + x] = FAR;
                }
            }
        }
        let mut line = vec![0.0; height];
        for x in 0..width {
            (0..height).for_each(|y| line[y] = square[y * width + x]);
            transform(&mut line, cell_mm[0]);
            (0..height).for_each(|y| square[y * width + x] = line[y]);
        }
        for row in square.chunks_mut(width) {
            transform(row, cell_mm[1]);
        }
        // Cells are half in: the border lies between the last inside and the first outside.
        let half = 0.5 * cell_mm[0].min(cell_mm[1]);
        let values = square.iter().map(|s| (s.sqrt() - half).max(0.0) as f32).collect();
        Self { width, height, cell_mm, values }
    }

    /// Between cells, at `[x, y]` in mm.
    pub(super) fn at(&self, [x, y]: [f64; 2]) -> f64 {
        let place = |v: f64, cell: f64, count: usize| {
            let t = (v / cell - 0.5).clamp(0.0, (count - 1) as f64);
            let low = t as usize;
            (low, (low + 1).min(count - 1), t - low as f64)
        };
        let (x0, x1, u) = place(x, self.cell_mm[1], self.width);
        let (y0, y1, v) = place(y, self.cell_mm[0], self.height);
        let at = |x: usize, y: usize| f64::from(self.values[y * self.width + x]);
        let top = at(x0, y0) + u * (at(x1, y0) - at(x0, y0));
        let low = at(x0, y1) + u * (at(x1, y1) - at(x0, y1));
        top + v * (low - top)
    }
}

/// More than any squared distance on a film.
const FAR: f64 = 1e12;

/// Squared Euclidean distances along a line of cells `step` apart: the lower envelope of parabolas
/// (Felzenszwalb and Huttenlocher, Theory of Computing 8:415, 2012).
fn transform(line: &mut [f64], step: f64) {
    let n = line.len();
    let f = line.to_vec();
    let place = |i: usize| i as f64 * step;
    let (mut feet, mut ends) = (vec![0usize; n], vec![0.0f64; n + 1]);
    let mut k = 0;
    (ends[0], ends[1]) = (f64::NEG_INFINITY, f64::INFINITY);
    for q in 1..n {
        loop {
            let p = feet[k];
            let (a, b) = (f[q] + place(q).powi(2), f[p] + place(p).powi(2));
            let s = (a - b) / (2.0 * (place(q) - place(p)));
            if s > ends[k] || k == 0 {
                let s = if s > ends[k] { s } else { ends[k] };
                k += 1;
                (feet[k], ends[k]) = (q, s);
                if k < n {
                    ends[k + 1] = f64::INFINITY;
                }
                break;
            }
            k -= 1;
        }
    }
    let mut k = 0;
    for (i, value) in line.iter_mut().enumerate() {
        while ends[k + 1] < place(i) {
            k += 1;
        }
        *value = (place(i) - place(feet[k])).powi(2) + f[feet[k]];
    }
}
