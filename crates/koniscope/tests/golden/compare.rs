//! The measure of parity.

use super::tensors::Shaped;

/// What issue and README promise, in f32.
pub(crate) const TOLERANCE: f64 = 1e-4;

/// `max|a - b| / max|b|` over a tensor.
pub(crate) fn relative_error(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let magnitude =
        |values: &mut dyn Iterator<Item = f64>| values.fold(0.0f64, |m, v| m.max(v.abs()));
    let mut differences = a.iter().zip(b).map(|(a, b)| f64::from(*a) - f64::from(*b));
    assert!(a.iter().all(|v| v.is_finite()));
    magnitude(&mut differences) / magnitude(&mut b.iter().map(|v| f64::from(*v)))
}

/// Refuses an error above [`TOLERANCE`], and says what it is.
pub(crate) fn assert_close(name: &str, ours: &[f32], golden: &Shaped) -> f64 {
    let error = relative_error(ours, &golden.values);
    assert!(error <= TOLERANCE, "{name}: relative error {error:.2e}");
    error
}
