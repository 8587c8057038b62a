//! `koniscope labels`: a set's folder to a table that training reads.

use std::fs;

use koniscope_data::{LabelColumn, read_labels};

use crate::{
    films,
    program::{assert_code, koniscope, stderr, stdout},
};

#[test]
fn the_table_is_read_by_training() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["set/train_images/folder_normal", "set/test_images/folder_silicosis"] {
        fs::create_dir_all(at(name)).unwrap();
    }
    films::no_chest(&at("set/train_images/folder_normal/a, \"b\".png"));
    films::no_chest(&at("set/test_images/folder_silicosis/c.png"));
    let output = koniscope(folder.path(), ["labels", "silicodata", "set"]);
    assert_code(&output, 0);
    let said = stdout(&output);
    for words in ["2 films of 2 patients", "pneumoconiosis: 0: 1, 1: 1", "terms: ", "assumed: "] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let classes = ["normal", "pneumoconiosis"].map(str::to_owned);
    let label = LabelColumn { name: "pneumoconiosis", classes: &classes };
    let cases = read_labels(&at("set/labels.csv"), Some(label)).unwrap();
    let read: Vec<_> =
        cases.iter().map(|c| (c.patient.as_str(), c.set.as_str(), c.class)).collect();
    let expected = [("a, \"b\"", "Silicodata", Some(0)), ("c", "Silicodata", Some(1))];
    assert_eq!(read, expected);
    assert!(cases.iter().all(|case| case.image.is_file() && case.mask.is_none()));
}

#[test]
fn a_row_without_a_film_exits_with_2_and_json_tells_which() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("classifications.csv"), "image,profusion\na.png,1/1\nb.png,0/0\n").unwrap();
    films::no_chest(&at("a.png"));
    let output = koniscope(folder.path(), ["labels", "niosh", ".", "--out", "t.csv", "--json"]);
    assert_code(&output, 2);
    let json: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&json["films"], &json["labels"]["pneumoconiosis"]["1"]), (&1.into(), &1.into()));
    assert!(json["left_out"][0].as_str().unwrap().contains("\"b.png\""), "{json}");
    assert!(stderr(&output).contains("left out: classifications.csv, line 3"));
    assert!(at("t.csv").is_file() && !at("labels.csv").exists());
}

#[test]
fn wrong_commands_exit_with_1_and_the_list_with_0() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("labels.csv"), "image,patient_id\n").unwrap();
    for (args, said) in [
        (vec!["labels"], "--list"),
        (vec!["labels", "chexpert", "."], "there are ilo-2022, silicodata, niosh"),
        (vec!["labels", "nih", "gone"], "gone"),
        (vec!["labels", "nih", "."], "--force"),
        (vec!["labels", "nih", ".", "--force"], "nihcc.app.box.com"),
    ] {
        let output = koniscope(folder.path(), args.iter().copied());
        assert_code(&output, 1);
        assert!(stderr(&output).contains(said), "{args:?}: {}", stderr(&output));
    }
    let listed = koniscope(folder.path(), ["labels", "--list"]);
    assert_code(&listed, 0);
    assert_eq!(stdout(&listed).matches("  terms: ").count(), koniscope_datasets::sets::ALL.len());
}

/// Films that define the scale, by the weights that ship; the simulator's constants were fitted to them.
#[test]
#[ignore = "needs KONISCOPE_DATA"]
fn the_standard_films_are_read_as_the_model_card_says() {
    let folder = tempfile::tempdir().unwrap();
    let data = std::path::PathBuf::from(std::env::var_os("KONISCOPE_DATA").unwrap());
    let films = data.join("ilo-2022-standards").canonicalize().unwrap();
    let films = films.to_str().unwrap();
    assert_code(&koniscope(folder.path(), ["labels", "ilo-2022", films, "--out", "ilo.csv"]), 0);
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models");
    let args = ["evaluate", "--labels", "ilo.csv", "--out", "ilo", "--no-site", "--models", models];
    assert_code(&koniscope(folder.path(), args), 0);
    let report = fs::read(folder.path().join("ilo/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let figure = |name: &str| {
        let figures = report["figures"].as_array().unwrap();
        let found = figures.iter().find(|f| f["by"] == "all" && f["name"] == name).unwrap();
        (found["value"].as_f64().unwrap(), found["n"].as_u64().unwrap())
    };
    let of = "category as the highest grade of a zone";
    for (name, value, n) in [
        (format!("{of}, right"), 3.0 / 9.0, 9),
        (format!("{of}, within one"), 7.0 / 9.0, 9),
        ("AUC of affected zones".into(), 0.90, 54),
        ("affected zones called affected at 0.5".into(), 22.0 / 40.0, 40),
        ("free zones called affected at 0.5".into(), 0.0, 14),
    ] {
        let (found, of) = figure(&name);
        assert!((found - value).abs() < 0.005 && of == n, "{name}: {found}, n {of}");
    }
}
