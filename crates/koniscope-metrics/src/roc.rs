//! The ROC curve, and the area under it with its interval.

mod clustered;
mod delong;

pub use clustered::delong_paired_by_patient;
pub use delong::{PairedAuc, auc_delong, delong_paired};

use crate::{
    sweep::{steps, totals},
    usable,
};

/// Point of a ROC curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Scores of this and above are positive; infinite where no film is.
    pub threshold: f64,
    /// Share of the sick who are positive.
    pub sensitivity: f64,
    /// Share of the healthy who are negative.
    pub specificity: f64,
}

/// Probability that a positive scores above a negative, ties counted half (Hanley and McNeil
/// 1982). Nothing if a class is missing or a score is no number.
pub fn auc(scores: &[f64], truth: &[bool]) -> Option<f64> {
    auc_weighted(scores, truth, &vec![1.0; scores.len()])
}

/// AUC of films that count as much as their `weights`, 0 and above, as to draw another population.
/// Nothing if a class has no weight, or a weight is negative or infinite.
pub fn auc_weighted(scores: &[f64], truth: &[bool], weights: &[f64]) -> Option<f64> {
    let sound = |w: &f64| *w >= 0.0 && w.is_finite();
    if !usable(scores, truth) || scores.len() != weights.len() || !weights.iter().all(sound) {
        return None;
    }
    let mut films: Vec<usize> = (0..scores.len()).collect();
    films.sort_unstable_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let (mut sick, mut healthy, mut ordered) = (0.0, 0.0, 0.0);
    for tied in films.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let weight_of = |class| -> f64 {
            tied.iter().filter(|i| truth[**i] == class).map(|i| weights[*i]).sum()
        };
        let (sick_here, healthy_here) = (weight_of(true), weight_of(false));
        ordered += sick_here * (healthy + healthy_here / 2.0);
        sick += sick_here;
        healthy += healthy_here;
    }
    let area = ordered / (sick * healthy);
    area.is_finite().then_some(area)
}

/// The curve from (sensitivity 0, specificity 1) down all distinct scores. Empty if a class is
/// missing or a score is no number.
pub fn curve(scores: &[f64], truth: &[bool]) -> Vec<Point> {
    let steps = steps(scores, truth).unwrap_or_default();
    let (sick, healthy) = totals(&steps);
    if sick == 0 || healthy == 0 {
        return Vec::new();
    }
    let none = Point { threshold: f64::INFINITY, sensitivity: 0.0, specificity: 1.0 };
    let points = steps.iter().map(|step| Point {
        threshold: step.threshold,
        sensitivity: step.true_positives as f64 / sick as f64,
        specificity: (healthy - step.false_positives) as f64 / healthy as f64,
    });
    std::iter::once(none).chain(points).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand_with_a_tie() {
        let scores = [0.1, 0.4, 0.4, 0.8];
        let truth = [false, false, true, true];
        assert_eq!(auc(&scores, &truth), Some((1.0 + 0.5 + 1.0 + 1.0) / 4.0));
        assert_eq!(auc(&scores, &[true; 4]), None);
        assert_eq!(auc(&scores, &truth[..3]), None);
        assert_eq!(auc(&[f64::NAN, 1.0], &[true, false]), None);
        // Without the film that is tied, all are in order.
        assert_eq!(auc_weighted(&scores, &truth, &[1.0, 0.0, 1.0, 2.0]), Some(1.0));
        assert_eq!(auc_weighted(&scores, &truth, &[0.0, 0.0, 1.0, 2.0]), None);
        assert_eq!(auc_weighted(&scores, &truth, &[1.0, -1.0, 1.0, 2.0]), None);
    }

    #[test]
    fn tied_films_are_one_point() {
        let points = curve(&[0.1, 0.4, 0.4, 0.8], &[false, false, true, true]);
        let as_tuple = |p: &Point| (p.threshold, p.sensitivity, p.specificity);
        assert_eq!(
            points.iter().map(as_tuple).collect::<Vec<_>>(),
            [(f64::INFINITY, 0.0, 1.0), (0.8, 0.5, 1.0), (0.4, 1.0, 0.5), (0.1, 1.0, 0.0)]
        );
        assert!(curve(&[0.3, 0.2], &[true, true]).is_empty());
        assert!(curve(&[], &[]).is_empty());
    }
}
