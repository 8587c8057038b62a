//! Wide blurs on a coarse grid.

use rayon::prelude::*;

/// A plane of block means, to be read back bilinearly.
pub(crate) struct Coarse {
    /// Values, row-major `[height, width]`.
    pub values: Vec<f32>,
    /// Columns and rows of the coarse grid.
    pub size: [usize; 2],
    /// Fine pixels in a side of a block.
    pub block: usize,
}

impl Coarse {
    /// Means of `f(index)` over blocks of a fine grid of `size` (width, height).
    pub(crate) fn mean(size: [usize; 2], block: usize, f: impl Fn(usize) -> f32 + Sync) -> Coarse {
        let [width, height] = size;
        let block = block.max(1);
        let (w, h) = (width.div_ceil(block), height.div_ceil(block));
        let mut values = vec![0.0f32; w * h];
        values.par_chunks_mut(w.max(1)).enumerate().for_each(|(by, out)| {
            let rows = by * block..((by + 1) * block).min(height);
            for y in rows.clone() {
                for (bx, v) in out.iter_mut().enumerate() {
                    let columns = bx * block..((bx + 1) * block).min(width);
                    *v += columns.map(|x| f(y * width + x)).sum::<f32>();
                }
            }
            for (bx, v) in out.iter_mut().enumerate() {
                let columns = ((bx + 1) * block).min(width) - bx * block;
                *v /= (rows.len() * columns) as f32;
            }
        });
        Coarse { values, size: [w, h], block }
    }

    /// Blurs by `sigma` fine pixels, less what the block means and bilinear
    /// reading blur already (variances block^2 / 12 and block^2 / 6).
    pub(crate) fn blurred(mut self, sigma: f64) -> Coarse {
        let done = (self.block * self.block) as f64 / 4.0;
        let left = (sigma * sigma - done).max(0.0).sqrt() / self.block as f64;
        self.values = crate::gaussian::blur(&self.values, self.size[0], self.size[1], left);
        self
    }

    /// Adds the plane, read bilinearly, to `fine` (rows of `width`).
    pub(crate) fn add_to(&self, fine: &mut [f32], width: usize) {
        self.combine(fine, width, |a, b| a + b);
    }

    /// Replaces each value of `fine` by `f(value, coarse value)`.
    pub(crate) fn combine(
        &self,
        fine: &mut [f32],
        width: usize,
        f: impl Fn(f32, f32) -> f32 + Sync,
    ) {
        let [w, h] = self.size;
        let columns: Vec<(usize, usize, f32)> = (0..width).map(|x| self.weigh(x, w)).collect();
        fine.par_chunks_mut(width.max(1)).enumerate().for_each(|(y, row)| {
            let (y0, y1, v) = self.weigh(y, h);
            let (top, low) =
                (&self.values[y0 * w..(y0 + 1) * w], &self.values[y1 * w..(y1 + 1) * w]);
            let line: Vec<f32> = top.iter().zip(low).map(|(a, b)| a + v * (b - a)).collect();
            for (value, &(x0, x1, u)) in row.iter_mut().zip(&columns) {
                *value = f(*value, line[x0] + u * (line[x1] - line[x0]));
            }
        });
    }

    /// The two coarse neighbors of a fine index and the second's weight.
    fn weigh(&self, at: usize, count: usize) -> (usize, usize, f32) {
        let t = ((at as f32 + 0.5) / self.block as f32 - 0.5).clamp(0.0, (count - 1) as f32);
        let low = t as usize;
        (low, (low + 1).min(count - 1), t - low as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_survives_within() {
        let (w, h) = (64, 48);
        let plane: Vec<f32> = (0..w * h).map(|i| (i % w) as f32).collect();
        let coarse = Coarse::mean([w, h], 4, |i| plane[i]).blurred(6.0);
        let mut out = vec![0.0; w * h];
        coarse.add_to(&mut out, w);
        assert!((out[24 * w + 32] - 32.0).abs() < 1e-2);
    }
}
