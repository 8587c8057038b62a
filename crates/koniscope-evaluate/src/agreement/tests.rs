//! Tables by hand, and one of four readers against scikit-learn and krippendorff: see
//! reference/readers_golden.py.

use std::collections::BTreeMap;

use koniscope::report::Failure;
use serde::Deserialize;

use super::{
    disagreements::{disagreements, table},
    figures::*,
};
use crate::{
    cases::{Answer, Case, EvaluatedCase},
    figures::{BOOTSTRAP, Figure, groups},
    raters::{self, Scale},
    truth::tests::row,
};

/// What the model says of a film.
#[derive(Clone, Copy, Deserialize)]
struct Model {
    probability: f64,
    stage: usize,
    zones: [u8; 6],
}

fn of_stage(stage: usize) -> Model {
    let probability = if stage > 0 { 0.9 } else { 0.1 };
    Model { probability, stage, zones: [stage as u8; 6] }
}

/// A film of the patient that its cells name, else of one of its own.
fn film(
    number: usize,
    fields: &[(&str, &str)],
    label: Option<&str>,
    model: Model,
) -> EvaluatedCase {
    let mut row = row(fields);
    row.patient = row.fields.get("patient_id").cloned().unwrap_or(number.to_string());
    row.image = format!("{number}.png").into();
    let answer = Answer {
        probability: model.probability,
        stages: None,
        stage: Some(model.stage),
        zones: Some(model.zones),
        ..Answer::default()
    };
    EvaluatedCase { case: Case::of(row, label).unwrap(), outcome: Ok(answer) }
}

/// Films staged by readers `A`, `B`, ... and by the model; a stage of 9 is missing.
fn staged(films: &[(&[usize], usize)]) -> Vec<EvaluatedCase> {
    let column = |reader: usize| format!("reader_{}_stage", char::from(b'A' + reader as u8));
    let one = |(number, (stages, model)): (usize, &(&[usize], usize))| {
        let cells: Vec<(String, String)> = stages
            .iter()
            .enumerate()
            .map(|(reader, stage)| {
                (column(reader), if *stage == 9 { String::new() } else { stage.to_string() })
            })
            .collect();
        let cells: Vec<(&str, &str)> =
            cells.iter().map(|(c, v)| (c.as_str(), v.as_str())).collect();
        film(number, &cells, None, of_stage(*model))
    };
    films.iter().enumerate().map(one).collect()
}

fn names(films: &[EvaluatedCase]) -> Vec<String> {
    raters::names(films.iter().map(|film| &film.case.readers))
}

fn of_films(films: &[EvaluatedCase]) -> Vec<Figure> {
    figures(&groups(films, &[]).unwrap()[0], &names(films), 1)
}

