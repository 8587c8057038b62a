//! Separable Gaussian blur of a plane.

use rayon::prelude::*;

/// Half of a sampled Gaussian, `kernel[0]` being the center; truncated at
/// 4 sigma and normalized so that the whole (two-sided) kernel sums to one.
/// `sigma` is in pixels.
fn half_kernel(sigma: f64) -> Vec<f32> {
    let reach = (4.0 * sigma).ceil() as usize;
    let weight = |i: usize| (-0.5 * (i as f64 / sigma).powi(2)).exp();
    let sum: f64 = 1.0 + 2.0 * (1..=reach).map(weight).sum::<f64>();
    (0..=reach).map(|i| (weight(i) / sum) as f32).collect()
}

/// Blurs `plane` (row-major `[height, width]`) with a Gaussian of standard
/// deviation `sigma` pixels, edges replicated. Exact sampled kernel, truncated
/// at 4 sigma; a sigma below 0.05 pixel returns the plane as it is. A plane
/// whose length is not `width * height` is also returned as it is.
///
/// The result does not depend on the number of threads.
pub fn blur(plane: &[f32], width: usize, height: usize, sigma: f64) -> Vec<f32> {
    let unusable = width == 0 || height == 0 || plane.len() != width * height;
    if unusable || !sigma.is_finite() || sigma < 0.05 {
        return plane.to_vec();
    }
    let kernel = half_kernel(sigma);
    let reach = kernel.len() - 1;
    let mut across = vec![0.0f32; plane.len()];
    across.par_chunks_mut(width).zip(plane.par_chunks(width)).for_each(|(out, row)| {
        let mut padded = Vec::with_capacity(width + 2 * reach);
        padded.resize(reach, row[0]);
        padded.extend_from_slice(row);
        padded.resize(width + 2 * reach, row[width - 1]);
        for (i, &k) in kernel.iter().enumerate() {
            let left = &padded[reach - i..reach - i + width];
            let right = &padded[reach + i..reach + i + width];
            add_pair(out, left, right, if i == 0 { 0.5 * k } else { k });
        }
    });
    let mut down = vec![0.0f32; plane.len()];
    down.par_chunks_mut(width).enumerate().for_each(|(y, out)| {
        for (i, &k) in kernel.iter().enumerate() {
            let above = y.saturating_sub(i) * width;
            let below = (y + i).min(height - 1) * width;
            let (a, b) = (&across[above..above + width], &across[below..below + width]);
            add_pair(out, a, b, if i == 0 { 0.5 * k } else { k });
        }
    });
    down
}

/// `out += k * (a + b)`, element by element.
fn add_pair(out: &mut [f32], a: &[f32], b: &[f32], k: f32) {
    for ((o, &p), &q) in out.iter_mut().zip(a).zip(b) {
        *o += k * (p + q);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impulse_becomes_the_gaussian() {
        let (w, h, sigma) = (41, 37, 2.0);
        let mut plane = vec![0.0; w * h];
        plane[18 * w + 20] = 1.0;
        let out = blur(&plane, w, h, sigma);
        let sum: f32 = out.iter().sum();
        assert!((sum - 1.0).abs() < 1e-4);
        let peak = 1.0 / (2.0 * std::f64::consts::PI * sigma * sigma);
        assert!((f64::from(out[18 * w + 20]) - peak).abs() < 1e-3 * peak + 1e-5);
        let off = peak * (-0.5f64 * (9.0 + 4.0) / 4.0).exp();
        assert!((f64::from(out[20 * w + 23]) - off).abs() < 1e-2 * off);
    }

    #[test]
    fn a_constant_stays_constant_at_the_edges() {
        let out = blur(&[3.0; 30 * 20], 30, 20, 5.0);
        assert!(out.iter().all(|v| (v - 3.0).abs() < 1e-4));
    }
}
