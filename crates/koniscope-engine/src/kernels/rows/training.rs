//! Loops over rows that a network needs while it learns.
#![allow(unsafe_code)]

use super::{Lanes, for_every_level};
use crate::LANES;

/// Floats of one inner loop where each lane has values of its own. Over one pixel it would be
/// unrolled, and the compiler then makes its vectors of the loop around it, lanes apart: three
/// times as slow.
const WIDE: usize = 4 * LANES;

#[inline(always)]
fn repeated(lanes: &Lanes) -> [f32; WIDE] {
    let mut wide = [0.0; WIDE];
    wide.chunks_exact_mut(LANES).for_each(|wide| wide.copy_from_slice(lanes));
    wide
}

for_every_level! {
    /// `y = z * scale + shift`, plus `residual` where there is one, at least 0 with `relu`.
    fn affine(
        y: &mut [f32], z: &[f32], scale: &Lanes, shift: &Lanes, residual: Option<&[f32]>,
        relu: bool,
    ) {
        let floor = if relu { 0.0 } else { f32::NEG_INFINITY };
        let (scale, shift) = (repeated(scale), repeated(shift));
        let rows = y.chunks_mut(WIDE).zip(z.chunks(WIDE));
        if let Some(residual) = residual {
            for ((y, z), r) in rows.zip(residual.chunks(WIDE)) {
                for ((((y, z), r), a), b) in y.iter_mut().zip(z).zip(r).zip(&scale).zip(&shift) {
                    let v = z * a + b + r;
                    *y = if v > floor { v } else { floor };
                }
            }
        } else {
            for (y, z) in rows {
                for (((y, z), a), b) in y.iter_mut().zip(z).zip(&scale).zip(&shift) {
                    let v = z * a + b;
                    *y = if v > floor { v } else { floor };
                }
            }
        }
    }

    /// Sum of a row, and sum of its squared distances from the row's mean.
    fn moments(z: &[f32], sum: &mut Lanes, squares: &mut Lanes) {
        let n = (z.len() / LANES) as f32;
        let mut total = [0.0; LANES];
        for z in z.chunks_exact(LANES) {
            for i in 0..LANES {
                total[i] += z[i];
            }
        }
        let mut around = [0.0; LANES];
        for z in z.chunks_exact(LANES) {
            for i in 0..LANES {
                let d = z[i] - total[i] / n;
                around[i] += d * d;
            }
        }
        *sum = total;
        *squares = around;
    }

    /// `dy = 0` wherever `y` is not above 0.
    fn mask(dy: &mut [f32], y: &[f32]) {
        for (dy, y) in dy.iter_mut().zip(y) {
            *dy = if *y > 0.0 { *dy } else { 0.0 };
        }
    }

    /// `to = from`, or `to += from`.
    fn accumulate(to: &mut [f32], from: &[f32], add: bool) {
        if add {
            for (to, from) in to.iter_mut().zip(from) {
                *to += from;
            }
        } else {
            to.copy_from_slice(from);
        }
    }

    /// Sums of `dy` and of `dy * (z - mean)`, added.
    fn normalization_sums(
        dy: &[f32], z: &[f32], mean: &Lanes, sum: &mut Lanes, product: &mut Lanes,
    ) {
        let (mut a, mut b) = ([0.0; LANES], [0.0; LANES]);
        for (dy, z) in dy.chunks_exact(LANES).zip(z.chunks_exact(LANES)) {
            for i in 0..LANES {
                a[i] += dy[i];
                b[i] += dy[i] * (z[i] - mean[i]);
            }
        }
        for i in 0..LANES {
            sum[i] += a[i];
            product[i] += b[i];
        }
    }

    /// `dy = dy * scale + z * slope + shift`.
    fn normalization_gradient(
        dy: &mut [f32], z: &[f32], scale: &Lanes, slope: &Lanes, shift: &Lanes,
    ) {
        let (scale, slope, shift) = (repeated(scale), repeated(slope), repeated(shift));
        for (dy, z) in dy.chunks_mut(WIDE).zip(z.chunks(WIDE)) {
            let lanes = scale.iter().zip(&slope).zip(&shift);
            for ((dy, z), ((a, b), c)) in dy.iter_mut().zip(z).zip(lanes) {
                *dy = *dy * a + (z * b + c);
            }
        }
    }

    /// Routes the gradient of a maximum: `dx += dy` where `x` is the maximum `y` and the
    /// gradient is not yet spent; `dx` and `x` step `step` pixels. `left` holds what is left of it.
    fn route(dx: &mut [f32], x: &[f32], y: &[f32], left: &mut [f32], step: usize) {
        let x = x.chunks(LANES * step);
        let dx = dx.chunks_mut(LANES * step);
        let rows = dx.zip(x).zip(y.chunks_exact(LANES).zip(left.chunks_exact_mut(LANES)));
        for ((dx, x), (y, left)) in rows {
            for i in 0..LANES {
                let hit = if x[i] == y[i] { left[i] } else { 0.0 };
                dx[i] += hit;
                left[i] -= hit;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Supported;

    #[test]
    fn each_lane_has_its_own_factors_whatever_the_width() {
        let values = |n: usize, step: usize| -> Vec<f32> {
            (0..n).map(|i| (i * step % 23) as f32 / 4.0 - 2.5).collect()
        };
        let lanes = |step| -> Lanes { std::array::from_fn(|i| values(LANES, step)[i]) };
        let (a, b, c) = (lanes(5), lanes(7), lanes(11));
        for level in Supported::all() {
            for pixels in 1..10 {
                let n = pixels * LANES;
                let (z, r) = (values(n, 3), values(n, 13));
                for (residual, relu) in [(false, false), (false, true), (true, false), (true, true)]
                {
                    let mut y = vec![f32::NAN; n];
                    affine(level, &mut y, &z, &a, &b, residual.then_some(&r[..]), relu);
                    for i in 0..n {
                        let sum = z[i] * a[i % LANES] + b[i % LANES];
                        let sum = if residual { sum + r[i] } else { sum };
                        let expected = if relu { sum.max(0.0) } else { sum };
                        assert!((y[i] - expected).abs() < 1e-4, "{level:?}, {pixels} pixels, {i}");
                    }
                }
                let mut dy = r.clone();
                normalization_gradient(level, &mut dy, &z, &a, &b, &c);
                for i in 0..n {
                    let lane = i % LANES;
                    let expected = r[i] * a[lane] + z[i] * b[lane] + c[lane];
                    assert!((dy[i] - expected).abs() < 1e-4, "{level:?}, {pixels} pixels, {i}");
                }
            }
        }
    }
}
