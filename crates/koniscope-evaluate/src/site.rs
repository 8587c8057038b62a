//! A site's file from its own films: what `koniscope calibrate` and `koniscope operating-point` fit.
//!
//! Everything is fitted on films that were read without a site's file, so that nothing is calibrated
//! twice.

mod coverage;
mod operating_point;
mod recalibrate;

use koniscope::{
    features::Features,
    site::{Conformal, Films, Range, Recalibration, Site},
};
use koniscope_metrics::conformal;

use crate::predictions::LabeledPrediction;

pub use coverage::{Covered, coverage_figures, covered};
pub use operating_point::{Goal, operating_point};
pub use recalibrate::Method;
use recalibrate::{CrossFitted, recalibrate};

/// What is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wishes {
    /// How probabilities are recalibrated; nothing leaves them as they are.
    pub method: Option<Method>,
    /// Coverage of the sets of classes, above 0 and below 1; nothing makes none.
    pub coverage: Option<f64>,
    /// Whether the coverage is stated within each class.
    pub per_class: bool,
}

/// A site's file, and what should be known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The file, without a threshold.
    pub site: Site,
    /// What there were too few films for.
    pub warnings: Vec<String>,
}

/// Films of a class below which a limit of its own means little.
const FEW: usize = 50;

/// Fits a site's file to films that were read by a model, by [name, SHA-256 of its weights and of their
/// calibration](crate::predictions::LabeledPredictions::model).
///
/// # Errors
/// If there are no films, or their probabilities have different numbers of classes.
pub fn fit(
    films: &[LabeledPrediction],
    data: &str,
    model: [&str; 3],
    wishes: Wishes,
) -> Result<Fitted, String> {
    if films.is_empty() {
        return Err(
            "no film has a stage (of a model with two classes: a label) and an answer. Evaluate \
            films whose table has a column stage or the grades of six zones"
                .into(),
        );
    }
    let classes = films.first().map(|film| film.probabilities.len()).unwrap_or_default();
    if classes < 2 || films.iter().any(|f| f.probabilities.len() != classes || f.class >= classes) {
        return Err(format!(
            "{} films with probabilities of {classes} classes; films with the same two or four \
             classes were expected",
            films.len()
        ));
    }
    let mut warnings = Vec::new();
    let per_class: Vec<usize> =
        (0..classes).map(|class| films.iter().filter(|f| f.class == class).count()).collect();
    let (calibration, conformal) = decisions(films, wishes, &mut warnings);
    if wishes.per_class {
        for (class, n) in per_class.iter().enumerate().filter(|(_, n)| **n < FEW) {
            warnings.push(format!(
                "class {class} has {n} films: its limit is little more than a guess"
            ));
        }
    }
    let mut patients: Vec<&str> = films.iter().map(|f| f.patient.as_str()).collect();
    patients.sort_unstable();
    patients.dedup();
    let [model, model_sha256, calibration_sha256] = model.map(str::to_owned);
    let site = Site {
        model,
        model_sha256,
        calibration_sha256,
        films: Films {
            data: data.to_owned(),
            films: films.len(),
            patients: patients.len(),
            per_class,
        },
        calibration,
        operating: None,
        conformal,
        familiar: ranges(films),
    };
    Ok(Fitted { site, warnings })
}

/// How probabilities are recalibrated, and the limits of sets.
fn decisions(
    films: &[LabeledPrediction],
    wishes: Wishes,
    warnings: &mut Vec<String>,
) -> (Vec<Recalibration>, Option<Conformal>) {
    let CrossFitted { calibration, probabilities } = recalibrate(films, wishes.method, warnings);
    let conformal = wishes
        .coverage
        .map(|coverage| limits(films, &probabilities, coverage, wishes.per_class, warnings));
    (calibration, conformal)
}

