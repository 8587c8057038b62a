//! `koniscope evaluate`: tables in, a report out, with the weights and films that ship.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;

use crate::program::{assert_code, koniscope, repository, stderr, stdout};

/// A table of the samples with labels made up for the test, and one broken film.
pub(crate) fn table(folder: &Path, root: &Path, label: impl Fn(usize) -> usize) -> PathBuf {
    let mut films: Vec<PathBuf> =
        fs::read_dir(root.join("samples")).unwrap().map(|file| file.unwrap().path()).collect();
    films.retain(|film| film.extension().is_some_and(|e| e == "jpg" || e == "dcm"));
    films.sort();
    let mut text = String::from("image,patient_id,source,tb,stage,sex\n");
    for (i, film) in films.iter().enumerate() {
        let source = ["North <clinic>", "South"][i % 2];
        text += &format!("{},p{i},{source},{},{},f\n", film.display(), label(i), i % 4);
    }
    fs::write(folder.join("broken.png"), "no picture").unwrap();
    text += "broken.png,p9,South,1,0,m\n";
    let table = folder.join("labels.csv");
    fs::write(&table, text).unwrap();
    table
}

pub(crate) fn evaluate(
    root: &Path,
    table: &Path,
    out: &Path,
    more: &[&str],
) -> std::process::Output {
    let args = ["evaluate", "--labels", table.to_str().unwrap(), "--out", out.to_str().unwrap()];
    koniscope(root, args.into_iter().chain(more.iter().copied()))
}

/// A page without its pictures, whose letters are by chance.
fn without_pictures(page: &str) -> String {
    let parts = page.split(";base64,").enumerate();
    parts.map(|(i, part)| if i == 0 { part } else { part.split_once('"').unwrap().1 }).collect()
}

fn readings(out: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(out.join("readings")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn evaluate_reports_stops_and_goes_on() {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path(), &root, |i| i % 2);
    let out = folder.path().join("evaluation");
    let more = ["--label", "tb", "--subgroup", "sex", "--json", "--model", "paper"];
    let output = evaluate(&root, &table, &out, &more);
    assert_code(&output, 2);
    let first: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(
        first,
        serde_json::from_str::<Value>(&fs::read_to_string(out.join("report.json")).unwrap())
            .unwrap()
    );
    assert_eq!((&first["cases"]["films"], &first["cases"]["read"]), (&7.into(), &6.into()));
    assert_eq!(first["failures"][0]["kind"], "not_an_image");
    assert_eq!(first["simulated"], false);
    assert!(first["warnings"].to_string().contains("stand-in"), "{}", first["warnings"]);
    let figures = first["figures"].as_array().unwrap();
    let auc = figures.iter().find(|f| f["name"] == "AUC (ROC)" && f["by"] == "all").unwrap();
    assert_eq!((&auc["n"], &auc["method"]), (&6.into(), &"DeLong 1988".into()));
    assert!(figures.iter().any(|f| f["by"] == "source" && f["group"] == "South"));
    // The films that ship were read by `koniscope read`'s own reader: the same numbers.
    let read = koniscope(&root, ["read", "samples", "--json", "--model", "paper"]);
    let read: Value = serde_json::from_str(&stdout(&read)).unwrap();
    let cases = fs::read_to_string(out.join("cases.csv")).unwrap();
    assert_eq!(cases.lines().count(), 8);
    for film in read["films"].as_array().unwrap() {
        let p = film["pneumoconiosis"]["probability"].to_string();
        assert!(cases.contains(&format!(",{p},")), "{p}: {cases}");
    }

    // Stopped: half of the answers are gone, one is cut off. Only these are read again.
    let kept = readings(&out);
    assert_eq!(kept.len(), 6);
    fs::remove_file(&kept[0]).unwrap();
    fs::remove_file(&kept[1]).unwrap();
    fs::write(&kept[2], "{\"probability\":0.").unwrap();
    fs::remove_file(out.join("report.json")).unwrap();
    let output = evaluate(&root, &table, &out, &more);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("3 films had been read"), "{}", stderr(&output));
    assert_eq!(readings(&out), kept);
    let again: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(again["figures"], first["figures"]);

    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.matches("Research use only. Not a medical device").count() >= 2);
    assert!(page.contains("North &lt;clinic&gt;") && !page.contains("<clinic>"));
    assert!(!without_pictures(&page).contains("NaN") && !page.contains("<script"));
}

