//! One walk over all thresholds, which every curve is made of.

use crate::usable;

/// What is positive at one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Step {
    /// Scores of this and above are positive.
    pub(crate) threshold: f64,
    /// Sick among them.
    pub(crate) true_positives: usize,
    /// Healthy among them.
    pub(crate) false_positives: usize,
}

/// Every distinct score as a threshold, the highest first; equal scores are one step. Nothing if
/// the slices are not usable.
pub(crate) fn steps(scores: &[f64], truth: &[bool]) -> Option<Vec<Step>> {
    if !usable(scores, truth) {
        return None;
    }
    let mut films: Vec<(f64, bool)> = scores.iter().copied().zip(truth.iter().copied()).collect();
    films.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut steps: Vec<Step> = Vec::new();
    let (mut true_positives, mut false_positives) = (0, 0);
    for (threshold, sick) in films {
        true_positives += usize::from(sick);
        false_positives += usize::from(!sick);
        let step = Step { threshold, true_positives, false_positives };
        match steps.last_mut() {
            Some(last) if last.threshold == threshold => *last = step,
            _ => steps.push(step),
        }
    }
    Some(steps)
}

/// The last step's counts: all sick, all healthy.
pub(crate) fn totals(steps: &[Step]) -> (usize, usize) {
    steps.last().map_or((0, 0), |last| (last.true_positives, last.false_positives))
}
