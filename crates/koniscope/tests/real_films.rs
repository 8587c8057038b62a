//! Real films, read whole by the weights that ship.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::{Path, PathBuf};

use koniscope::{Reader, model::Device, weights::load_reader};

/// Every so many films of a set are read here; all of them take a quarter of an hour.
const STRIDE: usize = 12;

fn reader() -> Reader {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    load_reader(&models, &Device::cpu(), None).unwrap()
}

/// The folder of real films, or nothing and a word that the test is skipped.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("KONISCOPE_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: KONISCOPE_DATA does not name a folder of real films");
    }
    folder
}

#[test]
fn frontal_films_are_read() {
    let Some(data) = data() else { return };
    let reader = reader();
    for set in ["radiographs-nlm", "lungs-jsrt", "radiographs-nih"] {
        let mut films: Vec<PathBuf> = std::fs::read_dir(data.join(set).join("images"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        films.sort();
        assert!(films.len() >= 100, "{set} has {} films", films.len());
        let tried: Vec<&PathBuf> = films.iter().step_by(STRIDE).collect();
        let refused: Vec<String> = tried
            .iter()
            .filter_map(|film| {
                let bytes = std::fs::read(film).unwrap();
                let error = reader.read(&bytes, &|| 0.0).err()?;
                Some(format!("{}: {error}", film.display()))
            })
            .collect();
        assert!(refused.is_empty(), "{set}: {} of {}: {refused:#?}", refused.len(), tried.len());
    }
}

#[test]
fn photographs_are_refused() {
    let Some(data) = data() else { return };
    let reader = reader();
    for name in ["coyote", "dog", "flamingo"] {
        let path = data.join(format!("weights-resnet18-imagenet/check_{name}.jpg"));
        let error = reader.read(&std::fs::read(path).unwrap(), &|| 0.0).unwrap_err();
        assert_eq!(error.kind(), "color", "{name}: {error}");
    }
}
