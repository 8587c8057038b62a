//! Variance of the AUC (DeLong, DeLong, Clarke-Pearson, Biometrics 1988;44:837).

use crate::{Estimate, Z95, special::two_sided_normal, usable};

/// Two scores of the same films.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedAuc {
    /// AUC of the first score.
    pub a: Estimate,
    /// AUC of the second.
    pub b: Estimate,
    /// First less second.
    pub difference: Estimate,
    /// The difference in standard errors: 0 for equal areas, infinite for a difference that does
    /// not vary from film to film.
    pub z: f64,
    /// Two-sided p of no difference.
    pub p: f64,
}

/// AUC with DeLong's 95 % interval, cut to `[0, 1]`. It is a point where the classes are told apart
/// fully, however few the films. Nothing if a class has fewer than two films.
pub fn auc_delong(scores: &[f64], truth: &[bool]) -> Option<Estimate> {
    let components = Components::of(scores, truth)?;
    Some(components.estimate(0.0, components.variance()))
}

/// Whether two scores tell the same films equally well, the films being what they share. Nothing if
/// a class has fewer than two films.
pub fn delong_paired(a: &[f64], b: &[f64], truth: &[bool]) -> Option<PairedAuc> {
    paired(a, b, truth, |components| Some(components.variance()))
}

/// Two scores whose areas vary by `variance`.
pub(super) fn paired(
    a: &[f64],
    b: &[f64],
    truth: &[bool],
    variance: impl Fn(&Components) -> Option<f64>,
) -> Option<PairedAuc> {
    let (of_a, of_b) = (Components::of(a, truth)?, Components::of(b, truth)?);
    let apart = of_a.less(&of_b);
    let (difference, varies) = (apart.auc(), variance(&apart)?);
    let z = if difference == 0.0 { 0.0 } else { difference / varies.sqrt() };
    Some(PairedAuc {
        a: of_a.estimate(0.0, variance(&of_a)?),
        b: of_b.estimate(0.0, variance(&of_b)?),
        difference: apart.estimate(-1.0, varies),
        z,
        p: two_sided_normal(z),
    })
}

/// DeLong's structural components, in the order of the films.
pub(super) struct Components {
    /// Of each positive, the share of negatives below it.
    pub(super) v10: Vec<f64>,
    /// Of each negative, the share of positives above it.
    pub(super) v01: Vec<f64>,
}

impl Components {
    /// Nothing if a class has fewer than two films or a score is no number.
    fn of(scores: &[f64], truth: &[bool]) -> Option<Self> {
        if !usable(scores, truth) {
            return None;
        }
        let of = |class| -> Vec<f64> {
            scores.iter().zip(truth).filter(|(_, t)| **t == class).map(|(s, _)| *s).collect()
        };
        let sorted = |mut values: Vec<f64>| {
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        let (positives, negatives) = (of(true), of(false));
        if positives.len() < 2 || negatives.len() < 2 {
            return None;
        }
        let (below, above) = (sorted(negatives.clone()), sorted(positives.clone()));
        Some(Self {
            v10: positives.iter().map(|x| share_below(*x, &below)).collect(),
            v01: negatives.iter().map(|y| 1.0 - share_below(*y, &above)).collect(),
        })
    }

    pub(super) fn auc(&self) -> f64 {
        self.v10.iter().sum::<f64>() / self.v10.len() as f64
    }

    fn variance(&self) -> f64 {
        [&self.v10, &self.v01].map(|v| sample_variance(v) / v.len() as f64).iter().sum()
    }

    /// The area with its interval, cut to what is possible: from `least` to 1.
    fn estimate(&self, least: f64, variance: f64) -> Estimate {
        let (value, half) = (self.auc(), Z95 * variance.sqrt());
        Estimate {
            value,
            low: (value - half).max(least),
            high: (value + half).min(1.0),
            n: self.v10.len() + self.v01.len(),
        }
    }

    /// Component by component. The variance of a difference is that of the differences, which is
    /// DeLong's `S_a + S_b - 2 S_ab` and exactly 0 for equal scores.
    fn less(&self, other: &Self) -> Self {
        let less = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
        Self { v10: less(&self.v10, &other.v10), v01: less(&self.v01, &other.v01) }
    }
}

/// Share of sorted values below `x`, those equal to it counted half.
fn share_below(x: f64, sorted: &[f64]) -> f64 {
    let below = sorted.partition_point(|v| *v < x);
    let not_above = sorted.partition_point(|v| *v <= x);
    (below + not_above) as f64 / 2.0 / sorted.len() as f64
}

fn sample_variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_do_not_differ() {
        let scores = [0.1, 0.4, 0.4, 0.8, 0.3];
        let truth = [false, false, true, true, true];
        let paired = delong_paired(&scores, &scores, &truth).unwrap();
        assert_eq!((paired.difference.value, paired.z, paired.p), (0.0, 0.0, 1.0));
        assert_eq!((paired.difference.low, paired.difference.high), (0.0, 0.0));
    }

    #[test]
    fn full_against_reversed_order_differs_for_sure() {
        let scores = [0.0, 0.1, 0.8, 0.9];
        let truth = [false, false, true, true];
        let reversed = scores.map(|s| -s);
        let paired = delong_paired(&scores, &reversed, &truth).unwrap();
        assert_eq!((paired.a.value, paired.b.value, paired.difference.value), (1.0, 0.0, 1.0));
        assert_eq!((paired.z, paired.p), (f64::INFINITY, 0.0));
    }

    #[test]
    fn one_film_of_a_class_has_no_variance() {
        assert_eq!(auc_delong(&[0.1, 0.2, 0.3], &[false, false, true]), None);
        assert_eq!(delong_paired(&[0.1; 4], &[0.1; 3], &[true, true, false, false]), None);
    }
}
