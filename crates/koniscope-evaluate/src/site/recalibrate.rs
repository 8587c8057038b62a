//! Probabilities as the site's films have them.

use std::collections::BTreeMap;

use koniscope::site::Recalibration;
use koniscope_metrics::{calibration::platt, isotonic};

use crate::predictions::LabeledPrediction;

/// How probabilities are recalibrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Slope and intercept of the logit (Platt 1999).
    Logistic,
    /// Isotonic regression (Zadrozny and Elkan 2002).
    Isotonic,
    /// Isotonic where there are films enough and it has the lower Brier score on films that it did
    /// not see; else logistic.
    Best,
}

/// Groups of patients of which each in turn is not fitted on.
pub(super) const GROUPS: usize = 5;

/// Films of either answer below which isotonic regression is not tried: it follows chance, and its
/// level stretches leave a threshold little to choose from. With 200 one that was to keep a sensitivity of
/// 0.90 had to take 0.96.
const ISOTONIC_LEAST: usize = 1000;

/// Films of either answer below which nothing is fitted, as in [`platt`].
const LEAST: usize = 10;

/// Probabilities this near to 0 or 1 have the logit of this one, as where they are read.
const NEAREST: f64 = 1e-9;

/// A calibration of all films, and each film's probabilities by one that did not see its patient.
pub(super) struct CrossFitted {
    pub(super) calibration: Vec<Recalibration>,
    pub(super) probabilities: Vec<Vec<f64>>,
}

pub(super) fn recalibrate(
    films: &[LabeledPrediction],
    method: Option<Method>,
    warnings: &mut Vec<String>,
) -> CrossFitted {
    let Some(method) = method else {
        let probabilities = films.iter().map(|film| film.probabilities.clone()).collect();
        return CrossFitted { calibration: Vec::new(), probabilities };
    };
    let classes = films.first().map_or(0, |film| film.probabilities.len());
    let groups = groups(films);
    let mut calibration = Vec::new();
    let mut above = vec![vec![1.0f64]; films.len()];
    for k in 1..classes {
        let p: Vec<f64> =
            films.iter().map(|f| f.probabilities[k..].iter().sum::<f64>().min(1.0)).collect();
        let truth: Vec<bool> = films.iter().map(|f| f.class >= k).collect();
        let yes = truth.iter().filter(|t| **t).count();
        let fewest = yes.min(truth.len() - yes);
        if fewest < LEAST {
            warnings.push(format!(
                "class {k} and above: {yes} of {} films; its probability is left as it is. {LEAST} \
                 of either answer at least were expected",
                films.len()
            ));
        }
        let (kept, seen_by_others) = best(&p, &truth, &groups, method, fewest);
        calibration.push(kept);
        for (above, p) in above.iter_mut().zip(seen_by_others) {
            let last = above[k - 1];
            above.push(p.min(last));
        }
    }
    let probabilities = above
        .into_iter()
        .map(|mut above| {
            above.push(0.0);
            above.windows(2).map(|pair| pair[0] - pair[1]).collect()
        })
        .collect();
    CrossFitted { calibration, probabilities }
}

/// The calibration by the method, and every film's probability by one fitted without its group.
fn best(
    p: &[f64],
    truth: &[bool],
    groups: &[usize],
    method: Method,
    fewest: usize,
) -> (Recalibration, Vec<f64>) {
    let fit = |chosen: &dyn Fn(usize) -> bool, isotonic: bool| {
        let (p, truth): (Vec<f64>, Vec<bool>) =
            (0..p.len()).filter(|i| chosen(*i)).map(|i| (p[i], truth[i])).unzip();
        if isotonic { fit_isotonic(&p, &truth) } else { fit_logistic(&p, &truth) }
    };
    let both = |isotonic: bool| {
        let folds: Vec<Recalibration> =
            (0..GROUPS).map(|g| fit(&|i| groups[i] != g, isotonic)).collect();
        let seen: Vec<f64> =
            p.iter().zip(groups).map(|(p, group)| folds[*group].apply(*p)).collect();
        (fit(&|_| true, isotonic), seen)
    };
    let brier = |seen: &[f64]| -> f64 {
        seen.iter().zip(truth).map(|(p, t)| (p - f64::from(u8::from(*t))).powi(2)).sum()
    };
    let logistic = both(false);
    match method {
        Method::Logistic => logistic,
        Method::Isotonic => both(true),
        Method::Best if fewest < ISOTONIC_LEAST => logistic,
        Method::Best => {
            let isotonic = both(true);
            if brier(&isotonic.1) < brier(&logistic.1) { isotonic } else { logistic }
        }
    }
}

fn fit_logistic(p: &[f64], truth: &[bool]) -> Recalibration {
    let logit = |p: &f64| {
        let p = p.clamp(NEAREST, 1.0 - NEAREST);
        (p / (1.0 - p)).ln()
    };
    let fit = platt(&p.iter().map(logit).collect::<Vec<f64>>(), truth);
    let (slope, intercept) = fit.map_or((1.0, 0.0), |fit| (fit.slope, fit.intercept));
    Recalibration::Logistic { slope, intercept }
}

fn fit_isotonic(p: &[f64], truth: &[bool]) -> Recalibration {
    let y: Vec<f64> = truth.iter().map(|t| f64::from(u8::from(*t))).collect();
    match isotonic::fit(p, &y, &vec![1.0; p.len()]) {
        Some(fitted) => {
            let (from, to) = fitted.knots().into_iter().map(|[x, y]| (x, y)).unzip();
            Recalibration::Isotonic { from, to }
        }
        None => Recalibration::identity(),
    }
}

/// A group for each film, the same for all of a patient.
pub(super) fn groups(films: &[LabeledPrediction]) -> Vec<usize> {
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    films
        .iter()
        .map(|film| {
            let next = of.len() % GROUPS;
            *of.entry(&film.patient).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::tests::films, *};

    #[test]
    fn too_sure_probabilities_become_what_they_should_be() {
        let films = films(4000, 3);
        for method in [Method::Logistic, Method::Isotonic, Method::Best] {
            let fitted = recalibrate(&films, Some(method), &mut Vec::new());
            // Half of a logit is what it should be. A curve is as rough as the films are few.
            let tolerance = if method == Method::Logistic { 0.03 } else { 0.1 };
            for p in [0.1, 0.5, 0.9f64] {
                let expected = 1.0 / (1.0 + (-0.5 * (p / (1.0 - p)).ln()).exp());
                let found = fitted.calibration[0].apply(p);
                assert!((found - expected).abs() < tolerance, "{method:?} {p}: {found}");
            }
        }
    }

    #[test]
    fn no_film_is_judged_by_a_fit_that_saw_its_patient() {
        let films = films(200, 4);
        let groups = groups(&films);
        assert!(groups.chunks_exact(2).all(|pair| pair[0] == pair[1]));
        let fitted = recalibrate(&films, Some(Method::Logistic), &mut Vec::new());
        let all = films.iter().zip(&fitted.probabilities).filter(|(film, p)| {
            let whole = fitted.calibration[0].apply(film.probabilities[1]);
            (whole - p[1]).abs() > 1e-9
        });
        assert!(all.count() > 150, "fits of four groups differ from that of all");
    }

    #[test]
    fn a_rare_class_is_left_alone_and_said_so() {
        let mut few = films(60, 5);
        few.retain(|film| film.class == 0);
        let mut warnings = Vec::new();
        let fitted = recalibrate(&few, Some(Method::Best), &mut warnings);
        assert_eq!(fitted.calibration, [Recalibration::identity()]);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
    }
}
