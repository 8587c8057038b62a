//! Tests of loops and geometry together.

mod conv;
mod gradient;
#[cfg(unix)]
mod guard;
mod small;

/// Values in [-1, 1] that depend on `seed` alone.
fn values(n: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}
