//! How far probabilities are from what happens.

mod logistic;

use std::collections::BTreeMap;

pub use logistic::{Recalibration, platt, slope_intercept};

use crate::{Estimate, are_probabilities, proportion::wilson};

/// Bins of equal width.
pub const BINS: usize = 10;

/// Films whose probabilities lie close together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Lowest probability that belongs to it.
    pub low: f64,
    /// First probability of the next bin; the last bin has 1 too.
    pub high: f64,
    /// Films.
    pub n: usize,
    /// Mean probability.
    pub mean: f64,
    /// Share of positives, with Wilson's interval.
    pub share: Estimate,
}

/// A reliability diagram (Murphy and Winkler 1977): `bins` of equal width over `[0, 1]`, those
/// without films left out. Nothing if there are no films or no bins, or a probability is out of
/// range.
pub fn reliability(probabilities: &[f64], truth: &[bool], bins: usize) -> Option<Vec<Bin>> {
    if bins == 0 || probabilities.is_empty() || !are_probabilities(probabilities, truth) {
        return None;
    }
    let mut groups: BTreeMap<usize, (usize, f64, usize)> = BTreeMap::new();
    for (p, t) in probabilities.iter().zip(truth) {
        let bin = ((p * bins as f64) as usize).min(bins - 1);
        let (n, sum, positives) = groups.entry(bin).or_default();
        *n += 1;
        *sum += p;
        *positives += usize::from(*t);
    }
    let of = |(bin, (n, sum, positives)): (usize, (usize, f64, usize))| {
        Some(Bin {
            low: bin as f64 / bins as f64,
            high: (bin as f64 + 1.0) / bins as f64,
            n,
            mean: sum / n as f64,
            share: wilson(positives, n)?,
        })
    };
    groups.into_iter().map(of).collect()
}

/// Expected calibration error (Naeini, Cooper, Hauskrecht, AAAI 2015): over [`BINS`] bins of equal
/// width, the mean distance of the mean probability from the share of positives, weighted by the
/// films in a bin. Nothing if there are no films, or a probability is out of range.
pub fn expected_calibration_error(probabilities: &[f64], truth: &[bool]) -> Option<f64> {
    let bins = reliability(probabilities, truth, BINS)?;
    let distance = |bin: &Bin| bin.n as f64 * (bin.mean - bin.share.value).abs();
    Some(bins.iter().map(distance).sum::<f64>() / probabilities.len() as f64)
}

/// [`expected_calibration_error`] of the likeliest class (Guo, Pleiss, Sun, Weinberger, ICML 2017):
/// its probability against whether it is right. Of equally likely classes the first is taken. Each
/// film has one probability a class.
pub fn top_class_error<P: AsRef<[f64]>>(probabilities: &[P], truth: &[usize]) -> Option<f64> {
    let likeliest = |film: &P| {
        let classes = film.as_ref().iter().copied().enumerate();
        classes.reduce(|best, class| if class.1 > best.1 { class } else { best })
    };
    let best: Vec<(usize, f64)> = probabilities.iter().map(likeliest).collect::<Option<_>>()?;
    if best.len() != truth.len()
        || probabilities.iter().any(|p| p.as_ref().iter().any(|p| p.is_nan()))
    {
        return None;
    }
    let right: Vec<bool> = best.iter().zip(truth).map(|((class, _), t)| class == t).collect();
    expected_calibration_error(&best.iter().map(|(_, p)| *p).collect::<Vec<_>>(), &right)
}

/// Mean squared distance of the probability from 1 for the sick and 0 for the healthy (Brier 1950):
/// 0 is perfect, 0.25 what one half always gives. Nothing if there are no films, or a probability is
/// out of range.
pub fn brier(probabilities: &[f64], truth: &[bool]) -> Option<f64> {
    if probabilities.is_empty() || !are_probabilities(probabilities, truth) {
        return None;
    }
    let squared = |(p, t): (&f64, &bool)| (p - f64::from(u8::from(*t))).powi(2);
    let sum: f64 = probabilities.iter().zip(truth).map(squared).sum();
    Some(sum / probabilities.len() as f64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn distance_in_bins() {
        // Two films at 0.2 of which one is positive, two at 0.9 of which both are.
        let error = expected_calibration_error(&[0.2, 0.2, 0.9, 0.9], &[true, false, true, true]);
        assert!(error.is_some_and(|e| (e - (0.3 * 2.0 + 0.1 * 2.0) / 4.0).abs() < 1e-12));
        assert_eq!(expected_calibration_error(&[1.0], &[true]), Some(0.0));
        assert_eq!(expected_calibration_error(&[], &[]), None);
        assert_eq!(expected_calibration_error(&[f64::NAN], &[true]), None);
        assert_eq!(expected_calibration_error(&[1.5], &[true]), None);
    }

    #[test]
    fn empty_bins_are_left_out() {
        let bins = reliability(&[0.05, 0.1, 1.0], &[false, true, true], 10).unwrap();
        let shape: Vec<(f64, f64, usize)> = bins.iter().map(|b| (b.low, b.high, b.n)).collect();
        assert_eq!(shape, [(0.0, 0.1, 1), (0.1, 0.2, 1), (0.9, 1.0, 1)]);
        assert_eq!(reliability(&[0.5], &[true], 0), None);
        assert_eq!(reliability(&[0.5], &[true], usize::MAX).unwrap().len(), 1);
    }

    #[test]
    fn the_likeliest_class_by_hand() {
        // Right at 0.75, wrong at 0.5 (the first of two equals).
        let films = [[0.25, 0.75], [0.5, 0.5]];
        assert_eq!(top_class_error(&films, &[1, 1]), Some((0.25 + 0.5) / 2.0));
        assert_eq!(top_class_error(&[[0.5, f64::NAN]], &[0]), None);
        assert_eq!(top_class_error(&[[0.0; 0]], &[0]), None);
        assert_eq!(top_class_error(&films, &[1]), None);
    }

    #[test]
    fn squared_distance_by_hand() {
        assert_eq!(brier(&[0.5, 1.0], &[true, true]), Some(0.125));
        assert_eq!(brier(&[], &[]), None);
        assert_eq!(brier(&[f64::NAN], &[true]), None);
    }
}