fn find<'a>(figures: &'a [Figure], name: &str) -> &'a Figure {
    figures.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn figures_by_hand() {
    // Stages of A, B and C, and the model's.
    let films = staged(&[
        (&[0, 0, 0], 0),
        (&[1, 1, 0], 1),
        (&[2, 1, 1], 2),
        (&[3, 3, 3], 3),
        (&[1, 9, 2], 1),
        (&[0, 2, 9], 0),
    ]);
    let figures = of_films(&films);
    let close = |name: &str, value: f64, n: usize| {
        let figure = find(&figures, name);
        let found = figure.value.unwrap();
        assert!((found - value).abs() < 1e-12 && figure.n == n, "{name}: {figure:?}");
    };
    let kappa = "stage: quadratic weighted kappa";
    close("stage: agreement, A and B", 3.0 / 5.0, 5);
    // Distances of A and B squared 0 0 1 0 4, in the mean 1; by chance those of their margins
    // 0 1 2 3 0 and 0 1 1 3 2: squares 15 + ... over 25 pairs.
    let (a, b) = ([0.0, 1.0, 2.0, 3.0, 0.0], [0.0, 1.0, 1.0, 3.0, 2.0]);
    let chance: f64 = a.iter().flat_map(|a| b.map(|b| f64::powi(a - b, 2))).sum::<f64>() / 25.0;
    close(&format!("{kappa}, A and B"), 1.0 - 1.0 / chance, 5);
    // Without A: B and C say 0, 0.5 -> 0, 1, 3, and of the last two films one alone says anything.
    close("stage: agreement, A against the consensus without A", 2.0 / 4.0, 4);
    close("stage: within one, A against the consensus without A", 1.0, 4);
    close("stage: agreement, the model against the consensus without A", 2.0 / 4.0, 4);
    close(
        "stage: difference of quadratic weighted kappa, the model less A against the consensus \
           without A",
        0.0,
        4,
    );
    // Without B: A and C say 0, 0, 1, 3, 1; B said 0, 1, 1, 3 of four of them.
    close("stage: agreement, B against the consensus without B", 3.0 / 4.0, 4);
    // Of all: 0, 1, 1, 3, 1, 1.
    close("stage: agreement, A against the consensus of all", 4.0 / 6.0, 6);
    close("stage: agreement, the model against the consensus of all", 4.0 / 6.0, 6);
    // Disease of all: no, yes, yes, yes, yes, divided.
    close("disease: sensitivity, A against the consensus of all", 1.0, 5);
    close("disease: specificity, A against the consensus of all", 1.0, 5);
    close("disease: sensitivity, C against the consensus of all", 3.0 / 4.0, 5);
    assert!(figures.iter().all(|f| !f.name.contains("the table's labels")));
    let alpha = find(&figures, "stage: Krippendorff's alpha (ordinal), readers");
    assert!(alpha.low < alpha.value && alpha.value < alpha.high && alpha.method == BOOTSTRAP);
    // A model that says what A says agrees with B as A does.
    let pair = |who: &str| find(&figures, &format!("{kappa}, {who}")).value;
    assert_eq!(pair("A and B"), pair("B and the model"));
}

#[test]
fn one_reader_or_one_film_gives_no_figure_and_says_why() {
    let figures = of_films(&staged(&[(&[0], 0), (&[1], 2), (&[3], 3)]));
    let absent = |name: &str| find(&figures, name).absent.clone().unwrap();
    assert!(absent("stage: Krippendorff's alpha (ordinal), readers").contains("two readers"));
    assert!(
        absent("stage: agreement, A against the consensus without A").contains("three readers")
    );
    assert!(absent("stage: agreement, A against the consensus of all").contains("two readers"));
    let with_model = find(&figures, "stage: agreement, A and the model");
    assert_eq!((with_model.value, with_model.n), (Some(2.0 / 3.0), 3));

    // C read one film, and that together with A alone.
    let figures = of_films(&staged(&[(&[0, 0, 9], 0), (&[1, 2, 9], 1), (&[2, 9, 2], 2)]));
    let of_c = find(&figures, "stage: agreement, A and C");
    assert_eq!((of_c.value, of_c.n, of_c.low), (Some(1.0), 1, None));
    let apart = find(&figures, "stage: agreement, B and C");
    assert_eq!((apart.n, apart.absent.as_deref()), (0, Some("no film was graded by both")));
    let kappa = find(&figures, "stage: quadratic weighted kappa, A and C");
    assert_eq!((kappa.value, kappa.n), (None, 1));
}

#[test]
fn films_without_a_reader_or_not_read_change_no_figure() {
    let mut films = staged(&[(&[0, 1, 1], 0), (&[1, 1, 2], 1), (&[3, 2, 3], 3), (&[0, 0, 0], 0)]);
    let figures = of_films(&films);
    films.push(film(9, &[("stage", "II")], None, of_stage(2)));
    let mut broken = staged(&[(&[0, 3, 3], 0)]);
    broken[0].outcome = Err(Failure { kind: "damaged".into(), message: String::new() });
    films.append(&mut broken);
    assert_eq!(of_films(&films), figures);
    assert_eq!(of_films(&films[4..]), []);
}

