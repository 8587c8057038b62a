//! Quantum and electronic noise, the same for any number of threads.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

/// Photons per pixel over which Poisson noise is drawn as Gaussian.
const LARGE: f32 = 40.0;

/// SplitMix64's finalizer (Steele, Lea and Flood, OOPSLA 2014) of seed and row.
fn mix(seed: u64, row: u64) -> u64 {
    let mut z = seed.wrapping_add((row + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Turns the relative signal (1 unattenuated; rows of `width`) into the noisy
/// natural logarithm of incident over detected. `photons` is the number per
/// pixel without a patient, `electronic` the standard deviation in photons.
pub(crate) fn expose(signal: &mut [f32], width: usize, photons: f64, electronic: f64, seed: u64) {
    let (photons, variance) = (photons as f32, (electronic * electronic) as f32);
    signal.par_chunks_mut(width.max(1)).enumerate().for_each(|(row, values)| {
        let mut rng = ChaCha12Rng::seed_from_u64(mix(seed, row as u64));
        for pair in values.chunks_mut(2) {
            let normal = two_normals(&mut rng);
            for (v, n) in pair.iter_mut().zip(normal) {
                let mean = *v * photons;
                let got = if mean > LARGE {
                    mean + (mean + variance).sqrt() * n
                } else {
                    poisson(&mut rng, mean) + variance.sqrt() * n
                };
                *v = -(got.max(0.5) / photons).ln();
            }
        }
    });
}

/// Two independent standard normals (Box and Muller, 1958).
fn two_normals(rng: &mut ChaCha12Rng) -> [f32; 2] {
    let u: f32 = 1.0 - rng.random::<f32>();
    let (s, c) = (std::f32::consts::TAU * rng.random::<f32>()).sin_cos();
    let r = (-2.0 * u.ln()).sqrt();
    [r * c, r * s]
}

/// A Poisson number of small mean (Knuth's product of uniforms).
fn poisson(rng: &mut ChaCha12Rng, mean: f32) -> f32 {
    let limit = (-f64::from(mean.max(0.0))).exp();
    let mut product: f64 = rng.random();
    let mut count = 0.0;
    while product > limit {
        product *= rng.random::<f64>();
        count += 1.0;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_means_are_poisson() {
        let mut rng = ChaCha12Rng::seed_from_u64(3);
        let draws: Vec<f32> = (0..20_000).map(|_| poisson(&mut rng, 6.0)).collect();
        let mean = draws.iter().sum::<f32>() / 20_000.0;
        let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f32>() / 20_000.0;
        assert!((mean - 6.0).abs() < 0.1 && (variance - 6.0).abs() < 0.3);
    }
}
