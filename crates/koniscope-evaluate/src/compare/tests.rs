//! Comparisons of films made by hand, against figures worked out by hand or by others.

mod folders;
mod matching;

use serde_json::Value;

use super::{
    difference::Difference,
    differences,
    disagreement::{Right, disagreements},
    pairs::{Key, Matched, matched},
};
use crate::{
    cases::{Recorded, Said},
    truth::Truth,
};

/// A film of a patient: whether sick, and the probability read.
fn film(number: usize, patient: usize, sick: bool, probability: f64) -> Recorded {
    Recorded {
        image: format!("films/{number}.png"),
        patient: patient.to_string(),
        source: "clinic".into(),
        simulated: false,
        truth: Truth { disease: Some(sick), ..Truth::default() },
        outcome: Ok(Said { probability, stages: None, stage: None, zones: None }),
    }
}

/// A film of a patient of its own: true stage and the one read, with zones that are all as the stage.
fn staged(number: usize, stage: usize, read: usize) -> Recorded {
    let mut film = film(number, number, stage > 0, f64::from(u8::from(read > 0)));
    film.truth.stage = Some(stage);
    film.truth.zones = Some([stage as u8; 6]);
    film.outcome = film.outcome.map(|said| Said {
        stage: Some(read),
        stages: Some(std::array::from_fn(|s| f64::from(u8::from(s == read)))),
        zones: Some([read as u8; 6]),
        ..said
    });
    film
}

fn all(a: &[Recorded], b: &[Recorded]) -> Vec<Difference> {
    differences::all(&matched(a, b, Key::Image).unwrap().pairs, 1)
}

fn row<'a>(rows: &'a [Difference], name: &str) -> &'a Difference {
    rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[track_caller]
fn close(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() < 1e-9, "{found}, {expected} was expected");
}

