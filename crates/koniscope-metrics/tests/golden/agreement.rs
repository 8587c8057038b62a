//! Readers against truth and against each other.

use koniscope_metrics::{
    agreement::{Confusion, Level, Weights, krippendorff_alpha, quadratic_kappa},
    paired::mcnemar,
};
use serde::Deserialize;
use serde_json::Value;

use super::{assert_close, golden};

#[derive(Deserialize)]
struct Staged {
    truth: Vec<usize>,
    found: Vec<usize>,
    accuracy: Value,
    balanced_accuracy: Value,
    absolute_error: Value,
    off_by_two: Value,
    kappa: Value,
}

#[test]
fn confusion() {
    let cases: Vec<Staged> = golden("confusions");
    assert!(!cases.is_empty());
    for case in cases {
        let pairs: Vec<(usize, usize)> = case.truth.into_iter().zip(case.found).collect();
        let table = Confusion::from_pairs(&pairs, 4).unwrap();
        assert_close(table.accuracy(), &case.accuracy, "accuracy");
        assert_close(table.balanced_accuracy(), &case.balanced_accuracy, "balanced accuracy");
        assert_close(table.mean_absolute_error(), &case.absolute_error, "absolute error");
        assert_close(table.share_off_by_two(), &case.off_by_two, "off by two");
        assert_close(table.kappa(Weights::None), &case.kappa[0], "kappa");
        assert_close(table.kappa(Weights::Linear), &case.kappa[1], "linear kappa");
        assert_close(quadratic_kappa(&pairs, 4), &case.kappa[2], "quadratic kappa");
    }
}

#[derive(Deserialize)]
struct Rated {
    ratings: Vec<Vec<Option<f64>>>,
    alpha: Value,
}

#[test]
fn alpha() {
    let cases: Vec<Rated> = golden("alphas");
    assert!(!cases.is_empty());
    for case in cases {
        for (i, level) in [Level::Nominal, Level::Ordinal, Level::Interval].into_iter().enumerate()
        {
            let what = format!("{level:?}");
            assert_close(krippendorff_alpha(&case.ratings, level), &case.alpha[i], &what);
        }
    }
}

#[derive(Deserialize)]
struct Discordant {
    b: usize,
    c: usize,
    exact: f64,
    mid_p: f64,
}

#[test]
fn mcnemars_test() {
    let cases: Vec<Discordant> = golden("mcnemars");
    assert!(!cases.is_empty());
    for case in cases {
        let found = mcnemar(case.b, case.c).unwrap();
        // Small p must be right too, so the error is a share.
        let off = |found: f64, expected: f64| (found / expected - 1.0).abs();
        assert!(off(found.exact, case.exact) < 1e-9, "{} {}: {found:?}", case.b, case.c);
        assert!(off(found.mid_p, case.mid_p) < 1e-9, "{} {}: {found:?}", case.b, case.c);
    }
}
