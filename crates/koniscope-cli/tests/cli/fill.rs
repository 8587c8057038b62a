//! `koniscope fill`: figures of reports into documents, and the documents of this repository.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::program::{assert_code, koniscope, repository, stderr, stdout};

const REPORT: &str = r#"{"figures": [{"section": "detection", "name": "AUC (ROC)", "by": "all",
    "group": "all films", "data": "clinic", "value": 0.9456, "low": 0.9, "high": 0.97, "n": 320,
    "method": "DeLong 1988"}]}"#;

const MARK: &str = "<!-- figure site \"AUC (ROC)\" as=value -->";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("docs/deep")).unwrap();
    fs::create_dir_all(folder.path().join("reports")).unwrap();
    fs::write(folder.path().join("reports/site.json"), REPORT).unwrap();
    let text = format!("It is {MARK}0.1<!-- end -->.\n");
    fs::write(folder.path().join("docs/deep/a.md"), text).unwrap();
    fs::write(folder.path().join("docs/none.md"), "no mark\n").unwrap();
    folder
}

#[test]
fn places_are_checked_then_filled_then_right() {
    let folder = folder();
    let document = folder.path().join("docs/deep/a.md");
    let before = fs::read_to_string(&document).unwrap();
    let run = |more: &[&str]| koniscope(folder.path(), [&["fill", "docs"], more].concat());
    let named = ["--report", "site=reports/site.json"];

    let output = run(&[&named[..], &["--check"]].concat());
    assert_code(&output, 1);
    let said = stdout(&output);
    assert!(said.contains("a.md:1: AUC (ROC) of site: \"0.1\" stood, \"0.946\" is so"), "{said}");
    assert!(said.contains("a.md: 1 places, 1 differ\n2 files, 1 places\n"), "{said}");
    assert!(said.contains("Research use only"), "{said}");
    assert_eq!(fs::read_to_string(&document).unwrap(), before);

    assert_code(&run(&["--reports", "reports", "--quiet"]), 0);
    assert_eq!(fs::read_to_string(&document).unwrap(), before.replace("0.1", "0.946"));

    let output = run(&[&named[..], &["--check", "--json"]].concat());
    assert_code(&output, 0);
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let place = &json["places"][0];
    assert_eq!((&place["line"], &place["now"]), (&1.into(), &"0.946".into()));
    assert_eq!((&place["differs"], &json["check"]), (&false.into(), &true.into()));
}

#[test]
fn a_fault_in_one_document_changes_none() {
    let folder = folder();
    let document = folder.path().join("docs/deep/a.md");
    let before = fs::read_to_string(&document).unwrap();
    let other = folder.path().join("docs/z.md");
    fs::write(&other, format!("a\n{}1<!-- end -->\n\n{MARK}", MARK.replace("AUC", "ACU"))).unwrap();
    let output = koniscope(folder.path(), ["fill", "docs", "--reports", "reports"]);
    assert_code(&output, 1);
    let said = stderr(&output);
    assert!(said.contains("z.md:2: report site has no figure \"ACU (ROC)\""), "{said}");
    assert!(said.contains("near it are \"AUC (ROC)\"") && said.contains("z.md:4: "), "{said}");
    assert_eq!(fs::read_to_string(&document).unwrap(), before);

    let cases: [(&[&str], &str); 6] = [
        (&["fill", "docs"], "--report"),
        (&["fill", "docs", "--report", "reports/site.json"], "NAME=FILE was expected"),
        (&["fill", "docs", "--report", "site=gone.json"], "gone.json"),
        (&["fill", "docs", "--report", "site=docs/none.md"], "Give the report.json"),
        (&["fill", "docs", "--reports", "docs"], "holds no report"),
        (&["fill", "gone.md", "--reports", "reports"], "gone.md"),
    ];
    for (arguments, said) in cases {
        let output = koniscope(folder.path(), arguments.iter().copied());
        assert_code(&output, 1);
        assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
    }
}

/// What must hold so that no figure of the documents is typed by hand, or stays when weights change.
#[test]
fn documents_of_this_repository_say_what_their_reports_say() {
    let Some(root) = repository() else { return };
    let documents = ["README.md", "MODEL_CARD.md", "docs"];
    let arguments = ["fill", "--reports", "docs/figures", "--check", "--json"];
    let manifests = ["--report", "trained-lungs=models/lungs.toml", "--report"];
    let manifests = manifests.into_iter().chain(["trained-classifier=models/classifier.toml"]);
    let output = koniscope(&root, arguments.into_iter().chain(manifests).chain(documents));
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap_or_default();
    let places = json["places"].as_array().map(Vec::as_slice).unwrap_or_default();
    let differing: Vec<&Value> = places.iter().filter(|place| place["differs"] == true).collect();
    assert!(differing.is_empty(), "run `cargo xtask figures`: {differing:#?}");
    assert_code(&output, 0);
    assert!(places.len() > 50, "{}", places.len());

    // The log of experiments alone tells of weights that no longer ship.
    let current: BTreeSet<&str> = places
        .iter()
        .filter(|place| place["file"] != "docs/explanation/experiments.md")
        .filter_map(|place| place["report"].as_str())
        .filter(|report| !report.starts_with("trained-"))
        .collect();
    assert!(!current.is_empty());
    for report in current {
        let path = format!("docs/figures/{report}.json");
        let json: Value =
            serde_json::from_str(&fs::read_to_string(root.join(&path)).unwrap()).unwrap();
        for (kind, manifest) in [("classifier", "zones"), ("lungs", "lungs")] {
            let (made, ships) = (&json["models"][kind]["sha256"], sha256(&root, manifest));
            if kind == "lungs" && report.ends_with("-coverage") {
                assert!(made.is_null(), "{path}: `koniscope calibrate` knows of no lungs");
                continue;
            }
            assert_eq!(made, &ships, "{path}: not by the weights of models/{manifest}.toml");
        }
        for field in ["worst", "failures"] {
            assert!(json.get(field).is_none(), "{path} names films");
        }
    }

    // No report tells of the computer that made it.
    for entry in fs::read_dir(root.join("docs/figures")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "json") {
            let text = fs::read_to_string(&path).unwrap();
            let command = text.lines().find(|line| line.trim().starts_with("\"command\": "));
            let absolute = command.is_some_and(|line| line.contains("\"/") || line.contains(" /"));
            assert!(!absolute, "{}: {command:?}", path.display());
        }
    }
}

fn sha256(root: &Path, manifest: &str) -> Value {
    let text = fs::read_to_string(root.join(format!("models/{manifest}.toml"))).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    manifest["sha256"].as_str().unwrap().into()
}