#[test]
fn evaluate_says_what_a_missing_class_leaves_out() {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path(), &root, |_| 1);
    let out = folder.path().join("evaluation");
    let more = ["--label", "tb", "--model", "paper", "--quiet", "--robustness"];
    let output = evaluate(&root, &table, &out, &more);
    assert_code(&output, 2);
    assert!(stdout(&output).contains("none: films with and without it"));
    let report = fs::read_to_string(out.join("report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let auc = &report["figures"][0];
    assert!(auc["value"].is_null() && auc["absent"].is_string(), "{auc}");
    let figures = report["figures"].as_array().unwrap();
    let varied: Vec<&Value> = figures.iter().filter(|f| f["section"] == "robustness").collect();
    assert_eq!(varied.len(), 15 * 4);
    let size = varied.iter().find(|f| f["name"] == "mean size of the change, lungs blanked");
    assert!(size.unwrap()["value"].as_f64().unwrap() > 0.0);
    assert_eq!(fs::read_dir(out.join("robustness")).unwrap().count(), 6);
}

#[test]
fn evaluate_names_what_it_cannot_use() {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path(), &root, |i| i % 2);
    let twice = folder.path().join("twice.csv");
    fs::write(&twice, "image,patient_id,stage\nbroken.png,a,0\n./broken.png,b,1\n").unwrap();
    let bare = folder.path().join("bare.csv");
    fs::write(&bare, "image,patient_id,tb\nbroken.png,a,\n").unwrap();
    let out = folder.path().join("evaluation");
    let cases: [(&Path, &[&str], &str); 7] = [
        (&table, &["--label", "nothing"], "no column nothing"),
        (&table, &["--label", "sex"], "its column sex holds \"f\""),
        (&table, &["--label", "tb", "--subgroup", "age"], "no table has this column"),
        (&table, &["--label", "tb", "--prevalence", "5"], "above 0 and below 1"),
        (&twice, &[], "stands in the tables twice"),
        (&bare, &["--label", "tb"], "none of the 1 films has a label"),
        (&folder.path().join("gone.csv"), &[], "gone.csv"),
    ];
    for (table, more, said) in cases {
        let output = evaluate(&root, table, &out, more);
        assert_code(&output, 1);
        assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
    }
    assert!(!out.exists(), "nothing was written");
}

/// The readings of three readers through `labels`, evaluated in `folder`: its results and what was said.
pub(crate) fn readers_evaluated(folder: &Path) -> (PathBuf, Output) {
    let root = repository();
    let mut classified = String::from("image,reader,profusion\n");
    let films = ["00002549_003.jpg", "00002980_000.jpg", "00003137_001.jpg", "00003426_008.jpg"];
    for (film, profusions) in films.iter().zip([
        ["0/0", "0/1", "0/0"],
        ["1/0", "0/1", "1/1"],
        ["2/2", "1/2", ""],
        ["0/0", "3/3", "1/1"],
    ]) {
        fs::copy(root.join("samples").join(film), folder.join(film)).unwrap();
        for (reader, profusion) in ["B1", "B2", "B <3>"].iter().zip(profusions) {
            if !profusion.is_empty() {
                classified += &format!("{film},{reader},{profusion}\n");
            }
        }
    }
    fs::write(folder.join("classifications.csv"), classified).unwrap();
    assert_code(&koniscope(&root, ["labels", "niosh", folder.to_str().unwrap()]), 0);
    let (table, out) = (folder.join("labels.csv"), folder.join("evaluation"));
    let output = evaluate(&root, &table, &out, &["--json", "--model", "zones"]);
    (out, output)
}

#[test]
fn what_labels_writes_of_readers_evaluate_compares() {
    let folder = tempfile::tempdir().unwrap();
    let (out, output) = readers_evaluated(folder.path());
    assert_code(&output, 0);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let readers = &report["readers"];
    assert_eq!(readers["names"], serde_json::json!(["B1", "B2", "B <3>"]));
    assert_eq!(readers["films"], serde_json::json!({ "2": 1, "3": 3 }));
    // Each film has a majority, and labels made of it are no reference of their own.
    assert_eq!(readers["labels_made_of_readers"], 4);
    assert!(!report["warnings"].to_string().contains("not understood"), "{}", report["warnings"]);
    let figures = report["figures"].as_array().unwrap();
    let value = |name: &str| {
        let figure = figures.iter().find(|f| f["name"] == name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(figure["section"], "readers");
        (figure["value"].as_f64(), figure["n"].as_u64())
    };
    assert_eq!(value("ILO profusion: agreement, B1 and B2"), (Some(0.0), Some(4)));
    assert_eq!(value("disease: agreement, B1 and B2"), (Some(0.5), Some(4)));
    // Of all: 0/0, 1/0, 2/1 (between 1/2 and 2/2), 1/1.
    assert_eq!(value("ILO profusion: agreement, B1 against the consensus of all").0, Some(0.5));
    assert!(figures.iter().all(|f| !f["name"].as_str().unwrap().contains("the table's labels")));
    let listed = fs::read_to_string(out.join("disagreements.csv")).unwrap();
    assert_eq!(listed.lines().count(), 5);
    assert!(listed.lines().nth(1).unwrap().contains("00003426_008.jpg"), "{listed}");
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("<h2>Readers</h2>") && page.contains("B &lt;3&gt;: 1/1"));
    assert!(!page.contains("B <3>") && !without_pictures(&page).contains("NaN"));
}
