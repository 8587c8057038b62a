//! `koniscope compare`: two evaluations in, a page out, with the weights and films that ship.

use std::fs;

use serde_json::Value;

use crate::{
    evaluate::{evaluate, table},
    program::{assert_code, koniscope, repository, stderr, stdout},
};

#[test]
fn compare_tells_two_models_apart() {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| koniscope(folder.path(), args.iter().copied());
    let table = table(folder.path(), &root, |i| i % 2);
    for (name, model) in [("a", "zones"), ("b", "paper")] {
        let more = ["--label", "tb", "--model", model, "--no-site", "--quiet"];
        assert_code(&evaluate(&root, &table, &folder.path().join(name), &more), 2);
    }

    // One film was read by neither: 2, as for films that were not read.
    let output = run(&["compare", "a", "b", "--out", "out", "--json"]);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("compare.html"), "{}", stderr(&output));
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let kept = fs::read_to_string(folder.path().join("out/compare.json")).unwrap();
    assert_eq!(json, serde_json::from_str::<Value>(&kept).unwrap());
    assert_eq!((&json["films"]["matched"], &json["films"]["compared"]), (&7.into(), &6.into()));
    assert!(json["films"]["not_read"][0]["a"].as_str().unwrap().starts_with("not_an_image"));
    // What each reached is what its own report says.
    for (party, letter) in [("a", "a"), ("b", "b")] {
        let report = fs::read_to_string(folder.path().join(party).join("report.json")).unwrap();
        let report: Value = serde_json::from_str(&report).unwrap();
        for name in ["AUC (ROC)", "accuracy at 0.5", "Brier score"] {
            let of = |list: &Value| {
                let rows = list.as_array().unwrap().clone();
                rows.into_iter().find(|row| row["name"] == name).unwrap()
            };
            let found = of(&json["differences"])[letter].as_f64().unwrap();
            let expected = of(&report["figures"])["value"].as_f64().unwrap();
            assert!((found - expected).abs() < 1e-12, "{name}: {found}, {expected}");
        }
    }
    let rows = json["differences"].as_array().unwrap();
    let stages = rows.iter().find(|row| row["name"] == "accuracy of four stages").unwrap();
    assert!(stages["difference"].is_null() && stages["absent"].is_string(), "{stages}");

    let page = folder.path().join("out/compare.html");
    let text = fs::read_to_string(&page).unwrap();
    assert!(text.contains("North &lt;clinic&gt;") && !text.contains("NaN"));

    let output = run(&["compare", "a", "b"]);
    assert_code(&output, 2);
    for said in ["A less B", "6 films of 6 patients", "p (Holm)", "Not a medical device"] {
        assert!(stdout(&output).contains(said), "{said}: {}", stdout(&output));
    }

    // Another label of one film.
    let text = fs::read_to_string(&table).unwrap();
    fs::write(&table, text.replacen(",0,0,f", ",1,0,f", 1)).unwrap();
    let more = ["--label", "tb", "--model", "paper", "--no-site", "--quiet"];
    assert_code(&evaluate(&root, &table, &folder.path().join("b"), &more), 2);
    let output = run(&["compare", "a", "b"]);
    assert_code(&output, 1);
    assert!(stderr(&output).contains("disease 0 in A, 1 in B"), "{}", stderr(&output));
}

#[test]
fn compare_names_what_it_cannot_use() {
    let folder = tempfile::tempdir().unwrap();
    for (args, said) in [
        (vec!["compare", "none"], "<B>"),
        (vec!["compare", "none", "neither"], "koniscope evaluate --out"),
        (vec!["compare", "none", "neither", "--key", "age"], "--key"),
        (vec!["compare", "none", "neither", "--threads", "0"], "at least one"),
    ] {
        let output = koniscope(folder.path(), args.iter().copied());
        assert_code(&output, 1);
        assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
    }
}
