//! How far probabilities are from what happens.

/// Bins of equal width.
pub const BINS: usize = 10;

/// Expected calibration error (Naeini, Cooper, Hauskrecht, AAAI 2015): over [`BINS`] bins of equal
/// width, the mean distance of the mean probability from the share of positives, weighted by the
/// films in a bin. Nothing if there are no films.
pub fn expected_calibration_error(probabilities: &[f64], truth: &[bool]) -> Option<f64> {
    let mut bins = [[0.0; 2]; BINS];
    for (p, t) in probabilities.iter().zip(truth) {
        let bin = &mut bins[((p * BINS as f64) as usize).min(BINS - 1)];
        bin[0] += p;
        bin[1] += f64::from(u8::from(*t));
    }
    let n = probabilities.len();
    (n > 0).then(|| bins.iter().map(|[p, t]| (p - t).abs()).sum::<f64>() / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_in_bins() {
        // Two films at 0.2 of which one is positive, two at 0.9 of which both are.
        let error = expected_calibration_error(&[0.2, 0.2, 0.9, 0.9], &[true, false, true, true]);
        assert!(error.is_some_and(|e| (e - (0.3 * 2.0 + 0.1 * 2.0) / 4.0).abs() < 1e-12));
        assert_eq!(expected_calibration_error(&[1.0], &[true]), Some(0.0));
        assert_eq!(expected_calibration_error(&[], &[]), None);
    }
}
