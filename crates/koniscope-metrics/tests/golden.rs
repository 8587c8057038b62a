//! Figures against scikit-learn, SciPy, statsmodels and krippendorff, to 1e-9; see
//! reference/metrics_golden.py.
#![allow(clippy::unwrap_used)]

#[path = "golden/agreement.rs"]
mod agreement;
#[path = "golden/clustered.rs"]
mod clustered;
#[path = "golden/detection.rs"]
mod detection;
#[path = "golden/intervals.rs"]
mod intervals;
#[path = "golden/probability.rs"]
mod probability;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// The part of the golden file called `name`.
fn golden<T: DeserializeOwned>(name: &str) -> T {
    let all: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    serde_json::from_value(all[name].clone()).unwrap()
}

/// Scores of films with their truth.
#[derive(Deserialize)]
struct Films {
    name: String,
    scores: Vec<f64>,
    other: Vec<f64>,
    truth: Vec<bool>,
    weights: Vec<f64>,
}

/// What was expected of the films, figure by figure.
fn binary() -> Vec<(Films, Value)> {
    let cases: Vec<Value> = golden("binary");
    cases.into_iter().map(|c| (serde_json::from_value(c.clone()).unwrap(), c)).collect()
}

/// Both have no value, or values that are the same.
fn assert_close(found: Option<f64>, expected: &Value, what: &str) {
    let same = match (found, expected.as_f64()) {
        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9,
        (found, expected) => found == expected,
    };
    assert!(same, "{what}: {found:?}, expected {expected}");
}

/// Numbers in order; none at all where nothing is expected.
fn assert_all_close(found: &[f64], expected: &Value, what: &str) {
    let expected = expected.as_array().cloned().unwrap_or_default();
    assert_eq!(found.len(), expected.len(), "{what}: {found:?}, expected {expected:?}");
    for (found, expected) in found.iter().zip(&expected) {
        assert_close(Some(*found), expected, what);
    }
}

/// Rows of numbers in order.
fn assert_rows_close<const N: usize>(found: &[[f64; N]], expected: &Value, what: &str) {
    let rows = expected.as_array().map_or(0, Vec::len);
    assert_eq!(found.len(), rows, "{what}: {found:?}, expected {expected}");
    for (i, row) in found.iter().enumerate() {
        assert_all_close(row, &expected[i], what);
    }
}
