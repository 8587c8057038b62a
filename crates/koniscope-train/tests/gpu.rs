//! A GPU learns what the processor learns. Built with the feature `gpu` alone. Mesa's lavapipe answers without a
//! GPU.
#![cfg(feature = "gpu")]
#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "shared with other tests")]
mod drawn;

use std::{fs, path::Path};

use drawn::{LUNGS, Watcher, ZONES, draw_films, options, written};
use koniscope_train::{
    network::Device,
    recipe::{LungRecipe, ZoneRecipe},
    run::{LungSource, Options, lungs, zones},
};

/// Losses of a run, an epoch each.
fn losses(run: &Path) -> Vec<f64> {
    let log = fs::read_to_string(run.join("log.jsonl")).unwrap();
    let loss = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["train_loss"].as_f64().unwrap()
    };
    log.lines().map(loss).collect()
}

#[test]
#[ignore = "needs a GPU"]
fn from_the_same_weights_and_seed_both_lose_alike() {
    let device = Device::gpu().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let films = folder.path().join("drawn");
    fs::create_dir(&films).unwrap();
    let table = draw_films(&films);
    let at = |name: &str| folder.path().join(name);
    let mut watcher = Watcher::default();
    let recipe = written(&at("lungs"), LUNGS, |path| LungRecipe::read(path).unwrap());
    lungs::train(&recipe, &options(&table, at("lungs"), false), &mut watcher).unwrap();

    let lungs = LungSource { models: at("lungs"), cache: at("crops") };
    let mut grade = |run: &str, epochs: usize, init: Option<&str>, device: Device| {
        let text = ZONES.replace("epochs = 6", &format!("epochs = {epochs}"));
        let recipe = written(&at(run), &text, |path| ZoneRecipe::read(path).unwrap());
        let init = init.map(|run| at(run).join("drawn-zones.safetensors"));
        let options = Options { init, device, ..options(&table, at(run), false) };
        zones::train(&recipe, &options, &lungs, &mut watcher).unwrap();
        losses(&at(run))
    };
    let start = grade("start", 1, None, Device::cpu());
    let processor = grade("processor", 3, Some("start"), Device::cpu());
    let gpu = grade("gpu", 3, Some("start"), device);
    // Sums in another order: the longer they run, the further they part.
    for (i, (a, b)) in processor.iter().zip(&gpu).enumerate() {
        assert!((a - b).abs() < 0.05 * a, "epoch {i}: {a} on the processor, {b} on the GPU");
    }
    assert!(gpu.len() == 3 && gpu[2] < 0.8 * start[0], "{start:?} {gpu:?}");
}
