//! `koniscope-train reproduce --quick`: the whole experiment on phantoms, stopped and gone on with.
#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use koniscope::checked_manifest::CheckedManifest;
use serde_json::Value;

#[path = "../../koniscope-cli/tests/cli/output.rs"]
mod output;

use output::{assert_code, stderr, stdout};

/// The repository, with the weights that ship.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn program(root: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_koniscope-train"));
    program.current_dir(root).env_remove("KONISCOPE_MODELS");
    program
}

const ALL: [[&str; 3]; 2] = [["paper2", "zones", "whole2"], ["paper4", "zones", "whole4"]];

fn args<'a>(out: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let quick = ["reproduce", "--quick", "--count", "24", "--out", out.to_str().unwrap()];
    quick.into_iter().chain(more.iter().copied()).collect()
}

fn reproduce(root: &Path, out: &Path, more: &[&str]) -> Output {
    program(root).args(args(out, more)).output().unwrap()
}

/// Starts the experiment and ends it by force once the first fold of the first model is read.
fn start_and_stop(root: &Path, out: &Path) {
    let mut child =
        program(root).args(args(out, &["--quiet"])).stdout(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while !out.join("steps/paper2-fold-0").is_file() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was stopped");
        assert!(start.elapsed() < Duration::from_secs(600), "no step was done");
        thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|file| (file.file_name().unwrap().to_str().unwrap().into(), fs::read(&file).unwrap()))
        .collect()
}

/// Figures of a model, by name, over all films.
fn figures(report: &Value, question: usize, model: &str) -> Vec<Value> {
    let models = report["questions"][question]["models"].as_array().unwrap();
    let model = models.iter().find(|m| m["model"] == model).unwrap();
    model["figures"].as_array().unwrap().clone()
}

#[test]
fn reproduce_stops_goes_on_and_sets_all_models_side_by_side() {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("experiment");
    start_and_stop(&root, &out);
    assert!(!out.join("report.json").exists());
    let steps = files(&out.join("steps"));
    let weights =
        |out: &Path| fs::read(out.join("paper2/fold-0/paper2-fold-0.safetensors")).unwrap();
    let first = weights(&out);

    let plan: Value =
        serde_json::from_str(&stdout(&reproduce(&root, &out, &["--plan", "--json"]))).unwrap();
    let planned = plan["steps"].as_array().unwrap();
    let done = planned.iter().filter(|step| step[1] == true).count();
    assert!(planned.len() == 16 && done == steps.len() && done >= 2, "{plan}");
    assert_eq!(files(&out.join("steps")), steps, "a plan does nothing");

    let output = reproduce(&root, &out, &["--json"]);
    assert_code(&output, 0);
    let said = format!("{done} steps had been done by an earlier run, {} now", 16 - done);
    assert!(stderr(&output).contains(&said), "{}", stderr(&output));
    let after = files(&out.join("steps"));
    assert_eq!(after.len(), 16);
    assert!(steps.iter().all(|(name, text)| after[name] == *text), "no step was done again");
    assert!(weights(&out) == first);

    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&report["simulated"], &report["rehearsal"]), (&true.into(), &true.into()));
    for (question, models) in ALL.iter().enumerate() {
        for model in models {
            let n = figures(&report, question, model)[0]["n"].as_u64();
            assert_eq!(n, report["questions"][question]["films"].as_u64(), "{model}");
            let cases = fs::read_to_string(out.join(model).join("cases.csv")).unwrap();
            let films: BTreeSet<&str> =
                cases.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
            assert_eq!((cases.lines().count(), films.len()), (25, 24), "{model}");
        }
    }
    // Each network with its weights and what makes probabilities of them, by the version that read.
    let folds = report["folds"].as_array().unwrap();
    assert_eq!(folds.len(), 15);
    for fold in folds {
        let model = fold["model"].as_str().unwrap();
        let name = if model == "zones" { "zones.toml" } else { "classifier.toml" };
        let path = out.join(format!("{model}/fold-{}", fold["fold"])).join(name);
        let manifest = CheckedManifest::read(&path).unwrap();
        assert_eq!(fold["sha256"], manifest.sha256);
        assert_eq!(fold["calibration_sha256"], manifest.calibration_sha256());
        let training = manifest.training.as_ref().unwrap();
        assert_eq!(training.reading_version, Some(koniscope::READING_VERSION));
        assert_eq!(report["software"]["commit"], serde_json::json!(training.commit));
    }
    // The same folds for all, and no patient on both sides.
    let parts = |run: &str, part: &str| -> BTreeSet<String> {
        let text = fs::read_to_string(out.join(run).join("split.csv")).unwrap();
        let rows = text.lines().filter_map(|line| line.strip_prefix(part)?.strip_prefix(','));
        rows.map(str::to_owned).collect()
    };
    for fold in 0..3 {
        let [test, training] =
            ["test", "training"].map(|part| parts(&format!("paper2/fold-{fold}"), part));
        assert!(!test.is_empty() && test.is_disjoint(&training));
        for model in ["paper4", "zones", "whole2", "whole4"] {
            assert_eq!(parts(&format!("{model}/fold-{fold}"), "test"), test, "{model}");
        }
    }
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.matches("Research use only. Not a medical device").count() >= 2);
    assert!(page.contains("A REHEARSAL") && page.contains("0.9246") && !page.contains("NaN"));

    // All is done: the same figures. Other settings do not go on in this folder.
    let again = reproduce(&root, &out, &["--json", "--quiet"]);
    assert_code(&again, 0);
    let again: Value = serde_json::from_str(&stdout(&again)).unwrap();
    assert_eq!(again["questions"], report["questions"]);
    let other = reproduce(&root, &out, &["--seed", "2"]);
    assert_code(&other, 1);
    assert!(stderr(&other).contains("seed was 1, now 2"), "{}", stderr(&other));

    // One seed, one result: elsewhere, and never stopped.
    let elsewhere = folder.path().join("elsewhere");
    let more = ["--only", "paper2", "--json", "--quiet"];
    let output = reproduce(&root, &elsewhere, &more);
    assert_code(&output, 0);
    let other: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(weights(&elsewhere) == first);
    assert_eq!(figures(&other, 0, "paper2"), figures(&report, 0, "paper2"));
    assert_eq!(other["questions"].as_array().unwrap().len(), 1);
}

