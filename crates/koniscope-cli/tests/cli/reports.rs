//! Reports that the documents cite are by what ships: weights, calibration and reading.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use koniscope::checked_manifest::CheckedManifest;
use serde_json::Value;

use crate::program::repository;

#[test]
fn cited_reports_are_by_the_weights_that_ship() {
    let root = repository();
    for (name, report) in cited(&root) {
        for (kind, manifest) in networks(&root) {
            let made = &report["models"][kind]["sha256"];
            if kind == "lungs" && name.ends_with("-coverage") {
                assert!(made.is_null(), "{name}: `koniscope calibrate` knows of no lungs");
                continue;
            }
            let id = &manifest.id;
            assert_eq!(made, &*manifest.sha256, "{name}: its {kind} is not {id}, which ships");
        }
        for field in ["worst", "failures"] {
            assert!(report.get(field).is_none(), "{name} names films");
        }
    }
}

#[test]
fn cited_reports_are_by_the_calibration_and_the_reading_that_ship() {
    let root = repository();
    for (name, report) in cited(&root) {
        let [_, (_, grader)] = networks(&root);
        let calibration = &report["models"]["classifier"]["calibration_sha256"];
        assert_eq!(calibration, &*grader.calibration_sha256(), "{name}: another calibration");
        let software = &report["software"];
        assert_eq!(software["reading_version"], koniscope::READING_VERSION, "{name}");
        assert!(software["commit"].as_str().is_some(), "{name}: by which commit is not known");
    }
}

fn networks(root: &Path) -> [(&'static str, CheckedManifest); 2] {
    [("lungs", "lungs"), ("classifier", "zones")].map(|(kind, name)| {
        (kind, CheckedManifest::read(&root.join(format!("models/{name}.toml"))).unwrap())
    })
}

/// Reports that current documents cite, by name.
fn cited(root: &Path) -> Vec<(String, Value)> {
    let mut names = BTreeSet::new();
    for path in documents(root) {
        let text = fs::read_to_string(&path).unwrap();
        for mark in ["<!-- figure ", "<!-- check "] {
            let cited = text.split(mark).skip(1).filter_map(|rest| rest.split_whitespace().next());
            names.extend(cited.map(str::to_owned));
        }
    }
    let read = |name: String| {
        let path = root.join(format!("docs/figures/{name}.json"));
        let text = fs::read_to_string(path).ok()?;
        Some((name, serde_json::from_str(&text).unwrap()))
    };
    let reports: Vec<_> = names.into_iter().filter_map(read).collect();
    assert!(reports.len() > 5, "{}", reports.len());
    reports
}

fn documents(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.join("README.md"), root.join("MODEL_CARD.md")];
    for folder in ["getting-started", "how-to", "explanation"] {
        let entries = fs::read_dir(root.join("docs").join(folder)).unwrap();
        found.extend(entries.map(|entry| entry.unwrap().path()));
    }
    found
}