/// The golden values of koniscope-metrics, by independent implementations.
fn golden(part: &str) -> Vec<Value> {
    let text = include_str!("../../../koniscope-metrics/tests/golden.json");
    let all: Value = serde_json::from_str(text).unwrap();
    all[part].as_array().unwrap().clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn truths(value: &Value) -> Vec<bool> {
    value.as_array().unwrap().iter().map(|v| v.as_bool().unwrap()).collect()
}

#[test]
fn areas_are_those_of_delong_by_others() {
    let case = golden("binary").remove(0);
    let (a, b, truth) = (numbers(&case["scores"]), numbers(&case["other"]), truths(&case["truth"]));
    let films = |scores: &[f64]| -> Vec<Recorded> {
        scores.iter().zip(&truth).enumerate().map(|(i, (p, t))| film(i, i, *t, *p)).collect()
    };
    let rows = all(&films(&a), &films(&b));
    let (row, expected) = (row(&rows, "AUC (ROC)"), &case["ranking"]["paired"]);
    let ends = numbers(&expected["difference"]);
    close(row.a, case["ranking"]["auc"].as_f64().unwrap());
    close(row.difference, ends[0]);
    close(row.low, ends[1]);
    close(row.high, ends[2]);
    close(row.p, expected["p"].as_f64().unwrap());
    assert_eq!((row.n, row.patients, row.method.as_str()), (300, 300, "DeLong 1988"));
    let [resampled] = row.beside.as_slice() else { panic!("{:?}", row.beside) };
    // Both are of about the same width, made in ways that have nothing in common.
    let ratio = (resampled.high - resampled.low) / (ends[2] - ends[1]);
    assert!((0.85..1.15).contains(&ratio), "{ratio}");
}

#[test]
fn films_of_a_patient_are_not_independent() {
    let case = golden("clustered").remove(0);
    let (a, b, truth) = (numbers(&case["a"]), numbers(&case["b"]), truths(&case["truth"]));
    let patients = numbers(&case["patient"]);
    let films = |scores: &[f64]| -> Vec<Recorded> {
        let each = scores.iter().zip(&truth).zip(&patients).enumerate();
        each.map(|(i, ((p, t), patient))| film(i, *patient as usize, *t, *p)).collect()
    };
    let rows = all(&films(&a), &films(&b));
    let area = row(&rows, "AUC (ROC)");
    close(area.low, numbers(&case["difference"])[1]);
    close(area.p, case["p"].as_f64().unwrap());
    assert!(area.test.as_deref().unwrap().contains("by patient") && area.patients < area.n);
    let [plain, resampled] = area.beside.as_slice() else { panic!("{:?}", area.beside) };
    assert!(plain.method.contains("independent") && plain.p.is_some());
    assert!(resampled.method.contains("bootstrap") && resampled.p.is_none());
    let share = row(&rows, "accuracy at 0.5");
    assert!(share.test.as_deref().unwrap().contains("by patient"));
    assert!(share.table.is_some());
}

#[test]
fn shares_tables_and_p_by_hand() {
    // Of twelve films A is right on ten, B on five; A alone on five, B alone on none.
    let sick = |i: usize| i < 6;
    let read = |i: usize, right: bool| if sick(i) == right { 0.9 } else { 0.1 };
    let films = |right: fn(usize) -> bool| -> Vec<Recorded> {
        (0..12).map(|i| film(i, i, sick(i), read(i, right(i)))).collect()
    };
    let rows = all(&films(|i| i < 10), &films(|i| i < 5));
    let share = row(&rows, "accuracy at 0.5");
    close(share.a, 10.0 / 12.0);
    close(share.difference, 5.0 / 12.0);
    close(share.p, 2.0 / 32.0);
    let table = share.table.unwrap();
    assert_eq!((table.both, table.a_alone, table.b_alone, table.neither), (5, 5, 0, 2));
    close(table.mid_p, 1.0 / 32.0);
    assert!(share.low < share.difference && share.difference < share.high);
    // Right films are 0.1 off, wrong ones 0.9.
    close(row(&rows, "Brier score").difference, 5.0 * (0.01 - 0.81) / 12.0);
    // Two p here, the smaller times two.
    let area = row(&rows, "AUC (ROC)");
    let least = area.p.unwrap().min(share.p.unwrap());
    let adjusted = [area, share].map(|row| row.p_holm.unwrap());
    close(Some(adjusted[0].min(adjusted[1])), 2.0 * least);
    let stages = row(&rows, "accuracy of four stages");
    assert_eq!((stages.difference, stages.n, stages.p), (None, 0, None));
    assert!(stages.absent.as_deref().unwrap().contains("no film has a true stage"));
}

#[test]
fn stages_and_zones_by_hand() {
    let truth = [0, 0, 1, 1, 2, 2, 3, 3];
    let films = |read: [usize; 8]| -> Vec<Recorded> {
        (0..8).map(|i| staged(i, truth[i], read[i])).collect()
    };
    let (a, b) = (films([0, 0, 1, 1, 2, 2, 3, 1]), films([0, 1, 1, 0, 2, 2, 3, 3]));
    let rows = all(&a, &b);
    let accuracy = row(&rows, "accuracy of four stages");
    close(accuracy.a, 7.0 / 8.0);
    close(accuracy.b, 6.0 / 8.0);
    // One for A alone twice, one for B alone once: 2 of 3 is no evidence.
    assert_eq!(accuracy.p, Some(1.0));
    // B is never off by two.
    close(row(&rows, "zone grades within one").difference, -1.0 / 8.0);
    let kappa = row(&rows, "quadratic kappa, stages");
    close(row(&rows, "quadratic kappa, all zones").difference, kappa.difference.unwrap());
    assert!(kappa.p.is_none() && kappa.low.is_some());
    // All films of stage III and above are found by B; A calls one of two I.
    close(row(&rows, "AUC of stage III and above").difference, 0.75 - 1.0);
    assert!(rows.iter().all(|row| row.difference.is_some()), "{rows:?}");

    let found = disagreements(&matched(&a, &b, Key::Image).unwrap().pairs);
    let named: Vec<(&str, Option<Right>)> =
        found.iter().map(|film| (film.image.as_str(), film.right)).collect();
    // By stages between, then by probability.
    assert_eq!(
        named,
        [
            ("films/7.png", Some(Right::B)),
            ("films/1.png", Some(Right::A)),
            ("films/3.png", Some(Right::A))
        ]
    );
}

#[test]
fn a_reader_does_not_differ_from_itself() {
    let films: Vec<Recorded> = (0..40).map(|i| staged(i, i % 4, (i % 4).max(i % 3))).collect();
    let rows = all(&films, &films);
    assert_eq!(rows.len(), 10);
    for row in &rows {
        assert_eq!((row.difference, row.low), (Some(0.0), None), "{row:?}");
        assert!(row.method.contains("no interval") && row.beside.is_empty(), "{row:?}");
        assert!(row.p.is_none_or(|p| p == 1.0) && row.p_holm == row.p);
    }
    assert_eq!(rows.iter().filter(|row| row.p.is_some()).count(), 5);
    assert!(disagreements(&matched(&films, &films, Key::Image).unwrap().pairs).is_empty());
}
