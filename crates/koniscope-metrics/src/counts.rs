//! Who is found and who is not, at one threshold.

use crate::{
    roc::{Point, curve},
    usable,
};

/// Films by truth and by what was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sick and read so.
    pub true_positives: usize,
    /// Healthy, read as sick.
    pub false_positives: usize,
    /// Healthy and read so.
    pub true_negatives: usize,
    /// Sick, read as healthy.
    pub false_negatives: usize,
}

impl Counts {
    /// `score >= threshold` is read as sick. Nothing if a score or the threshold is no number.
    pub fn at(scores: &[f64], truth: &[bool], threshold: f64) -> Option<Self> {
        if !usable(scores, truth) || threshold.is_nan() {
            return None;
        }
        let mut counts = Self::default();
        for (score, sick) in scores.iter().zip(truth) {
            *match (*sick, *score >= threshold) {
                (true, true) => &mut counts.true_positives,
                (false, true) => &mut counts.false_positives,
                (false, false) => &mut counts.true_negatives,
                (true, false) => &mut counts.false_negatives,
            } += 1;
        }
        Some(counts)
    }

    /// Films.
    pub fn n(&self) -> usize {
        self.sick() + self.healthy()
    }

    /// Films of the sick.
    pub fn sick(&self) -> usize {
        self.true_positives + self.false_negatives
    }

    /// Films of the healthy.
    pub fn healthy(&self) -> usize {
        self.true_negatives + self.false_positives
    }

    /// Share of the sick who are read so.
    pub fn sensitivity(&self) -> Option<f64> {
        share(self.true_positives, self.sick())
    }

    /// Share of the healthy who are read so.
    pub fn specificity(&self) -> Option<f64> {
        share(self.true_negatives, self.healthy())
    }

    /// Share read right.
    pub fn accuracy(&self) -> Option<f64> {
        share(self.true_positives + self.true_negatives, self.n())
    }

    /// Positive predictive value: share of those read as sick who are, at the prevalence of these
    /// films.
    pub fn ppv(&self) -> Option<f64> {
        share(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Negative predictive value: share of those read as healthy who are, at the prevalence of these
    /// films.
    pub fn npv(&self) -> Option<f64> {
        share(self.true_negatives, self.true_negatives + self.false_negatives)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What a reading is worth where the disease is as common as stated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictiveValues {
    /// Share of the positive who are sick; nothing where none is positive.
    pub ppv: Option<f64>,
    /// Share of the negative who are healthy; nothing where none is negative.
    pub npv: Option<f64>,
}

/// Predictive values by Bayes' rule, sensitivity and specificity being the same in both
/// populations. Nothing unless all three are within `[0, 1]`.
pub fn predictive_values(
    sensitivity: f64,
    specificity: f64,
    prevalence: f64,
) -> Option<PredictiveValues> {
    if [sensitivity, specificity, prevalence].iter().any(|share| !(0.0..=1.0).contains(share)) {
        return None;
    }
    let (found, missed) = (sensitivity * prevalence, (1.0 - sensitivity) * prevalence);
    let (cleared, alarmed) =
        (specificity * (1.0 - prevalence), (1.0 - specificity) * (1.0 - prevalence));
    let of = |part: f64, other: f64| (part + other > 0.0).then(|| part / (part + other));
    Some(PredictiveValues { ppv: of(found, alarmed), npv: of(cleared, missed) })
}

/// The point of the ROC curve with the lowest threshold, and so the most sick found, among those of
/// `specificity` and above. Its threshold is infinite where only finding no one is so specific.
/// Nothing if a class is missing, a score is no number, or `specificity` not within `[0, 1]`.
pub fn sensitivity_at_specificity(
    scores: &[f64],
    truth: &[bool],
    specificity: f64,
) -> Option<Point> {
    (specificity >= 0.0).then_some(())?;
    curve(scores, truth).into_iter().rev().find(|point| point.specificity >= specificity)
}

/// The point of the ROC curve with the highest threshold, and so the fewest false alarms, among
/// those of `sensitivity` and above. Nothing if a class is missing, a score is no number, or
/// `sensitivity` not within `[0, 1]`.
pub fn specificity_at_sensitivity(
    scores: &[f64],
    truth: &[bool],
    sensitivity: f64,
) -> Option<Point> {
    (sensitivity >= 0.0).then_some(())?;
    curve(scores, truth).into_iter().find(|point| point.sensitivity >= sensitivity)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn joined(healthy: &[f64], sick: &[f64]) -> (Vec<f64>, Vec<bool>) {
        let of = |scores: &[f64], is_sick| scores.iter().map(|s| (*s, is_sick)).collect::<Vec<_>>();
        of(healthy, false).into_iter().chain(of(sick, true)).unzip()
    }

    #[test]
    fn operating_points_by_hand() {
        let healthy: Vec<f64> = (0..10).map(|i| f64::from(i) / 10.0).collect();
        // Nine of ten healthy lie below 0.85, the lowest score above 0.8.
        let (scores, truth) = joined(&healthy, &[0.8, 0.85, 0.95, 0.2]);
        let at = sensitivity_at_specificity(&scores, &truth, 0.9).unwrap();
        assert_eq!((at.threshold, at.sensitivity, at.specificity), (0.85, 0.5, 0.9));
        // Nine of ten sick lie at 0.5 and above; so do five healthy.
        let sick = [0.1, 0.5, 0.6, 0.6, 0.7, 0.7, 0.8, 0.8, 0.9, 0.9];
        let (scores, truth) = joined(&healthy, &sick);
        let at = specificity_at_sensitivity(&scores, &truth, 0.9).unwrap();
        assert_eq!((at.threshold, at.sensitivity, at.specificity), (0.5, 0.9, 0.5));
        assert_eq!(sensitivity_at_specificity(&[0.5], &[true], 0.9), None);
        assert_eq!(specificity_at_sensitivity(&[0.5], &[true], 0.9), None);
        assert_eq!(sensitivity_at_specificity(&scores, &truth, f64::NAN), None);
        assert_eq!(specificity_at_sensitivity(&scores, &truth, 1.5), None);
    }

    #[test]
    fn counts_by_hand() {
        let counts = Counts::at(&[0.1, 0.5, 0.5, 0.9], &[true, false, true, true], 0.5).unwrap();
        assert_eq!((counts.true_positives, counts.false_positives), (2, 1));
        assert_eq!((counts.true_negatives, counts.false_negatives), (0, 1));
        assert_eq!((counts.accuracy(), counts.specificity()), (Some(0.5), Some(0.0)));
        assert_eq!((counts.ppv(), counts.npv()), (Some(2.0 / 3.0), Some(0.0)));
        assert_eq!(Counts::default().sensitivity(), None);
        assert_eq!(Counts::at(&[0.1], &[true], f64::NAN), None);
    }

    #[test]
    fn predictive_values_by_hand() {
        // Of 1000 people 50 are sick: 45 found, 5 missed, 95 alarmed, 855 cleared.
        let values = predictive_values(0.9, 0.9, 0.05).unwrap();
        assert!((values.ppv.unwrap() - 45.0 / 140.0).abs() < 1e-12);
        assert!((values.npv.unwrap() - 855.0 / 860.0).abs() < 1e-12);
        let nobody = PredictiveValues { ppv: None, npv: Some(0.95) };
        assert_eq!(predictive_values(0.0, 1.0, 0.05), Some(nobody));
        assert_eq!(predictive_values(0.9, 1.1, 0.05), None);
        assert_eq!(predictive_values(0.9, f64::NAN, 0.05), None);
    }
}