#[test]
fn disagreements_are_sorted_by_spread_and_tell_who_said_what() {
    let mut films = staged(&[
        (&[1, 1, 1], 1),
        (&[0, 1, 1], 0),
        (&[0, 3, 1], 0),
        (&[2, 2, 2], 0),
        (&[1, 9, 9], 1),
        (&[0, 1, 9], 3),
    ]);
    // Readers of the disease alone: they may be apart by all of it.
    let cells = [("reader_A_pneumoconiosis", "0"), ("reader_B_pneumoconiosis", "1")];
    films.push(film(6, &cells, None, of_stage(0)));
    let listed = disagreements(&films);
    let order: Vec<(usize, Scale)> = listed.iter().map(|d| (d.film, d.scale)).collect();
    let stage = Scale::Stage;
    assert_eq!(order, [(2, stage), (6, Scale::Disease), (5, stage), (1, stage), (3, stage)]);
    let spreads: Vec<[f64; 2]> = listed.iter().map(|d| [d.spread, d.with_model]).collect();
    let third = 1.0 / 3.0;
    assert_eq!(spreads, [[1.0, 1.0], [1.0, 1.0], [third, 1.0], [third, third], [0.0, 2.0 / 3.0]]);
    let csv = String::from_utf8(table(&films, &listed, &names(&films), None).unwrap()).unwrap();
    let mut lines = csv.lines();
    assert_eq!(
        lines.next().unwrap(),
        "image,patient_id,source,differ_most_on,spread,spread_with_model,pneumoconiosis,\
         consensus_pneumoconiosis,model_pneumoconiosis,reader_A_pneumoconiosis,\
         reader_B_pneumoconiosis,reader_C_pneumoconiosis,stage,consensus_stage,model_stage,\
         reader_A_stage,reader_B_stage,reader_C_stage"
    );
    assert_eq!(lines.next().unwrap(), "2.png,2,clinic,stage,1,1,,1,0,0,1,1,,I,0,0,III,I");
    assert_eq!(lines.next().unwrap(), "6.png,6,clinic,pneumoconiosis,1,1,,,0,0,1,,,,0,,,");
    assert_eq!(lines.count(), 3);
}

#[test]
fn names_are_in_the_order_of_their_numbers() {
    let films = [film(
        0,
        &[("reader_R10_stage", "0"), ("reader_R2_stage", "0"), ("reader_B_stage", "1")],
        None,
        of_stage(0),
    )];
    assert_eq!(names(&films), ["B", "R2", "R10"]);
}

#[derive(Deserialize)]
struct Golden {
    rows: Vec<BTreeMap<String, String>>,
    model: Vec<Model>,
    figures: BTreeMap<String, Option<f64>>,
}

#[test]
fn figures_are_those_of_scikit_learn_and_krippendorff() {
    let golden: Golden = serde_json::from_str(include_str!("golden.json")).unwrap();
    let one = |(number, (cells, model)): (usize, (&BTreeMap<String, String>, &Model))| {
        let cells: Vec<(&str, &str)> =
            cells.iter().map(|(c, v)| (c.as_str(), v.as_str())).collect();
        film(number, &cells, None, *model)
    };
    let films: Vec<EvaluatedCase> =
        golden.rows.iter().zip(&golden.model).enumerate().map(one).collect();
    let found: BTreeMap<String, Option<f64>> =
        of_films(&films).into_iter().map(|figure| (figure.name, figure.value)).collect();
    assert!(found.keys().eq(golden.figures.keys()), "{:?}", found.keys());
    for (name, expected) in &golden.figures {
        let same = match (found[name], expected) {
            (Some(found), Some(expected)) => (found - expected).abs() < 1e-9,
            (found, expected) => found == *expected,
        };
        assert!(same, "{name}: {:?}, {expected:?} was expected", found[name]);
    }
}
