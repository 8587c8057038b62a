//! What zones say of one another, against NumPy and SciPy; see reference/neighbors_golden.py.
#![allow(clippy::unwrap_used)]

use koniscope::stage::{
    GradeProbabilities, Joint, LargeProbabilities, Neighbors, StageDistribution, gbz70::Stage,
};
use koniscope_train::calibrate::neighbors::{Known, fit_neighbors};
use serde::Deserialize;

const NO_LARGE: LargeProbabilities = [1.0, 0.0, 0.0];

#[derive(Deserialize)]
struct Golden {
    films: Vec<[GradeProbabilities; 6]>,
    grades: Vec<[u8; 6]>,
    stages: Vec<usize>,
    parameters: [f64; Neighbors::PARAMETERS],
    zones: Vec<[GradeProbabilities; 6]>,
    stage_probabilities: Vec<[f64; 4]>,
    fitted_by_grades: [f64; Neighbors::PARAMETERS],
    fitted_by_stages: [f64; Neighbors::PARAMETERS],
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("neighbors.json")).unwrap()
}

#[test]
fn probabilities_are_those_of_numpy() {
    let golden = golden();
    let neighbors = Neighbors::from_parameters(golden.parameters);
    assert_eq!(golden.zones.len(), 5);
    let of_films = golden.films.iter().zip(&golden.zones).zip(&golden.stage_probabilities);
    for ((film, zones), stages) in of_films {
        let joint = Joint::of(film, &neighbors);
        let found = joint.zones();
        let pairs = found.iter().flatten().zip(zones.iter().flatten());
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-8), "{found:?} {zones:?}");
        let found = StageDistribution::of(&joint, 0.0, &NO_LARGE).probabilities;
        assert!(found.iter().zip(stages).all(|(a, b)| (a - b).abs() < 1e-8), "{found:?}");
    }
}

#[test]
fn fits_are_those_of_scipy() {
    let golden = golden();
    let by_grades = golden.grades.iter().map(|grades| Known::Grades(*grades));
    let stage = |stage: &usize| Known::Stage(Stage::ALL[*stage], 0.0, NO_LARGE);
    let by_stages = golden.stages.iter().map(stage);
    let fit = |known: &mut dyn Iterator<Item = Known>| {
        fit_neighbors(&golden.films.iter().copied().zip(known).collect::<Vec<_>>()).parameters()
    };
    for (found, expected) in [
        (fit(&mut by_grades.into_iter()), golden.fitted_by_grades),
        (fit(&mut by_stages.into_iter()), golden.fitted_by_stages),
    ] {
        let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-3);
        assert!(near, "{found:?}, expected {expected:?}");
    }
}
