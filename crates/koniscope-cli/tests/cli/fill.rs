//! `koniscope fill`: figures of reports into documents.

use std::fs;

use serde_json::Value;

use crate::program::{assert_code, koniscope, stderr, stdout};

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
