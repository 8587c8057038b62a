//! Figures of staging, for either way of reading.

use koniscope_metrics::{
    agreement::quadratic_kappa,
    bootstrap::{by_patient, mean_by_patient},
    calibration::expected_calibration_error,
    counts::{sensitivity_at_specificity, specificity_at_sensitivity},
    roc::auc_delong,
};

use super::Figure;

/// Specificity at which the sensitivity for stage I is told.
const SPECIFICITY: f64 = 0.90;

/// Sensitivity at which false alarms are told.
const SENSITIVITY: f64 = 0.90;

/// One film with its true stage and what was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Staged {
    /// Set it belongs to.
    pub set: String,
    /// Patient, unique within the set.
    pub patient: String,
    /// Film.
    pub id: String,
    /// True stage, 0 to 3.
    pub stage: usize,
    /// Calibrated probability of each stage.
    pub probabilities: [f64; 4],
    /// True and found grade of each zone, where both are known.
    pub zones: Option<[[u8; 2]; 6]>,
}

impl Staged {
    /// Probability of stage I and above.
    pub fn disease(&self) -> f64 {
        1.0 - self.probabilities[0]
    }

    /// The likeliest stage.
    pub fn found(&self) -> usize {
        let likeliest =
            |a: &usize, b: &usize| self.probabilities[*a].total_cmp(&self.probabilities[*b]);
        (0..4).rev().max_by(likeliest).unwrap_or(0)
    }
}

/// Detection, stages, calibration and zones over all films, and per set where there are several.
pub fn stage_figures(films: &[Staged], seed: u64) -> Vec<Figure> {
    let mut sets: Vec<&str> = films.iter().map(|film| film.set.as_str()).collect();
    sets.sort_unstable();
    sets.dedup();
    let mut figures = of_group(&sets.join(" + "), &films.iter().collect::<Vec<_>>(), seed);
    if sets.len() > 1 {
        for set in sets {
            let group: Vec<&Staged> = films.iter().filter(|film| film.set == set).collect();
            figures.extend(of_group(set, &group, seed));
        }
    }
    figures
}

fn of_group(data: &str, films: &[&Staged], seed: u64) -> Vec<Figure> {
    let patients: Vec<String> =
        films.iter().map(|film| format!("{}/{}", film.set, film.patient)).collect();
    let scores: Vec<f64> = films.iter().map(|film| film.disease()).collect();
    let truth: Vec<bool> = films.iter().map(|film| film.stage > 0).collect();
    let (scores, truth) = (&scores, &truth);
    let pick = |chosen: &[usize]| -> (Vec<f64>, Vec<bool>) {
        chosen.iter().map(|i| (scores[*i], truth[*i])).unzip()
    };
    let right: Vec<f64> =
        films.iter().map(|film| f64::from(u8::from(film.found() == film.stage))).collect();
    let kappa = |chosen: &[usize]| {
        let pairs: Vec<(usize, usize)> =
            chosen.iter().map(|i| (films[*i].stage, films[*i].found())).collect();
        quadratic_kappa(&pairs, 4)
    };
    let error = |chosen: &[usize]| {
        let (p, t) = pick(chosen);
        expected_calibration_error(&p, &t)
    };
    let sensitivity = |chosen: &[usize]| {
        let early: Vec<usize> = chosen.iter().copied().filter(|i| films[*i].stage <= 1).collect();
        let (p, t) = pick(&early);
        sensitivity_at_specificity(&p, &t, SPECIFICITY).map(|at| at.sensitivity)
    };
    let alarms = |chosen: &[usize]| {
        let (p, t) = pick(chosen);
        specificity_at_sensitivity(&p, &t, SENSITIVITY).map(|at| 1.0 - at.specificity)
    };
    let mut all = vec![
        ("AUC of disease", auc_delong(scores, truth)),
        ("accuracy of four stages", mean_by_patient(&right, &patients, seed)),
        ("quadratic kappa of stages", by_patient(&patients, seed, kappa)),
        ("sensitivity for stage I at specificity 0.90", by_patient(&patients, seed, sensitivity)),
        ("false positives at sensitivity 0.90", by_patient(&patients, seed, alarms)),
        ("calibration error of P(disease), 10 bins", by_patient(&patients, seed, error)),
    ];
    let graded: Vec<(&str, [[u8; 2]; 6])> = films
        .iter()
        .zip(&patients)
        .filter_map(|(film, patient)| Some((patient.as_str(), film.zones?)))
        .collect();
    if !graded.is_empty() {
        let owners: Vec<String> = graded.iter().map(|(patient, _)| (*patient).into()).collect();
        let share = |hit: fn(&[u8; 2]) -> bool| -> Vec<f64> {
            let of_film = |zones: &[[u8; 2]; 6]| zones.iter().filter(|z| hit(z)).count();
            graded.iter().map(|(_, zones)| of_film(zones) as f64 / 6.0).collect()
        };
        let kappa = |chosen: &[usize]| {
            let pairs: Vec<(usize, usize)> = chosen
                .iter()
                .flat_map(|i| graded[*i].1)
                .map(|[a, b]| (usize::from(a), usize::from(b)))
                .collect();
            quadratic_kappa(&pairs, 4)
        };
        all.extend([
            ("zone grade right", mean_by_patient(&share(|[a, b]| a == b), &owners, seed)),
            (
                "zone grade within one",
                mean_by_patient(&share(|[a, b]| a.abs_diff(*b) <= 1), &owners, seed),
            ),
            ("quadratic kappa of zone grades", by_patient(&owners, seed, kappa)),
        ]);
    }
    all.into_iter()
        .filter_map(|(name, estimate)| {
            Some(Figure { name: name.into(), data: data.into(), estimate: estimate? })
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_reading_scores_so() {
        let films: Vec<Staged> = (0..80)
            .map(|i| Staged {
                set: ["A", "B"][i / 4 % 2].into(),
                patient: i.to_string(),
                id: i.to_string(),
                stage: i % 4,
                probabilities: std::array::from_fn(|s| f64::from(u8::from(s == i % 4))),
                zones: Some([[2, 2], [1, 2], [0, 0], [3, 3], [1, 1], [0, 2]]),
            })
            .collect();
        let figures = stage_figures(&films, 1);
        let value =
            |name: &str| figures.iter().find(|f| f.name.starts_with(name)).unwrap().estimate.value;
        assert_eq!(value("AUC"), 1.0);
        assert_eq!(value("accuracy"), 1.0);
        assert_eq!(value("quadratic kappa of stages"), 1.0);
        assert_eq!(value("sensitivity"), 1.0);
        assert_eq!(value("false positives"), 0.0);
        assert_eq!(value("calibration error"), 0.0);
        assert!((value("zone grade right") - 4.0 / 6.0).abs() < 1e-12);
        assert!((value("zone grade within one") - 5.0 / 6.0).abs() < 1e-12);
        assert_eq!(figures.len(), 3 * 9);
    }
}