#[test]
fn reproduce_names_what_it_cannot_use() {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    let films = folder.path().join("films");
    fs::create_dir(&films).unwrap();
    let out = folder.path().join("experiment");
    let cases: [(&[&str], &str); 5] = [
        (&[], "no films. Name a folder"),
        (&["--quick", "--folds", "2"], "--folds 2: at least 3"),
        (&["--quick", "--only", "paper3"], "no model \"paper3\""),
        (&["--quick", "--recipes", films.to_str().unwrap()], "none of unet_lungs.toml"),
        (&[films.to_str().unwrap()], "simulate onto them: --onto"),
    ];
    let run = |more: &[&str]| {
        let fixed = ["reproduce", "--out", out.to_str().unwrap()];
        program(&root).args(fixed.iter().chain(more)).output().unwrap()
    };
    for (more, said) in cases {
        for plan in [&["--plan"][..], &[]] {
            let output = run(&[more, plan].concat());
            assert_code(&output, 1);
            assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
        }
    }
    // Films that know no stage: the models of four are said to be out of reach, and why.
    let mut table = String::from("image,patient_id,pneumoconiosis\n");
    (0..12).for_each(|i| table += &format!("{i}.png,p{i},{}\n", i % 2));
    fs::write(films.join("labels.csv"), table).unwrap();
    let films = films.to_str().unwrap();
    let output = run(&[films, "--folds", "3", "--plan"]);
    assert_code(&output, 0);
    let plan = stdout(&output);
    assert!(plan.contains("paper4 cannot be done: no film has a stage"), "{plan}");
    assert!(plan.contains("to do  paper2 fold 2") && !plan.contains("paper4 fold"), "{plan}");
    let output = run(&[films, "--only", "zones"]);
    assert_code(&output, 1);
    assert!(stderr(&output).contains("--only zones: no film has a stage"), "{}", stderr(&output));
}
