//! Precision against recall, which tells more than the ROC curve where the sick are few (Saito and
//! Rehmsmeier, PLoS ONE 2015;10:e0118432).

use crate::sweep::{Step, steps, totals};

/// Point of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Scores of this and above are positive.
    pub threshold: f64,
    /// Share of the positive who are sick.
    pub precision: f64,
    /// Share of the sick who are positive.
    pub recall: f64,
}

/// The curve down all distinct scores, recall growing. Empty if no film is sick or a score is no
/// number.
pub fn curve(scores: &[f64], truth: &[bool]) -> Vec<Point> {
    let steps = steps(scores, truth).unwrap_or_default();
    let (sick, _) = totals(&steps);
    if sick == 0 {
        return Vec::new();
    }
    let point = |step: &Step| Point {
        threshold: step.threshold,
        precision: step.true_positives as f64 / (step.true_positives + step.false_positives) as f64,
        recall: step.true_positives as f64 / sick as f64,
    };
    steps.iter().map(point).collect()
}

/// Average precision: the precisions, each weighted by the recall gained with it (Manning, Raghavan,
/// Schütze 2008, chapter 8). No line is drawn between points, since that would flatter (Davis and
/// Goadrich 2006). A score of no worth has the prevalence. Nothing if no film is sick or a score is
/// no number.
pub fn average_precision(scores: &[f64], truth: &[bool]) -> Option<f64> {
    let points = curve(scores, truth);
    let mut before = 0.0;
    let mut sum = 0.0;
    for point in &points {
        sum += (point.recall - before) * point.precision;
        before = point.recall;
    }
    (!points.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand_with_a_tie() {
        // 0.8: one of one. 0.4: two of three. Nothing is gained after.
        let average = average_precision(&[0.1, 0.4, 0.4, 0.8], &[false, false, true, true]);
        assert_eq!(average, Some(0.5 + 0.5 * 2.0 / 3.0));
        assert_eq!(average_precision(&[0.1, 0.4], &[false, false]), None);
        assert_eq!(average_precision(&[0.1, f64::NAN], &[false, true]), None);
        // A score that is always the same is worth the prevalence.
        assert_eq!(average_precision(&[0.5; 4], &[true, false, false, false]), Some(0.25));
    }
}
