//! Processing for display: range compression, multi-scale unsharp masking and a
//! tone curve.

use rand::Rng;

use super::coarse::Coarse;

/// Processing for display.
#[derive(Clone, Debug, PartialEq)]
pub struct Processing {
    /// Scales of unsharp masking: standard deviation of the mask (mm, 2 to 8)
    /// and gain (0 to 1).
    pub scales: Vec<(f64, f64)>,
    /// Compression of the range: standard deviation of the wide mask (mm) and
    /// the share of it taken away, 0 to 0.5; share 0 for none.
    pub compression: (f64, f64),
    /// Steepness of the sigmoid tone curve; 0 is a straight line, 4 is strong.
    pub contrast: f64,
    /// Where on the straight scale (0 to 1) the sigmoid is steepest.
    pub middle: f64,
}

impl Processing {
    /// Draws a usual processing.
    pub fn draw(rng: &mut impl Rng) -> Processing {
        let scales = vec![
            (rng.random_range(2.0..4.0), rng.random_range(0.0..0.7)),
            (rng.random_range(4.0..8.0), rng.random_range(0.1..1.0)),
        ];
        Processing {
            scales,
            compression: (rng.random_range(18.0..30.0), rng.random_range(0.0..0.4)),
            contrast: rng.random_range(0.5..3.0),
            middle: rng.random_range(0.4..0.6),
        }
    }

    /// Adds gain times (value - mask) for each scale to `log` (row-major,
    /// `size` is width and height) and takes away the wide mask's share.
    pub(crate) fn sharpen(&self, log: &mut [f32], size: [usize; 2], pixel_mm: f64) {
        let original = log.to_vec();
        for &(sigma_mm, gain) in &self.scales {
            let sigma = sigma_mm / pixel_mm;
            let block = ((sigma / 3.0) as usize).max(1);
            let mut detail = original.clone();
            let mask = Coarse::mean(size, block, |i| original[i]).blurred(sigma);
            mask.combine(&mut detail, size[0], |v, m| v - m);
            for (v, d) in log.iter_mut().zip(&detail) {
                *v += gain as f32 * d;
            }
        }
        let (sigma_mm, share) = self.compression;
        if share > 0.0 {
            let sigma = sigma_mm / pixel_mm;
            let block = ((sigma / 4.0) as usize).max(1);
            let mask = Coarse::mean(size, block, |i| original[i]).blurred(sigma);
            mask.combine(log, size[0], |v, m| v - share as f32 * m);
        }
    }

    /// The tone curve from 0..1 to 0..1, rising.
    pub(crate) fn tone(&self, t: f32) -> f32 {
        let k = self.contrast as f32;
        if k.abs() < 1e-3 {
            return t;
        }
        let middle = self.middle as f32;
        let sigmoid = |v: f32| 1.0 / (1.0 + (-k * (v - middle)).exp());
        let (low, high) = (sigmoid(0.0), sigmoid(1.0));
        (sigmoid(t) - low) / (high - low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tone_curve_rises_from_zero_to_one() {
        let p = Processing {
            scales: Vec::new(),
            compression: (25.0, 0.0),
            contrast: 3.0,
            middle: 0.45,
        };
        assert!(p.tone(0.0).abs() < 1e-6 && (p.tone(1.0) - 1.0).abs() < 1e-6);
        assert!((0..100).all(|i| p.tone(i as f32 / 100.0) < p.tone((i + 1) as f32 / 100.0)));
    }
}
