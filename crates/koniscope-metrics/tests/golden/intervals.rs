//! How sure a figure is.

use koniscope_metrics::{
    Estimate,
    bootstrap::{by_patient, difference_by_patient, mean_by_patient},
    proportion::{clopper_pearson, wilson},
    roc::auc,
};
use serde::Deserialize;
use serde_json::Value;

use super::{assert_all_close, golden};

#[derive(Deserialize)]
struct Share {
    k: usize,
    n: usize,
    wilson: Value,
    exact: Value,
}

#[test]
fn proportions() {
    let cases: Vec<Share> = golden("proportions");
    assert!(!cases.is_empty());
    for case in cases {
        let what = format!("{} of {}", case.k, case.n);
        let ends = |e: Option<Estimate>| e.map(|e| [e.low, e.high]).unwrap();
        assert_all_close(&ends(wilson(case.k, case.n)), &case.wilson, &what);
        assert_all_close(&ends(clopper_pearson(case.k, case.n)), &case.exact, &what);
    }
}

#[derive(Deserialize)]
struct Resampled {
    patient: Vec<usize>,
    truth: Vec<bool>,
    a: Vec<f64>,
    b: Vec<f64>,
    mean: Ends,
    difference: Ends,
    auc: Ends,
}

#[derive(Deserialize)]
struct Ends {
    low: f64,
    high: f64,
    /// The figure's standard error.
    error: f64,
}

/// A quantile at 0.025 by 2,000 resamples of about normal values has a standard error of
/// `sqrt(0.025 * 0.975 / 2000) / 0.0584 = 0.06` of theirs. Four of them.
const MONTE_CARLO: f64 = 0.24;

#[test]
fn bootstrap_within_monte_carlo_error() {
    let films: Resampled = golden("bootstraps");
    let patients: Vec<String> = films.patient.iter().map(usize::to_string).collect();
    let mean = |of: &[f64], chosen: &[usize]| {
        Some(chosen.iter().map(|i| of[*i]).sum::<f64>() / chosen.len() as f64)
    };
    let area = |chosen: &[usize]| {
        let (s, t): (Vec<f64>, Vec<bool>) =
            chosen.iter().map(|i| (films.a[*i], films.truth[*i])).unzip();
        auc(&s, &t)
    };
    let difference =
        difference_by_patient(&patients, 1, |c| mean(&films.a, c), |c| mean(&films.b, c));
    for (what, found, expected) in [
        ("mean", mean_by_patient(&films.a, &patients, 1), &films.mean),
        ("difference", difference, &films.difference),
        ("AUC", by_patient(&patients, 1, area), &films.auc),
    ] {
        let found = found.unwrap();
        let off = [found.low - expected.low, found.high - expected.high];
        let worst = off[0].abs().max(off[1].abs()) / expected.error;
        assert!(worst < MONTE_CARLO, "{what}: {found:?}, off by {worst} standard errors");
    }
}
