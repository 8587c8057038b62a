//! Baselines against NumPy, SciPy and scikit-learn; see reference/baselines_golden.py.
#![allow(clippy::unwrap_used)]

use koniscope::plane::Plane;
use koniscope_reproduce::baselines::{logistic::Logistic, texture};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// The part of the golden file called `name`.
fn golden<T: DeserializeOwned>(name: &str) -> T {
    let all: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    serde_json::from_value(all[name].clone()).unwrap()
}

#[derive(Deserialize)]
struct Drawn {
    width: usize,
    height: usize,
    pixels: Vec<f32>,
    texture: Vec<f64>,
}

#[test]
fn textures_are_those_of_scipy() {
    let zones: Vec<Drawn> = golden("zones");
    assert_eq!(zones.len(), 3);
    for zone in zones {
        let found = texture::of_zone(&Plane::new(zone.width, zone.height, zone.pixels));
        assert_eq!(found.len(), zone.texture.len());
        for (i, (found, expected)) in found.iter().zip(&zone.texture).enumerate() {
            // Local means are kept in f32 here: detail of a hundredth has five digits.
            let off = (found - expected).abs();
            assert!(off < 1e-4 * expected.abs().max(0.01), "{i}: {found}, expected {expected}");
        }
    }
}

#[derive(Deserialize)]
struct Fitted {
    classes: usize,
    strength: f64,
    films: Vec<Vec<f64>>,
    truth: Vec<usize>,
    new: Vec<Vec<f64>>,
    probabilities: Vec<Vec<f64>>,
}

#[test]
fn regressions_are_those_of_scikit_learn() {
    let cases: Vec<Fitted> = golden("regressions");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let fit = Logistic::fit(&case.films, &case.truth, case.classes, case.strength).unwrap();
        for (film, expected) in case.new.iter().zip(&case.probabilities) {
            for (found, expected) in fit.probabilities(film).iter().zip(expected) {
                assert!((found - expected).abs() < 1e-6, "{found}, expected {expected}");
            }
        }
    }
}
