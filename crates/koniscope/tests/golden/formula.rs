//! Parameters and inputs that Rust and Python both compute, so that no file has to hold them:
//! the other half of reference/formula.py.

use std::path::Path;

use koniscope_engine::Tensor;

/// `count` values in `[-1, 1)`: the top 24 bits of splitmix64(fnv1a64(name) + i * golden).
pub(crate) fn uniform(name: &str, count: usize) -> Vec<f32> {
    let seed = name
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3));
    (1..=count as u64)
        .map(|i| {
            let z = seed.wrapping_add(i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((z ^ (z >> 31)) >> 40) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

/// A parameter or buffer by what its name and rank say it is. `decided` keeps ReLUs away from
/// their kink: see reference/formula.py.
pub(crate) fn parameter(name: &str, shape: &[usize], decided: bool) -> Tensor {
    let fan_in: usize = shape[1..].iter().product();
    let he = (6.0 / fan_in as f64).sqrt() as f32;
    let value = |u: f32| match name.rsplit('.').next() {
        Some("running_var") => 1.0 + 0.5 * u,
        _ if shape.len() > 1 => he * u,
        Some("weight") if decided => 0.5 * (0.75 + 0.25 * u),
        Some("weight") => 0.75 + 0.25 * u,
        Some("bias") if decided => 0.125 * u + if u < 0.0 { -1.5 } else { 1.5 },
        _ => 0.125 * u,
    };
    let values = uniform(name, shape.iter().product()).into_iter().map(value).collect();
    Tensor::new(shape, values)
}

/// Bytes of a file in the reader's tests/data.
pub(crate) fn data(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../koniscope/tests/data").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
