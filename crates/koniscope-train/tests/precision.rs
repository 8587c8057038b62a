//! bf16 is offered only because it does not change results: on real films, lungs within 0.002 of
//! Dice and the classifier within 0.003 of AUC of f32.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};

use koniscope::{
    Reader, model::Device, plane::resize_labels, reader::load_reader, reading::SecondStageKind,
};
use koniscope_data::{LabelColumn, LabeledRow, mask::lung_dice, read_labels};
use koniscope_metrics::roc::auc;
use koniscope_train::dataset::{load_film, load_mask};
use rayon::prelude::*;

/// One film in so many: both readers see the same.
const EVERY: usize = 5;

/// The folder of real films, and a reader in f32 and one in bf16.
fn readers() -> (PathBuf, [Reader; 2]) {
    let data = std::env::var_os("KONISCOPE_DATA").expect("KONISCOPE_DATA names real films");
    let bf16 = Device::cpu_bf16().unwrap();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let load =
        |device: &Device| load_reader(&models, device, Some(SecondStageKind::Paper)).unwrap();
    (data.into(), [load(&Device::cpu()), load(&bf16)])
}

fn films(table: &Path, label: Option<LabelColumn>) -> Vec<LabeledRow> {
    read_labels(table, label).unwrap().into_iter().step_by(EVERY).collect()
}

#[test]
#[ignore = "needs KONISCOPE_DATA and bf16"]
fn lungs_are_as_good() {
    let (data, readers) = readers();
    for set in ["radiographs-nlm", "lungs-jsrt"] {
        let mut cases = films(&data.join(set).join("labels.csv"), None);
        cases.retain(|case| case.mask.is_some());
        let mean = |reader: &Reader| {
            let dice = cases.par_iter().map(|case| {
                let film = load_film(case).unwrap();
                let truth = load_mask(case, &film).unwrap();
                let truth = resize_labels(
                    &truth.labels,
                    [truth.width, truth.height],
                    [film.width(), film.height()],
                );
                let found = reader.segmenter().lungs(&film);
                found.map_or(0.0, |mask| lung_dice(mask.labels(), &truth))
            });
            dice.sum::<f64>() / cases.len() as f64
        };
        let [f32, bf16] = [mean(&readers[0]), mean(&readers[1])];
        println!("{set}, {} films: Dice {f32:.5} in f32, {bf16:.5} in bf16", cases.len());
        assert!(f32 > 0.9 && (f32 - bf16).abs() < 0.002, "{set}: {f32} and {bf16}");
    }
}

#[test]
#[ignore = "needs KONISCOPE_DATA and bf16"]
fn the_classifier_is_as_good() {
    let (data, readers) = readers();
    let classes = ["normal", "tuberculosis"].map(str::to_owned);
    let label = LabelColumn { name: "tb_abnormal", classes: &classes };
    let cases = films(&data.join("radiographs-nlm/labels.csv"), Some(label));
    // Each reader on its own lungs, as a user has it. The films are no test part of the weights:
    // what is compared here is one precision with the other.
    let area = |reader: &Reader| {
        let probabilities: Vec<(f64, bool)> = cases
            .par_iter()
            .filter_map(|case| {
                let film = load_film(case).unwrap();
                let mask = reader.segmenter().lungs(&film).ok()?;
                let p = reader.probabilities(&film, &mask).ok()?;
                Some((p[1], case.class == Some(1)))
            })
            .collect();
        let (scores, truth): (Vec<f64>, Vec<bool>) = probabilities.into_iter().unzip();
        auc(&scores, &truth).unwrap()
    };
    let [f32, bf16] = [area(&readers[0]), area(&readers[1])];
    println!("{} films: AUC {f32:.5} in f32, {bf16:.5} in bf16", cases.len());
    assert!((f32 - bf16).abs() < 0.003, "{f32} and {bf16}");
}
