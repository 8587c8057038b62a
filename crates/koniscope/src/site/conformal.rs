//! Sets of classes with a stated coverage.

use serde::{Deserialize, Serialize};

/// Split conformal prediction (Sadinle, Lei, Wasserman 2019): a class is in the set if its
/// probability is at least 1 less the limit. Among films like those that the limit comes from, the true
/// class is in the set with at least the stated coverage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conformal {
    /// Stated coverage, above 0 and below 1.
    pub coverage: f64,
    /// Highest `1 - p` of a class in the set: one for all classes, or one each, which states the
    /// coverage within each class (Vovk 2012).
    pub limits: Vec<f64>,
}

impl Conformal {
    /// The classes of a film by their places, in order and without gaps: stages are ordered, and
    /// one that lies between two possible ones is possible. Never empty: the likeliest class is
    /// in it. Both only add to the coverage.
    pub fn set(&self, probabilities: &[f64]) -> Vec<usize> {
        let limit = |class: usize| self.limits[class.min(self.limits.len() - 1)];
        let is_in = |class: &usize| 1.0 - probabilities[*class] <= limit(*class);
        let likeliest = |a: &usize, b: &usize| probabilities[*a].total_cmp(&probabilities[*b]);
        let best = (0..probabilities.len()).max_by(likeliest).unwrap_or(0);
        let low = (0..probabilities.len()).find(is_in).unwrap_or(best).min(best);
        let high = (0..probabilities.len()).rev().find(is_in).unwrap_or(best).max(best);
        (low..=high).collect()
    }

    /// Whether there are limits for so many classes.
    pub(super) fn suits(&self, classes: usize) -> bool {
        self.limits.len() == 1 || self.limits.len() == classes
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if !(self.coverage > 0.0 && self.coverage < 1.0) {
            return Err(format!(
                "the coverage of sets is {}; above 0 and below 1 was expected",
                self.coverage
            ));
        }
        if self.limits.is_empty() || self.limits.iter().any(|limit| limit.is_nan() || *limit < 0.0)
        {
            return Err("sets need limits of 0 and above".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_have_no_gaps_and_are_never_empty() {
        let one = Conformal { coverage: 0.9, limits: vec![0.7] };
        assert_eq!(one.set(&[0.4, 0.1, 0.35, 0.15]), [0, 1, 2]);
        assert_eq!(one.set(&[0.1, 0.1, 0.1, 0.7]), [3]);
        assert_eq!(one.set(&[0.28, 0.26, 0.24, 0.22]), [0]);
        let each = Conformal { coverage: 0.9, limits: vec![0.5, 0.95, 0.5, 0.5] };
        assert_eq!(each.set(&[0.9, 0.06, 0.04, 0.0]), [0, 1]);
        assert!(!each.suits(2) && each.suits(4) && one.suits(2));
        // A limit of infinity, from too few films, takes all.
        let all = Conformal { coverage: 0.9, limits: vec![f64::INFINITY] };
        assert_eq!(all.set(&[0.9, 0.1]), [0, 1]);
    }
}
