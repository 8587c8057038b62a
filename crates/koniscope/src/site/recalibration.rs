//! Probabilities as a site's films have them.

use serde::{Deserialize, Serialize};

/// Probabilities this near to 0 or 1 have the logit of this one.
const NEAREST: f64 = 1e-9;

/// How one probability becomes another; monotone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "lowercase", deny_unknown_fields)]
pub enum Recalibration {
    /// `sigmoid(slope * logit(p) + intercept)` (Platt 1999; Cox 1958 of the logit).
    Logistic {
        /// Above 0.
        slope: f64,
        /// Shift.
        intercept: f64,
    },
    /// Linear between knots, constant beyond (isotonic regression: Zadrozny and Elkan 2002).
    Isotonic {
        /// Probabilities before, rising.
        from: Vec<f64>,
        /// Probabilities after, not falling.
        to: Vec<f64>,
    },
}

impl Recalibration {
    /// Changes nothing.
    pub fn identity() -> Self {
        Self::Logistic { slope: 1.0, intercept: 0.0 }
    }

    /// The probability that takes the place of `p`.
    pub fn apply(&self, p: f64) -> f64 {
        match self {
            Self::Logistic { slope, intercept } => {
                let p = p.clamp(NEAREST, 1.0 - NEAREST);
                1.0 / (1.0 + (-(slope * (p / (1.0 - p)).ln() + intercept)).exp())
            }
            Self::Isotonic { from, to } => {
                let after = from.partition_point(|x| *x <= p);
                match (after.checked_sub(1), from.get(after)) {
                    (None, _) => to[0],
                    (Some(before), None) => to[before],
                    (Some(before), Some(next)) => {
                        let t = (p - from[before]) / (next - from[before]);
                        to[before] + t * (to[after] - to[before])
                    }
                }
            }
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Self::Logistic { slope, intercept } => {
                if !(slope.is_finite() && *slope > 0.0 && intercept.is_finite()) {
                    return Err(format!(
                        "slope {slope} and intercept {intercept}; a slope above 0 was expected"
                    ));
                }
            }
            Self::Isotonic { from, to } => {
                let rises = from.is_sorted_by(|a, b| a < b) && to.is_sorted();
                let bounded = from.iter().chain(to).all(|p| (0.0..=1.0).contains(p));
                if from.is_empty() || from.len() != to.len() || !rises || !bounded {
                    return Err("an isotonic calibration needs as many rising `from` as not \
                                falling `to`, all within 0 and 1"
                        .into());
                }
            }
        }
        Ok(())
    }
}

/// Recalibrates the probability of "class k and above" for each `k`; where the results would cross, the
/// lower one is taken. Without calibrations the probabilities stay.
pub(super) fn apply(calibration: &[Recalibration], probabilities: &[f64]) -> Vec<f64> {
    if calibration.len() + 1 != probabilities.len() {
        return probabilities.to_vec();
    }
    let mut above = vec![1.0f64];
    for (k, calibration) in calibration.iter().enumerate() {
        let sum: f64 = probabilities[k + 1..].iter().sum();
        above.push(calibration.apply(sum.clamp(0.0, 1.0)).min(above[k]));
    }
    above.push(0.0);
    above.windows(2).map(|pair| pair[0] - pair[1]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn knots_are_joined_by_lines() {
        let isotonic =
            Recalibration::Isotonic { from: vec![0.2, 0.4, 0.8], to: vec![0.1, 0.1, 0.9] };
        for (p, expected) in [(0.0, 0.1), (0.2, 0.1), (0.6, 0.5), (0.8, 0.9), (1.0, 0.9)] {
            assert!((isotonic.apply(p) - expected).abs() < 1e-12, "{p}");
        }
        assert!(isotonic.check().is_ok());
        let falls = Recalibration::Isotonic { from: vec![0.2, 0.4], to: vec![0.5, 0.1] };
        assert!(falls.check().is_err());
    }

    #[test]
    fn nothing_to_do_changes_nothing() {
        let p = [0.1, 0.2, 0.3, 0.4];
        assert_eq!(apply(&[], &p), p);
        let same = apply(&vec![Recalibration::identity(); 3], &p);
        assert!(same.iter().zip(p).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    proptest! {
        #[test]
        fn results_are_probabilities(
            raw in proptest::array::uniform4(0.001f64..1.0),
            slopes in proptest::array::uniform3(0.1f64..4.0),
            intercepts in proptest::array::uniform3(-5.0f64..5.0),
        ) {
            let sum: f64 = raw.iter().sum();
            let p = raw.map(|v| v / sum);
            let calibration: Vec<_> = slopes
                .into_iter()
                .zip(intercepts)
                .map(|(slope, intercept)| Recalibration::Logistic { slope, intercept })
                .collect();
            let found = apply(&calibration, &p);
            prop_assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(found.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}
