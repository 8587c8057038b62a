//! `koniscope bench`: rows as written, and what stops it before it measures.

use std::fs;

use serde_json::Value;

use crate::{
    program::{assert_code, koniscope, stderr, stdout},
    tiny_models,
};

#[test]
fn rows_are_printed_and_written() {
    let folder = tempfile::tempdir().unwrap();
    tiny_models::write(&folder.path().join("models"));
    let args =
        ["bench", "--only", "tiny-lungs", "--runs", "3", "--threads", "1", "--json", "a.json"];
    let output = koniscope(folder.path(), args);
    assert_code(&output, 0);
    let rows: Value =
        serde_json::from_slice(&fs::read(folder.path().join("a.json")).unwrap()).unwrap();
    let rows = rows.as_array().unwrap();
    assert!(!rows.is_empty());
    assert_eq!(stdout(&output).lines().count(), rows.len());
    for row in rows {
        assert_eq!((&row["work"], &row["network"]), (&"network".into(), &"tiny-lungs".into()));
        assert_eq!((&row["input"][0], &row["input"][1]), (&64.into(), &64.into()));
        assert_eq!(
            (&row["batch"], &row["threads"], &row["runs"]),
            (&1.into(), &1.into(), &3.into())
        );
        let [median, least] = ["median_ms", "min_ms"].map(|key| row[key].as_f64().unwrap());
        assert!(0.0 < least && least <= median, "{row}");
        let cpu = row["cpu_ms"].as_f64();
        assert!(if cfg!(unix) { cpu.is_some_and(|cpu| cpu > 0.0) } else { cpu.is_none() }, "{row}");
    }
    let kinds: Vec<_> = rows.iter().map(|row| (&row["precision"], &row["kernels"])).collect();
    for kind in &kinds {
        assert_eq!(kinds.iter().filter(|k| *k == kind).count(), 1, "{kind:?} twice");
    }
}

#[test]
fn what_cannot_be_measured_is_said_first() {
    let folder = tempfile::tempdir().unwrap();
    tiny_models::write(&folder.path().join("models"));
    for (args, said) in [
        (vec!["--only", "no such"], "nothing measured"),
        (vec!["--json", "none/a.json"], "--json: there is no folder none"),
        (vec!["--runs", "0"], "--runs"),
        (vec!["--threads", "0"], "at least one is needed"),
        (vec!["--only", "whole", "--film", "gone.dcm"], "cannot read gone.dcm"),
    ] {
        let output = koniscope(folder.path(), [&["bench"][..], &args].concat());
        assert_code(&output, 1);
        assert!(stderr(&output).contains(said), "{args:?}: {}", stderr(&output));
    }
}
