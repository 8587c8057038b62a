//! The doubt that zones share, against NumPy and SciPy; see reference/doubt_golden.py.
#![allow(clippy::unwrap_used)]

use koniscope::stage::{
    Correlation, GradeProbabilities, Joint, LargeProbabilities, StageDistribution, gbz70::Stage,
    joint::grades_of,
};
use koniscope_train::calibrate::doubt::{Known, fit_correlation};
use serde::Deserialize;

const NO_LARGE: LargeProbabilities = [1.0, 0.0, 0.0];

#[derive(Deserialize)]
struct Golden {
    films: Vec<[GradeProbabilities; 6]>,
    grades: Vec<[u8; 6]>,
    stages: Vec<usize>,
    correlation: Correlation,
    probabilities: Vec<f64>,
    stage_probabilities: Vec<[f64; 4]>,
    fitted_by_grades: f64,
    fitted_by_stages: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("doubt.json")).unwrap()
}

#[test]
fn probabilities_are_those_of_scipy() {
    let golden = golden();
    assert_eq!(golden.probabilities.len(), 5);
    for (i, film) in golden.films.iter().take(5).enumerate() {
        let joint = Joint::of(film, golden.correlation);
        let is_drawn = |case: &usize| grades_of(*case).map(|g| g as u8) == golden.grades[i];
        let drawn = (0..joint.cases().len()).find(is_drawn).unwrap();
        let off = joint.cases()[drawn] / golden.probabilities[i] - 1.0;
        assert!(off.abs() < 1e-6, "film {i}: {off}");
        let found = StageDistribution::of(&joint, 0.0, &NO_LARGE).probabilities;
        let pairs = found.iter().zip(golden.stage_probabilities[i]);
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-7), "{found:?}");
    }
}

#[test]
fn fits_are_those_of_scipy() {
    let golden = golden();
    let fit = |known: Vec<Known>| {
        fit_correlation(&golden.films.iter().copied().zip(known).collect::<Vec<_>>()).value()
    };
    let by_grades = fit(golden.grades.iter().map(|grades| Known::Grades(*grades)).collect());
    let stage = |stage: &usize| Known::Stage(Stage::ALL[*stage], 0.0, NO_LARGE);
    let by_stages = fit(golden.stages.iter().map(stage).collect());
    for (found, expected) in
        [(by_grades, golden.fitted_by_grades), (by_stages, golden.fitted_by_stages)]
    {
        assert!(expected > 0.1 && expected < 0.85, "a fit at its bounds shows nothing");
        assert!((found - expected).abs() < 1e-3, "{found}, expected {expected}");
    }
}
