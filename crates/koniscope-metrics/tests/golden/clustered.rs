//! Two models on the same films, several a patient; several tests at once.

use koniscope_metrics::{
    Estimate, multiple::holm, paired::mcnemar_by_patient, roc::delong_paired_by_patient,
};
use serde::Deserialize;
use serde_json::Value;

use super::{assert_all_close, assert_close, golden};

#[derive(Deserialize)]
struct Clustered {
    patient: Vec<usize>,
    truth: Vec<bool>,
    a: Vec<f64>,
    b: Vec<f64>,
    area_a: Value,
    area_b: Value,
    difference: Value,
    z: Value,
    p: Value,
    right_a: Vec<bool>,
    right_b: Vec<bool>,
    randomized: Value,
}

#[test]
fn several_films_a_patient() {
    let cases: Vec<Clustered> = golden("clustered");
    assert!(!cases.is_empty());
    for case in cases {
        let patients: Vec<String> = case.patient.iter().map(usize::to_string).collect();
        let what = format!("{} films", patients.len());
        let found = delong_paired_by_patient(&case.a, &case.b, &case.truth, &patients).unwrap();
        let ends = |e: Estimate| [e.value, e.low, e.high];
        assert_all_close(&ends(found.a), &case.area_a, &what);
        assert_all_close(&ends(found.b), &case.area_b, &what);
        assert_all_close(&ends(found.difference), &case.difference, &what);
        assert_close(Some(found.z), &case.z, &what);
        assert_close(Some(found.p), &case.p, &what);
        let p = mcnemar_by_patient(&case.right_a, &case.right_b, &patients);
        assert_close(p, &case.randomized, &what);
    }
}

#[derive(Deserialize)]
struct Adjusted {
    p: Vec<f64>,
    adjusted: Value,
}

#[test]
fn holms_adjustment() {
    let cases: Vec<Adjusted> = golden("holms");
    assert!(!cases.is_empty());
    for case in cases {
        assert_all_close(&holm(&case.p).unwrap(), &case.adjusted, "Holm");
    }
}
