//! Tests of contrast and noise against their formulas.

use super::*;
use crate::thorax::{LUNG_PER_MM, SOFT_PER_MM, Thorax};
use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;

fn plain(fraction: f64) -> Acquisition {
    Acquisition {
        scatter_fraction: fraction,
        scatter_sigma_mm: 25.0,
        blur_sigma_mm: 0.1,
        photons_per_mm2: 2e6,
        electronic_noise: 0.0,
        bits: 14,
        latitude: 1.0,
        processing: None,
    }
}

/// Log contrast at the center of a 3 mm sphere in a slab of lung.
fn sphere_contrast(fraction: f64) -> f64 {
    let (n, px, radius) = (401, 0.25, 1.5);
    let slab = 160.0 * LUNG_PER_MM + 40.0 * SOFT_PER_MM;
    let plane: Vec<f32> = (0..n * n)
        .map(|i| {
            let (x, y) = ((i % n) as f64 * px - 50.0, (i / n) as f64 * px - 50.0);
            let chord = 2.0 * (radius * radius - x * x - y * y).max(0.0f64).sqrt();
            (slab + (SOFT_PER_MM - LUNG_PER_MM) * chord) as f32
        })
        .collect();
    let log = plain(fraction).log_signal(&plane, n, n, px);
    f64::from(log[200 * n + 200]) - f64::from(log[200 * n + 100])
}

#[test]
fn contrast_follows_thickness_and_scatter() {
    let expected = 0.0145 * 3.0;
    assert!((sphere_contrast(0.0) / expected - 1.0).abs() < 0.03);
    for f in [0.3, 0.5] {
        let got = sphere_contrast(f) / (expected * (1.0 - f));
        assert!((got - 1.0).abs() < 0.1, "{f}: {got}");
    }
}

#[test]
fn the_scatter_fraction_is_kept_in_the_mean() {
    let plane = vec![2.0f32; 300 * 300];
    let without = plain(0.0).log_signal(&plane, 300, 300, 0.5);
    let with = plain(0.4).log_signal(&plane, 300, 300, 0.5);
    let ratio = f64::from(with[150 * 300 + 150] - without[150 * 300 + 150]).exp();
    assert!((ratio - 0.6).abs() < 0.01, "{ratio}");
}

#[test]
fn noise_of_the_logarithm_is_one_over_photons() {
    let (n, px) = (512, 0.2);
    let plane = vec![2.0f32; n * n];
    let mut a = plain(0.0);
    a.blur_sigma_mm = 0.0;
    let noisy = a.noisy_log_signal(&plane, n, n, px, 9);
    let mean = noisy.iter().map(|v| f64::from(*v)).sum::<f64>() / noisy.len() as f64;
    let variance =
        noisy.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / noisy.len() as f64;
    let photons = a.photons_per_mm2 * px * px * (-2.0f64).exp();
    assert!((variance * photons - 1.0).abs() < 0.05);
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let film = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut rng = ChaCha12Rng::seed_from_u64(4);
            let p = Thorax::draw(&mut rng).project(1.6, 256, 256);
            Acquisition::draw(&mut rng).expose(&p.attenuation, 256, 256, 1.6, seed)
        })
    };
    assert_eq!(film(1, 7), film(3, 7));
    assert_ne!(film(1, 7), film(1, 8));
}

#[test]
fn air_is_dark_and_dense_is_bright() {
    let (w, h) = (64, 64);
    let plane: Vec<f32> = (0..w * h).map(|i| (i % w) as f32 / 16.0).collect();
    let film = plain(0.0).expose(&plane, w, h, 1.0, 1);
    assert!(film[0] < 200 && film[w - 1] > 16_000);
    assert!(film.iter().all(|v| *v < 1 << 14));
}
