//! Folders of evaluations in, a page out.

use std::{fs, path::Path};

use koniscope::reading::SecondStageKind;

use super::*;
use crate::{
    cases::{Answer, Case, EvaluatedCase, csv},
    compare::{Options, compare},
    predictions::{self, LabeledPredictions},
    report::{MadeWith, Model, Models, Run, SIMULATED, Software},
    truth::tests::row as labels_row,
};

fn kept(recorded: &Recorded) -> EvaluatedCase {
    let mut row = labels_row(&[]);
    row.image = recorded.image.clone().into();
    row.patient = recorded.patient.clone();
    let said = recorded.outcome.as_ref().unwrap();
    let answer = Answer {
        probability: said.probability,
        stages: said.stages,
        stage: said.stage,
        zones: said.zones,
        ..Answer::default()
    };
    let case = Case {
        row,
        truth: recorded.truth,
        origin: crate::cases::Origin::Table,
        readers: Default::default(),
        simulated: recorded.simulated,
    };
    EvaluatedCase { case, outcome: Ok(answer) }
}

/// The folder of an evaluation by a model.
fn write(folder: &Path, films: &[Recorded], model: &str, notice: &str) {
    let of = |id: &str| Model {
        id: id.into(),
        sha256: format!("{id}-0123456789"),
        notice: None,
        target: None,
        calibration_sha256: None,
        trained_on: None,
    };
    let made_with = MadeWith {
        warnings: vec![SIMULATED.into(), "both say this".into(), notice.into()],
        software: Software::this(None),
        run: Run {
            command: "koniscope evaluate <x>".into(),
            processor: String::new(),
            precision: "f32".into(),
            seconds: 1.0,
            seed: 1,
            prevalence: 0.05,
            label: None,
            subgroups: Vec::new(),
            choice: Default::default(),
            robustness: false,
        },
        models: Models {
            grader: SecondStageKind::Zones,
            lungs: of("lungs"),
            classifier: of(model),
        },
    };
    let labeled = LabeledPredictions {
        model: model.into(),
        model_sha256: of(model).sha256,
        calibration_sha256: String::new(),
        reading_version: None,
        grader: "zones".into(),
        data: "clinic".into(),
        at_site: model == "b",
        films: Vec::new(),
    };
    fs::create_dir_all(folder).unwrap();
    let films: Vec<EvaluatedCase> = films.iter().map(kept).collect();
    fs::write(folder.join("cases.csv"), csv(&films).unwrap()).unwrap();
    fs::write(folder.join(predictions::FILE), labeled.to_json().unwrap()).unwrap();
    fs::write(folder.join("report.json"), serde_json::to_string(&made_with).unwrap()).unwrap();
}

/// Forty films of twenty patients, of which B reads every fifth otherwise.
fn two() -> [Vec<Recorded>; 2] {
    let of = |read: fn(usize) -> usize| -> Vec<Recorded> {
        let mut films: Vec<Recorded> = (0..40).map(|i| staged(i, i % 4, read(i))).collect();
        for (i, film) in films.iter_mut().enumerate() {
            film.patient = (i / 2).to_string();
            film.image = format!("films/<{i}>.png");
            film.simulated = true;
        }
        films
    };
    [of(|i| i % 4), of(|i| if i % 5 == 0 { (i + 1) % 4 } else { i % 4 })]
}

fn options(root: &Path) -> Options {
    Options {
        folders: ["a", "b"].map(|name| root.join(name)),
        key: Key::Image,
        seed: 1,
        out: Some(root.join("out")),
        command: "koniscope compare a b".into(),
        commit: None,
    }
}

#[test]
fn two_folders_become_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    let [a, b] = two();
    write(&options.folders[0], &a, "a", "A's own");
    write(&options.folders[1], &b[..38], "b", "B's own");
    let summary = compare(&options).unwrap();
    assert_eq!(summary.left_out, 2);
    let json: Value = serde_json::from_str(&summary.json).unwrap();
    assert_eq!(summary.json, fs::read_to_string(folder.path().join("out/compare.json")).unwrap());
    assert_eq!(json["films"]["compared"], 38);
    assert_eq!(json["films"]["patients"], 19);
    assert_eq!(json["films"]["only_a"][0], "films/<38>.png");
    assert_eq!(json["films"]["data"], "clinic (SIMULATED)");
    assert_eq!(json["disagreements"].as_array().unwrap().len(), 8);
    assert_eq!(json["simulated"], true);
    let warnings: Vec<&str> =
        json["warnings"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
    assert_eq!(warnings[..4], [SIMULATED, "both say this", "A: A's own", "B: B's own"]);
    assert!(warnings[4].starts_with("B was read with a site's file"), "{warnings:?}");
    assert!(warnings[5].starts_with("2 films are in A alone and 0 in B alone"), "{warnings:?}");
    for row in json["differences"].as_array().unwrap() {
        assert_eq!(row["data"], "clinic (SIMULATED)");
        assert_eq!((&row["n"], &row["patients"]), (&38.into(), &19.into()));
    }
    let note = json["notes"].to_string();
    assert!(
        note.contains("10 comparisons") && note.contains("38 films are of 19 patients"),
        "{note}"
    );

    let page = fs::read_to_string(folder.path().join("out/compare.html")).unwrap();
    assert!(page.contains("films/&lt;0&gt;.png") && !page.contains("<0>"));
    assert!(!page.contains("NaN") && !page.contains("<script"));
    // Curves, differences, and two tables of right and wrong.
    assert_eq!(page.matches("role=\"img\"").count(), 4);
    for text in [&page, &summary.text] {
        assert!(text.contains(SIMULATED) && text.contains("Not a medical device"));
        assert!(text.contains("p (Holm)") && text.contains("b (b-012345)"));
    }
    assert!(summary.text.contains("b (b-012345), with a site's file, "), "{}", summary.text);
    // Equal seeds, equal figures.
    assert_eq!(compare(&options).unwrap().json, summary.json);
}

#[test]
fn folders_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    let [a, b] = two();
    write(&options.folders[0], &a, "a", "");
    let fault = || compare(&options).unwrap_err().to_string();
    assert!(fault().contains("report.json") && fault().contains("evaluate --out"), "{}", fault());
    write(&options.folders[1], &b, "b", "");
    // Of another run.
    fs::copy(
        options.folders[0].join(predictions::FILE),
        options.folders[1].join(predictions::FILE),
    )
    .unwrap();
    assert!(fault().contains("it is of a, the report beside it of b"), "{}", fault());
    fs::write(options.folders[1].join("report.json"), "{}").unwrap();
    assert!(fault().contains("missing field"), "{}", fault());
    assert!(!folder.path().join("out").exists(), "nothing was written");
}