/// Limits of `1 - p` of the true class on films whose recalibration did not see them.
fn limits(
    films: &[LabeledPrediction],
    probabilities: &[Vec<f64>],
    coverage: f64,
    per_class: bool,
    warnings: &mut Vec<String>,
) -> Conformal {
    let classes = probabilities.first().map_or(0, Vec::len);
    let truth: Vec<usize> = films.iter().map(|film| film.class).collect();
    let scores: Vec<f64> =
        truth.iter().zip(probabilities).map(|(class, p)| 1.0 - p[*class]).collect();
    let limits = if per_class {
        conformal::class_thresholds(&scores, &truth, classes, coverage)
    } else {
        conformal::threshold(&scores, coverage).map(|limit| vec![limit])
    };
    // A score that is no number promises nothing: sets hold every class.
    let limits = limits.unwrap_or_else(|| vec![f64::INFINITY]);
    if limits.iter().any(|limit| limit.is_infinite()) {
        warnings.push(format!(
            "too few films for a coverage of {coverage}: sets hold every class. {} films of each \
             group at least were expected",
            (1.0 / (1.0 - coverage)).ceil() - 1.0
        ));
    }
    // No probability is below 0: a limit of 1 takes all classes, and TOML has no trouble with it.
    Conformal { coverage, limits: limits.into_iter().map(|limit| limit.min(1.0)).collect() }
}

/// Range of every measure.
fn ranges(films: &[LabeledPrediction]) -> Vec<Range> {
    let of = |i: usize| films.iter().filter_map(move |film| film.features.map(|values| values[i]));
    let names = Features::NAMES.into_iter().enumerate();
    names
        .filter_map(|(i, name)| {
            let low = of(i).reduce(f64::min)?;
            let high = of(i).reduce(f64::max)?;
            // Numbers lose their last digit on the way through files.
            let slack = 1e-9 * low.abs().max(high.abs());
            Some(Range { name: name.into(), low: low - slack, high: high + slack })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use koniscope_metrics::rng::rng_for;
    use rand::Rng;

    use super::*;

    /// Films whose probabilities are too sure: their logit is twice what it should be.
    pub(super) fn films(count: usize, seed: u64) -> Vec<LabeledPrediction> {
        let mut rng = rng_for(seed, 0, 0);
        (0..count)
            .map(|i| {
                let z: f64 = rng.random_range(-3.0..3.0);
                let sick = rng.random::<f64>() < 1.0 / (1.0 + (-z).exp());
                let p = 1.0 / (1.0 + (-2.0 * z).exp());
                LabeledPrediction {
                    patient: format!("{}", i / 2),
                    probabilities: vec![1.0 - p, p],
                    class: usize::from(sick),
                    features: Some([z; Features::NAMES.len()]),
                }
            })
            .collect()
    }

    const WISHES: Wishes =
        Wishes { method: Some(Method::Logistic), coverage: Some(0.9), per_class: false };

    #[test]
    fn sets_cover_as_stated_on_films_that_were_not_seen() {
        for per_class in [false, true] {
            let fitted =
                fit(&films(3000, 1), "made", ["m", "ab", "ef"], Wishes { per_class, ..WISHES });
            let site = fitted.expect("enough films").site;
            assert!(site.fits(["m", "ab", "ef"], 2).is_ok());
            let fresh = films(4000, 2);
            for class in 0..2 {
                let own: Vec<&LabeledPrediction> =
                    fresh.iter().filter(|f| f.class == class).collect();
                let covered = own.iter().filter(|film| {
                    let decided = site.decide(&film.probabilities, None);
                    decided.set.is_some_and(|set| set.contains(&class))
                });
                let share = covered.count() as f64 / own.len() as f64;
                assert!((share - 0.9).abs() < 0.03, "class {class}: {share}");
            }
        }
    }

    #[test]
    fn ranges_hold_every_film_and_few_of_others() {
        let fitted = fit(&films(400, 1), "made", ["m", "ab", "ef"], WISHES).expect("enough films");
        for film in films(400, 1) {
            let z = film.features.expect("measured")[0];
            assert!(fitted.site.familiar.iter().all(|r| (r.low..=r.high).contains(&z)));
        }
        assert_eq!(fitted.site.films.patients, 200);
        assert_eq!(fitted.site.films.per_class.iter().sum::<usize>(), 400);
    }

    #[test]
    fn too_few_films_are_said_to_be() {
        let fitted = fit(&films(6, 1), "made", ["m", "ab", "ef"], WISHES).expect("some films");
        assert!(fitted.warnings.iter().any(|w| w.contains("too few")), "{:?}", fitted.warnings);
        let set = fitted.site.decide(&[0.99, 0.01], None).set;
        assert_eq!(set, Some(vec![0, 1]));
        assert!(fit(&[], "none", ["m", "ab", "ef"], WISHES).is_err());
    }
}
