//! The threshold of a site.

use koniscope::site::{Criterion, OperatingPoint, Site};
use koniscope_metrics::{
    counts::{Counts, predictive_values},
    proportion::wilson,
};

use crate::predictions::LabeledPrediction;

/// What is wanted of the threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// Of what.
    pub criterion: Criterion,
    /// How much, above 0 and at most 1.
    pub wanted: f64,
    /// Share of the sick among those to be read; for a predictive value.
    pub prevalence: f64,
}

/// Half width of an interval from which a figure is too loose to stand on.
const LOOSE: f64 = 0.05;

/// Sets the threshold of a site on its films: the highest one that keeps a sensitivity, or the lowest
/// that keeps a specificity or a predictive value. Nothing else is given up for it than must be.
///
/// The warnings say where the films are too few.
///
/// # Errors
/// If the sick or the healthy are missing, or no threshold gives what is wanted; with what the best
/// one gives.
pub fn operating_point(
    films: &[LabeledPrediction],
    site: &Site,
    goal: Goal,
) -> Result<(OperatingPoint, Vec<String>), String> {
    let scores: Vec<f64> =
        films.iter().map(|f| 1.0 - site.decide(&f.probabilities, None).probabilities[0]).collect();
    let truth: Vec<bool> = films.iter().map(|f| f.class > 0).collect();
    let sick = truth.iter().filter(|t| **t).count();
    if sick == 0 || sick == truth.len() {
        return Err(format!(
            "{sick} of {} films are sick; some of both were expected",
            truth.len()
        ));
    }
    let mut thresholds = scores.clone();
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup();
    let counts = |threshold: f64| Counts::at(&scores, &truth, threshold);
    let value = |threshold: f64| -> Option<f64> {
        let counts = counts(threshold)?;
        let (sensitivity, specificity) = (counts.sensitivity()?, counts.specificity()?);
        match goal.criterion {
            Criterion::Sensitivity => Some(sensitivity),
            Criterion::Specificity => Some(specificity),
            Criterion::Ppv => predictive_values(sensitivity, specificity, goal.prevalence)?.ppv,
        }
    };
    let reaches = |threshold: &&f64| value(**threshold).is_some_and(|v| v >= goal.wanted);
    let found = match goal.criterion {
        Criterion::Sensitivity => thresholds.iter().rev().find(reaches),
        Criterion::Specificity | Criterion::Ppv => thresholds.iter().find(reaches),
    };
    let Some(&threshold) = found else {
        let best = thresholds.iter().filter_map(|t| value(*t)).fold(0.0, f64::max);
        return Err(format!(
            "no threshold gives {}; the best one gives {best:.3}. Ask for less",
            goal.wanted
        ));
    };
    let counts = counts(threshold).ok_or("a probability is no number")?;
    let mut warnings = Vec::new();
    let mut share = |name: &str, k: usize, n: usize| -> Result<[f64; 3], String> {
        let e = wilson(k, n).ok_or("no films")?;
        if e.value - e.low > LOOSE {
            // Half a Wald interval of the wanted width.
            let needed = (1.96 / LOOSE).powi(2) * (e.value * (1.0 - e.value)).max(0.05);
            warnings.push(format!(
                "{name} {:.3} ({:.3} to {:.3}) stands on {n} films; about {needed:.0} would hold it \
                 within {LOOSE}",
                e.value, e.low, e.high
            ));
        }
        Ok([e.value, e.low, e.high])
    };
    let sensitivity = share("sensitivity", counts.true_positives, counts.sick())?;
    let specificity = share("specificity", counts.true_negatives, counts.healthy())?;
    let point = OperatingPoint {
        // Numbers lose their last digit on the way through files; the film that it stands on stays.
        threshold: (threshold - 1e-9).max(0.0),
        criterion: goal.criterion,
        wanted: goal.wanted,
        prevalence: (goal.criterion == Criterion::Ppv).then_some(goal.prevalence),
        sensitivity,
        specificity,
    };
    Ok((point, warnings))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::films, *};

    fn goal(criterion: Criterion, wanted: f64) -> Goal {
        Goal { criterion, wanted, prevalence: 0.05 }
    }

    #[test]
    fn what_is_wanted_is_kept_and_no_more_is_given_up() {
        let films = films(2000, 7);
        let site = Site::default();
        let (point, warnings) =
            operating_point(&films, &site, goal(Criterion::Sensitivity, 0.9)).expect("a threshold");
        assert!((0.9..0.902).contains(&point.sensitivity[0]), "{point:?}");
        assert!(warnings.is_empty(), "{warnings:?}");
        let (point, _) =
            operating_point(&films, &site, goal(Criterion::Specificity, 0.8)).expect("a threshold");
        assert!((0.8..0.802).contains(&point.specificity[0]), "{point:?}");
        let (point, _) =
            operating_point(&films, &site, goal(Criterion::Ppv, 0.2)).expect("a threshold");
        let [sensitivity, specificity] = [point.sensitivity[0], point.specificity[0]];
        let ppv = 0.05 * sensitivity / (0.05 * sensitivity + 0.95 * (1.0 - specificity));
        assert!(ppv >= 0.2 - 1e-12 && point.prevalence == Some(0.05), "{ppv}");
    }

    #[test]
    fn few_films_and_impossible_wishes_are_said() {
        let few = films(40, 7);
        let (_, warnings) =
            operating_point(&few, &Site::default(), goal(Criterion::Sensitivity, 0.9))
                .expect("one");
        assert!(warnings.iter().any(|w| w.contains("would hold it")), "{warnings:?}");
        // The highest probability is a healthy film's: none of the positive may be sick alone.
        let mut none = few.clone();
        none.push(LabeledPrediction { probabilities: vec![0.0, 1.0], class: 0, ..none[0].clone() });
        let error =
            operating_point(&none, &Site::default(), goal(Criterion::Ppv, 1.0)).unwrap_err();
        assert!(error.contains("the best one gives 0."), "{error}");
        let sick: Vec<LabeledPrediction> = few.into_iter().filter(|f| f.class == 1).collect();
        assert!(
            operating_point(&sick, &Site::default(), goal(Criterion::Sensitivity, 0.9)).is_err()
        );
    }
}
