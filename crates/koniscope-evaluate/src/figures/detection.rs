//! Disease or not.

use koniscope_metrics::{
    counts::{Counts, predictive_values, sensitivity_at_specificity, specificity_at_sensitivity},
    decision_curve::{NetBenefit, decision_curve},
    precision_recall::average_precision,
};

use super::{Figure, Group, Section, Settings, Sheet, patients};
use crate::{THRESHOLD, cases::EvaluatedCase};

/// Specificities, and sensitivities, at which the other is told.
const AT: [f64; 2] = [0.90, 0.95];

/// Said where a class is missing.
const ONE_CLASS: &str = "films with and without disease are needed";

/// A figure of probabilities and truths.
pub(super) type Measure<'a> = dyn Fn(&[f64], &[bool]) -> Option<f64> + Sync + 'a;

/// Films with a label, their probabilities and their truth.
pub struct Labeled<'a> {
    /// The films.
    pub films: Vec<&'a EvaluatedCase>,
    /// Probability of disease.
    pub scores: Vec<f64>,
    /// Whether it shows the disease.
    pub truth: Vec<bool>,
}

impl<'a> Labeled<'a> {
    /// Those of a group.
    pub fn of(group: &Group<'a>) -> Self {
        let labeled = |film: &&'a EvaluatedCase| {
            Some((*film, film.answer()?.probability, film.case.truth.disease?))
        };
        let mut all = Self { films: Vec::new(), scores: Vec::new(), truth: Vec::new() };
        for (film, score, truth) in group.films.iter().filter_map(labeled) {
            all.films.push(film);
            all.scores.push(score);
            all.truth.push(truth);
        }
        all
    }

    /// Films with the disease.
    pub fn sick(&self) -> usize {
        self.truth.iter().filter(|t| **t).count()
    }

    pub(super) fn pick(&self, chosen: &[usize]) -> (Vec<f64>, Vec<bool>) {
        chosen.iter().map(|i| (self.scores[*i], self.truth[*i])).unzip()
    }
}

/// Figures of disease against none; nothing where no film has a label.
pub fn figures(group: &Group, settings: Settings) -> Vec<Figure> {
    let labeled = Labeled::of(group);
    if labeled.films.is_empty() {
        return Vec::new();
    }
    let patients = patients(&labeled.films);
    let mut sheet = Sheet::new(group, Section::Detection, settings.seed);
    sheet.auc("AUC (ROC)", &labeled.scores, &labeled.truth);
    let mut add = |name: String, absent: &str, of: &Measure| {
        sheet.bootstrap(name, &patients, absent, |chosen| {
            let (scores, truth) = labeled.pick(chosen);
            of(&scores, &truth)
        });
    };
    add("average precision (PR)".into(), "films with disease are needed", &average_precision);
    let counts = |scores: &[f64], truth: &[bool]| Counts::at(scores, truth, THRESHOLD);
    add(format!("accuracy at {THRESHOLD}"), "", &|s, t| counts(s, t)?.accuracy());
    add(format!("sensitivity at {THRESHOLD}"), "films with disease are needed", &|s, t| {
        counts(s, t)?.sensitivity()
    });
    add(format!("specificity at {THRESHOLD}"), "films without disease are needed", &|s, t| {
        counts(s, t)?.specificity()
    });
    for at in AT {
        add(format!("sensitivity at specificity {at:.2}"), ONE_CLASS, &|s, t| {
            sensitivity_at_specificity(s, t, at).map(|point| point.sensitivity)
        });
    }
    for at in AT {
        add(format!("specificity at sensitivity {at:.2}"), ONE_CLASS, &|s, t| {
            specificity_at_sensitivity(s, t, at).map(|point| point.specificity)
        });
    }
    let prevalence = settings.prevalence;
    for positive in [true, false] {
        let name = if positive { "PPV" } else { "NPV" };
        add(format!("{name} at {THRESHOLD}, prevalence {prevalence}"), ONE_CLASS, &|s, t| {
            let counts = counts(s, t)?;
            let values =
                predictive_values(counts.sensitivity()?, counts.specificity()?, prevalence)?;
            if positive { values.ppv } else { values.npv }
        });
    }
    sheet.done()
}

/// Net benefit at thresholds of 0.01 to 0.60; without a prevalence, at that of the films.
pub fn net_benefit(labeled: &Labeled, prevalence: Option<f64>) -> Option<Vec<NetBenefit>> {
    let thresholds: Vec<f64> = (1..=60).map(|percent| f64::from(percent) / 100.0).collect();
    decision_curve(&labeled.scores, &labeled.truth, &thresholds, prevalence)
}
