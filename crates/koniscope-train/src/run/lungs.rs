//! `koniscope train lungs`: films with masks to a U-Net with its scores.

use koniscope::{
    manifest::{Input, Manifest, Network},
    model::Device,
    reader::LUNGS_MANIFEST,
    weights::load_lungs,
};

use koniscope_data::{
    LabeledRow, read_labels,
    split::{Split, Training, Tuning},
};

use super::{
    Options, Outcome, folder, report_failures,
    score_lungs::{figures, score_films, write_scores},
};
use crate::{
    Error,
    dataset::{Sample, load_samples},
    network::{Missing, load_pretrained, unet::UNet},
    optimizer::adamw,
    recipe::{LungRecipe, data_sources},
    run_log::Observer,
    training::segmentation::{CLASSES, LungTask, SizedSamples},
    write::write_atomic,
};

/// Trains the first stage, writes `lungs.toml` with its weights into the run's folder and
/// scores them, as written, on the test part.
///
/// # Errors
/// [`Error`] of any step; a film that cannot be used is noted and left out.
pub fn train(
    recipe: &LungRecipe,
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let Network::Unet { width, depth } = recipe.network else {
        unreachable!("a checked recipe holds a U-Net");
    };
    folder::open(&options.out, recipe, options.resume)?;
    let split = split(recipe, options, observer)?;
    write_atomic(&options.out.join("split.csv"), &split.to_csv())?;

    let device = options.device.burn();
    device.seed(recipe.training.seed);
    let device = device.clone().autodiff();
    let mut network = UNet::new(width, depth, CLASSES.len(), &device);
    if let Some(file) = &options.init {
        load_pretrained(&mut network, file, Missing::KeepHead)?;
    }
    let training = &recipe.training;
    let load = |i: usize| {
        let size = recipe.sizes[i];
        let side = [size.pixels; 2];
        let (train, left_out) = load_samples(split.training(), side, &recipe.behind_heart)?;
        let (tuning, more) = load_samples(split.tuning(), side, &recipe.behind_heart)?;
        Ok::<_, Error>((sized(recipe, i, train, tuning), [left_out, more].concat()))
    };
    let (samples, left_out) = load(0)?;
    report_failures(&left_out, observer);
    let mut task = LungTask {
        load: |epoch: usize, now: &SizedSamples| {
            let i = recipe.size_at(epoch);
            if recipe.sizes[i].from_epoch == now.from_epoch {
                return Ok(None);
            }
            Ok(Some(load(i)?.0))
        },
        samples,
        augment: recipe.augment.clone(),
        loss: recipe.loss,
        batch: training.batch,
        seed: training.seed,
        device: options.device.clone(),
    };
    let optimizer = adamw(training.weight_decay, training.clip, &Default::default());
    let (best, best_epoch) = options.fit(&mut task, network, training, optimizer, observer)?;

    let films = |cases: &[LabeledRow]| {
        data_sources(cases.iter().map(|c| (c.set.as_str(), c.patient.as_str())), &recipe.licences)
    };
    let manifest = Manifest {
        id: recipe.id.clone(),
        file: String::new(),
        sha256: String::new(),
        notice: None,
        target: None,
        trained_on: None,
        calibrated_on: None,
        classes: CLASSES.map(str::to_owned).to_vec(),
        network: recipe.network.clone(),
        region: Default::default(),
        peaks: false,
        mirrored: false,
        input: input(recipe, recipe.size_at(best_epoch)),
        calibration: None,
        training: Some(options.origin(&split, films(split.training()))),
        scores: Vec::new(),
    };
    let mut manifest = folder::write_model(&options.out, LUNGS_MANIFEST, &best, manifest)?;

    let path = options.out.join(LUNGS_MANIFEST);
    observer.note("scoring the test films");
    let segmenter = load_lungs(&path, &Device::cpu())?;
    let scored = score_films(&segmenter, split.test(), &recipe.behind_heart, observer);
    write_scores(&options.out, &scored)?;
    let figures = figures(&scored, recipe.split.seed);
    manifest.scores = figures.iter().map(super::Figure::score).collect();
    folder::write_manifest(&path, &manifest)?;
    Ok(Outcome { manifest: path, figures })
}

/// Reads the tables, leaves out films without a mask, and splits the rest.
fn split(
    recipe: &LungRecipe,
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<Split, Error> {
    let mut cases = Vec::new();
    for table in &options.tables {
        let rows = read_labels(table, None)?;
        let all = rows.len();
        let with_mask: Vec<LabeledRow> = rows.into_iter().filter(|c| c.mask.is_some()).collect();
        observer.note(&format!(
            "{}: {} films with a mask, {} without",
            table.display(),
            with_mask.len(),
            all - with_mask.len()
        ));
        cases.extend(with_mask);
    }
    options.split(cases, &recipe.split, &recipe.test_only, observer)
}

fn sized(
    recipe: &LungRecipe,
    i: usize,
    train: Training<Sample>,
    tuning: Tuning<Sample>,
) -> SizedSamples {
    let from_epoch = recipe.sizes[i].from_epoch;
    SizedSamples { from_epoch, input: input(recipe, i), train, tuning }
}

fn input(recipe: &LungRecipe, i: usize) -> Input {
    let side = recipe.sizes[i].pixels;
    let scaling = recipe.scaling;
    Input {
        width: side,
        height: side,
        channels: 1,
        mean: scaling.mean,
        std: scaling.std,
        detail: false,
    }
}
