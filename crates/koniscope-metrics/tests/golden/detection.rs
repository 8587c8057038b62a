//! Sick from healthy.

use koniscope_metrics::{
    Estimate,
    counts::{Counts, sensitivity_at_specificity, specificity_at_sensitivity},
    decision_curve::decision_curve,
    precision_recall, roc,
};
use serde_json::Value;

use super::{assert_all_close, assert_close, assert_rows_close, binary};

fn assert_estimate(found: Option<Estimate>, expected: &Value, what: &str) {
    let found = found.map_or(Vec::new(), |e| vec![e.value, e.low, e.high]);
    assert_all_close(&found, expected, what);
}

#[test]
fn roc_curve_and_area() {
    for (films, expected) in binary() {
        let (name, expected) = (&films.name, &expected["ranking"]);
        let (scores, truth) = (&films.scores, &films.truth);
        assert_close(roc::auc(scores, truth), &expected["auc"], name);
        let weighted = roc::auc_weighted(scores, truth, &films.weights);
        assert_close(weighted, &expected["auc_weighted"], name);
        let curve = roc::curve(scores, truth);
        let rows: Vec<[f64; 3]> =
            curve.iter().skip(1).map(|p| [p.threshold, p.sensitivity, p.specificity]).collect();
        assert_rows_close(&rows, &expected["roc"], name);
        let at = sensitivity_at_specificity(scores, truth, 0.9);
        assert_close(at.map(|p| p.sensitivity), &expected["at_specificity"], name);
        let at = specificity_at_sensitivity(scores, truth, 0.9);
        assert_close(at.map(|p| p.specificity), &expected["at_sensitivity"], name);
    }
}

#[test]
fn delong() {
    for (films, expected) in binary() {
        let (name, expected) = (&films.name, &expected["ranking"]);
        assert_estimate(roc::auc_delong(&films.scores, &films.truth), &expected["delong"], name);
        let paired = roc::delong_paired(&films.scores, &films.other, &films.truth);
        assert_estimate(paired.map(|p| p.a), &expected["delong"], name);
        let expected = &expected["paired"];
        assert_estimate(paired.map(|p| p.b), &expected["b"], name);
        assert_estimate(paired.map(|p| p.difference), &expected["difference"], name);
        assert_close(paired.map(|p| p.z), &expected["z"], name);
        assert_close(paired.map(|p| p.p), &expected["p"], name);
    }
}

#[test]
fn precision_and_recall() {
    for (films, expected) in binary() {
        let (name, expected) = (&films.name, &expected["precision_recall"]);
        let average = precision_recall::average_precision(&films.scores, &films.truth);
        assert_close(average, &expected["average"], name);
        let curve = precision_recall::curve(&films.scores, &films.truth);
        let rows: Vec<[f64; 3]> =
            curve.iter().map(|p| [p.threshold, p.precision, p.recall]).collect();
        assert_rows_close(&rows, &expected["curve"], name);
    }
}

#[test]
fn counts_at_one_half() {
    for (films, expected) in binary() {
        let (name, expected) = (&films.name, &expected["counts"]);
        let counts = Counts::at(&films.scores, &films.truth, 0.5).unwrap();
        assert_close(counts.sensitivity(), &expected["sensitivity"], name);
        assert_close(counts.specificity(), &expected["specificity"], name);
        assert_close(counts.accuracy(), &expected["accuracy"], name);
        assert_close(counts.ppv(), &expected["ppv"], name);
        assert_close(counts.npv(), &expected["npv"], name);
    }
}

#[test]
fn net_benefit() {
    for (films, expected) in binary() {
        for (prevalence, key) in [(None, "net_benefit"), (Some(0.05), "net_benefit_rare")] {
            let thresholds = [0.05, 0.25, 0.5, 0.8];
            let curve = decision_curve(&films.scores, &films.truth, &thresholds, prevalence);
            let rows: Vec<[f64; 2]> =
                curve.unwrap_or_default().iter().map(|b| [b.model, b.all]).collect();
            assert_rows_close(&rows, &expected[key], &films.name);
        }
    }
}
