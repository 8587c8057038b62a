//! `koniscope read` with a zone grader: random weights, the lungs that ship.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    program::{assert_code, koniscope, stderr, stdout},
    tiny_models,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A working folder with the lung network that ships and both tiny second stages.
pub(crate) fn folder() -> TempDir {
    let files = fs::read_dir(root().join("models")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("models");
    tiny_models::write(&models);
    tiny_models::write_zones(&models);
    for file in files.map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap();
        if name.contains("lungs") {
            fs::copy(&file, models.join(name)).unwrap();
        }
    }
    folder
}

pub(crate) fn read(folder: &Path, more: &[&str]) -> Value {
    let film = root().join("samples/00002549_003.jpg");
    let args = ["read", film.to_str().unwrap(), "--json", "--out", "out"];
    let output = koniscope(folder, args.into_iter().chain(more.iter().copied()));
    assert_code(&output, 0);
    serde_json::from_str::<Value>(&stdout(&output)).unwrap()["films"][0].clone()
}

#[test]
fn zones_are_read_where_they_are_there_and_paper_where_it_is_asked_for() {
    let folder = folder();
    let film = read(folder.path(), &[]);
    assert_eq!(film["models"]["grader"], "zones");
    assert_eq!(film["models"]["classifier"]["id"], "tiny-zones");
    let stages: Vec<f64> = serde_json::from_value(film["gbz70"]["probabilities"].clone()).unwrap();
    assert!((stages.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    let p = film["pneumoconiosis"]["probability"].as_f64().unwrap();
    assert!((p + stages[0] - 1.0).abs() < 1e-9);
    let area: u64 = ["right_upper", "right_middle", "right_lower"]
        .map(|zone| film["zones"][zone]["area_px"].as_u64().unwrap())
        .iter()
        .sum();
    assert_eq!(film["lungs"]["right"]["area_px"].as_u64(), Some(area));
    let results = folder.path().join("out/00002549_003");
    assert!(image::open(results.join("overlay.png")).unwrap().width() > 768);

    let again = read(folder.path(), &["--model", "zones"]);
    for field in ["zones", "zone_lines", "gbz70", "ilo", "large_opacities"] {
        assert_eq!(film[field], again[field], "{field}");
    }
    let paper = read(folder.path(), &["--model", "paper"]);
    assert_eq!(paper["models"]["grader"], "paper");
    assert_eq!(paper["zone_lines"], film["zone_lines"]);
    assert!(paper.get("gbz70").is_none() && paper.get("zones").is_none());
}

#[test]
fn zones_that_are_not_there_are_named() {
    let folder = tempfile::tempdir().unwrap();
    tiny_models::write(&folder.path().join("models"));
    fs::write(folder.path().join("film.png"), "").unwrap();
    let output = koniscope(folder.path(), ["read", "film.png", "--model", "zones"]);
    assert_code(&output, 1);
    assert!(stderr(&output).contains("models holds no zones.toml"), "{}", stderr(&output));
    let output = koniscope(folder.path(), ["read", "film.png", "--model", "other"]);
    assert_code(&output, 1);
    assert!(stderr(&output).contains("paper, zones"), "{}", stderr(&output));
}

#[test]
fn manifests_that_are_no_zone_graders_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("models");
    tiny_models::write(&models);
    tiny_models::write_zones(&models);
    fs::write(folder.path().join("film.png"), "").unwrap();
    let zones = fs::read_to_string(models.join("zones.toml")).unwrap();
    let classifier = fs::read_to_string(models.join("classifier.toml")).unwrap();
    let fewer = zones.replacen("{ slope = 1.0, intercept = 0.0 }, ", "", 1);
    for (name, text, said) in [
        ("zones", zones.replace("\"aggregation\"", "\"crowding\""), "a zone grader answers"),
        ("zones", fewer, "calibrates 11 outputs; 12 with a slope above 0"),
        ("zones", zones.replacen("slope = 1.0", "slope = 0.0", 1), "with a slope above 0"),
        ("zones", zones.replace("region = \"zones\"", ""), "trained on crops of both lungs"),
        ("zones", classifier, "here it would be given single zones"),
        ("paper", zones.clone(), "tiny-zones was trained on single zones"),
    ] {
        let manifest = if name == "paper" { "classifier.toml" } else { "zones.toml" };
        fs::write(models.join(manifest), text).unwrap();
        let output = koniscope(folder.path(), ["read", "film.png", "--model", name]);
        assert_code(&output, 1);
        assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
    }
}
