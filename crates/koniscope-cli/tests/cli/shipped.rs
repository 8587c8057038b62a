//! The first command, with the weights and films that ship.

use std::fs;

use serde_json::Value;

use crate::{
    browser,
    program::{assert_code, koniscope, repository, stdout},
};

/// All samples and one broken file: files, JSON, page and exit codes.
#[test]
fn samples_are_read_whole() {
    let Some(root) = repository() else { return };
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let output = koniscope(&root, ["read", "samples", "--out", folder, "--json"]);
    assert_code(&output, 0);
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let films = json["films"].as_array().unwrap();
    assert!(films.len() >= 4, "{} samples", films.len());
    for film in films {
        let results = out.path().join(film["film"]["folder"].as_str().unwrap());
        assert_eq!(film["models"]["lungs"]["sha256"].as_str().unwrap().len(), 64);
        let p = film["pneumoconiosis"]["probability"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&p), "{p}");
        let [width, height] =
            ["width", "height"].map(|side| film["film"][side].as_u64().unwrap() as u32);
        let lungs = image::open(results.join("lungs.png")).unwrap();
        assert_eq!(lungs.color(), image::ColorType::L8);
        assert_eq!((lungs.width(), lungs.height()), (width, height));
        for (label, side) in [(1, "right"), (2, "left")] {
            let pixels = lungs.as_bytes().iter().filter(|v| **v == label).count() as u64;
            assert_eq!(film["lungs"][side]["area_px"].as_u64(), Some(pixels), "{side}");
        }
        assert!(image::open(results.join("overlay.png")).unwrap().width() > 768);
    }

    if let Some(seen) = browser::look(&out.path().join("index.html")) {
        assert_eq!((seen.pictures, seen.broken), (films.len(), 0), "{seen:?}");
        assert!(seen.overflow <= 0, "{seen:?}");
        assert_eq!(seen.buttons, 6, "{seen:?}");
    }

    // A broken file beside the good ones: its error, their readings, and code 2.
    let broken = out.path().join("broken.png");
    fs::write(&broken, "no picture").unwrap();
    let output = koniscope(&root, ["read", "samples", broken.to_str().unwrap()]);
    assert_code(&output, 2);
    assert!(stdout(&output).contains(&format!("{} read, 1 not read", films.len())));
}
