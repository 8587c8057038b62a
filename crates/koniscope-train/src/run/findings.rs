//! `koniscope train findings`: films with findings of any kind to weights for the classifier to
//! start from. They are no model: nothing reads with them.

use koniscope::{manifest::Input, model::Device, reader::LUNGS_MANIFEST, weights::load_lungs};

use koniscope_data::{
    LabeledRow, read_labels,
    split::{Kind, Part},
    table::whole,
};

use super::{
    Options,
    crops::{Crops, LungSource},
    folder,
};
use crate::{
    Error,
    network::{Missing, to_safetensors},
    optimizer::adamw,
    recipe::FindingsRecipe,
    run_log::Observer,
    training::findings::{FindingsTask, WithFindings},
    write::write_atomic,
};

/// Trains on the findings and writes `{id}.safetensors` into the run's folder; returns its path.
///
/// # Errors
/// [`Error`] of any step; a film that cannot be used is noted and left out.
pub fn train(
    recipe: &FindingsRecipe,
    options: &Options,
    lungs: &LungSource,
    observer: &mut dyn Observer,
) -> Result<std::path::PathBuf, Error> {
    folder::open(&options.out, recipe, options.resume)?;
    let mut cases = Vec::new();
    for table in &options.tables {
        let wanted =
            |case: &LabeledRow| recipe.only.iter().all(|(k, v)| case.fields.get(k) == Some(v));
        cases.extend(read_labels(table, None)?.into_iter().filter(wanted));
    }
    let split = options.split(cases, &recipe.split, &[], observer)?;
    write_atomic(&options.out.join("split.csv"), &split.to_csv())?;

    // Weights that do not fit should not show after minutes of cutting.
    let network = options.resnet(
        &recipe.network,
        recipe.findings.len(),
        recipe.training.seed,
        Missing::KeepHead,
    )?;
    let segmenter = load_lungs(&lungs.models.join(LUNGS_MANIFEST), &Device::cpu())?;
    let crops = Crops::of(&segmenter, recipe.region, recipe.crop, lungs);
    let train = labeled(recipe, &crops, split.training(), observer)?;
    let tuning = labeled(recipe, &crops, split.tuning(), observer)?;
    let [width, height] = recipe.crop;
    let (scaling, training) = (recipe.scaling, &recipe.training);
    let mut task = FindingsTask {
        train,
        tuning,
        input: Input {
            width,
            height,
            channels: 3,
            mean: scaling.mean,
            std: scaling.std,
            detail: false,
        },
        augment: recipe.augment.clone(),
        batch: training.batch,
        seed: training.seed,
        device: options.device.clone(),
    };
    let optimizer = adamw(training.weight_decay, training.clip, &Default::default());
    let (best, _) = options.fit(&mut task, network, training, optimizer, observer)?;
    let path = options.out.join(format!("{}.safetensors", recipe.id));
    write_atomic(&path, &to_safetensors(&best, true)?)?;
    Ok(path)
}

/// Crops with their findings; a film without a 0 or 1 for each is noted and left out.
fn labeled<P: Kind>(
    recipe: &FindingsRecipe,
    crops: &Crops,
    films: &Part<P>,
    observer: &mut dyn Observer,
) -> Result<Part<P, WithFindings>, Error> {
    let findings = |case: &LabeledRow| -> Result<Vec<bool>, String> {
        let cell = |name: &String| match case.fields.get(name).and_then(|cell| whole(cell)) {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => Err(format!("column {name} holds no 0 or 1")),
        };
        recipe.findings.iter().map(cell).collect()
    };
    let labeled = crops.labeled(films, observer, findings)?;
    let with = |(pictures, findings): (Vec<_>, Vec<bool>)| {
        pictures.into_iter().map(move |crop| WithFindings { crop, findings: findings.clone() })
    };
    Ok(labeled.flat_map(with))
}
