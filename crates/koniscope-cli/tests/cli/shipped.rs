//! The first command, with the weights and films that ship.

use std::{fs, path::Path};

use serde_json::Value;

use crate::program::{assert_code, koniscope, repository, stdout};

/// All samples and one broken file: files, JSON, page and exit codes.
#[test]
fn samples_are_read_whole() {
    let root = repository();
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let output = koniscope(&root, ["read", "samples", "--out", folder, "--json"]);
    assert_code(&output, 0);
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let films = json["films"].as_array().unwrap();
    let twin = root.join("crates/koniscope/tests/data/golden/reading.json");
    let twin: Value = serde_json::from_slice(&fs::read(twin).unwrap()).unwrap();
    assert_eq!(
        films.len(),
        twin["samples"].as_object().unwrap().len(),
        "rerun reference/reading.py"
    );
    for film in films {
        let results = out.path().join(film["file"]["folder"].as_str().unwrap());
        assert_eq!(film["models"]["lungs"]["sha256"].as_str().unwrap().len(), 64);
        let p = film["pneumoconiosis"]["probability"].as_f64().unwrap();
        let mut samples = twin["samples"].as_object().unwrap().iter();
        let of_film =
            |(name, _): &(&String, &Value)| Path::new(name).file_stem() == results.file_name();
        let (_, expected) = samples.find(of_film).unwrap();
        let expected = expected["disease"].as_f64().unwrap();
        assert!((p - expected).abs() < 0.02, "{p}, by an independent program {expected}");
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

    // A broken file beside the good ones: its error, their readings, and code 2.
    let broken = out.path().join("broken.png");
    fs::write(&broken, "no picture").unwrap();
    let output = koniscope(&root, ["read", "samples", broken.to_str().unwrap()]);
    assert_code(&output, 2);
    assert!(stdout(&output).contains(&format!("{} read, 1 not read", films.len())));
}

/// README and the first lesson show what the first command prints, which `koniscope/tests/shipped.rs` holds to
/// an independent program; numbers may differ in the last digit shown, since kernels differ.
#[test]
fn documents_show_what_is_read() {
    let root = repository();
    let output = koniscope(&root, ["read", "samples"]);
    assert_code(&output, 0);
    let printed = stdout(&output);
    let (head, films): (Vec<&str>, Vec<&str>) = {
        let lines = || printed.lines().map(str::trim);
        (
            lines().filter(|line| line.starts_with("film ")).collect(),
            lines().filter(|line| line.starts_with("samples/")).collect(),
        )
    };
    assert!(head.len() == 1 && films.len() >= 4, "{printed}");
    for document in ["README.md", "docs/getting-started/first-reading.md"] {
        let text = fs::read_to_string(root.join(document)).unwrap();
        let shown: Vec<&str> =
            text.lines().map(str::trim).filter(|line| line.starts_with("samples/")).collect();
        assert!(text.lines().any(|line| line.trim() == head[0]), "{document}: {}", head[0]);
        assert_eq!(shown.len(), films.len(), "{document}");
        for (shown, film) in shown.iter().zip(&films) {
            let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let (shown, film) = (words(shown), words(film));
            let same =
                shown.len() == film.len() && shown.iter().zip(&film).all(|(a, b)| alike(a, b));
            assert!(same, "{document} shows {shown:?}, read is {film:?}");
        }
    }
}

/// The same word, or numbers that differ by 0.011 or a thousandth at most.
fn alike(shown: &str, read: &str) -> bool {
    let number = |word: &str| word.parse::<f64>().ok();
    match (number(shown), number(read)) {
        (Some(a), Some(b)) => (a - b).abs() <= f64::max(0.011, 0.001 * b.abs()),
        _ => shown == read,
    }
}
