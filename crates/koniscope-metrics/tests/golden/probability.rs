//! Probabilities against what happens.

use koniscope_metrics::{
    calibration::{
        brier, expected_calibration_error, reliability, slope_intercept, top_class_error,
    },
    conformal::{aps_scores, lac_scores, lac_set, set, threshold},
    isotonic,
};
use serde::Deserialize;
use serde_json::Value;

use super::{assert_all_close, assert_close, assert_rows_close, binary, golden};

#[test]
fn calibration() {
    for (films, expected) in binary() {
        let (p, truth, name) = (&films.scores, &films.truth, &films.name);
        for (bins, key) in [(10, "bins"), (7, "bins_of_seven")] {
            let found = reliability(p, truth, bins).unwrap();
            let rows: Vec<[f64; 7]> = found
                .iter()
                .map(|b| {
                    let share = b.share;
                    [b.low, b.high, b.n as f64, b.mean, share.value, share.low, share.high]
                })
                .collect();
            assert_rows_close(&rows, &expected[key], name);
        }
        assert_close(expected_calibration_error(p, truth), &expected["expected_error"], name);
        assert_close(brier(p, truth), &expected["brier"], name);
        let line = slope_intercept(p, truth).map_or(Vec::new(), |l| vec![l.slope, l.intercept]);
        assert_all_close(&line, &expected["line"], name);
    }
}

#[derive(Deserialize)]
struct Classes {
    probabilities: Vec<Vec<f64>>,
    truth: Vec<usize>,
    expected_error: Value,
    thresholds: Value,
    lac_sets: Vec<Vec<usize>>,
    aps_sets: Vec<Vec<usize>>,
}

#[test]
fn of_four_classes() {
    let classes: Classes = golden("classes");
    let films = || classes.probabilities.iter().zip(&classes.truth);
    let error = top_class_error(&classes.probabilities, &classes.truth);
    assert_close(error, &classes.expected_error, "top class");
    let lac: Vec<f64> = films().map(|(p, t)| lac_scores(p)[*t]).collect();
    let aps: Vec<f64> = films().map(|(p, t)| aps_scores(p)[*t]).collect();
    assert_close(threshold(&lac, 0.9), &classes.thresholds["lac"], "LAC");
    assert_close(threshold(&aps, 0.9), &classes.thresholds["aps"], "APS");
    // Scores of both sides differ in their last digits, and the threshold is one of them.
    let (q_lac, q_aps) =
        (threshold(&lac, 0.9).unwrap() + 1e-12, threshold(&aps, 0.9).unwrap() + 1e-12);
    for (i, (p, _)) in films().enumerate() {
        assert_eq!(lac_set(p, q_lac), classes.lac_sets[i], "LAC of film {i}");
        assert_eq!(set(&aps_scores(p), &[q_aps; 4]), classes.aps_sets[i], "APS of film {i}");
    }
}

#[derive(Deserialize)]
struct Curve {
    x: Vec<f64>,
    y: Vec<f64>,
    weights: Vec<f64>,
    asked: Vec<f64>,
    found: Value,
}

#[test]
fn isotonic_curves() {
    let curves: Vec<Curve> = golden("isotonics");
    assert!(!curves.is_empty());
    for curve in curves {
        let fitted = isotonic::fit(&curve.x, &curve.y, &curve.weights).unwrap();
        let found: Vec<f64> = curve.asked.iter().map(|x| fitted.predict(*x).unwrap()).collect();
        assert_all_close(&found, &curve.found, "isotonic");
    }
}
