//! One network of one fold, by the trainer.

use std::path::{Path, PathBuf};

use koniscope_train::{
    recipe::{ClassifierRecipe, LungRecipe, ZoneRecipe},
    run::{LungSource, Options as Run, classifier, lungs, zones},
};

use crate::{
    Error, Options, Watch,
    model::{Kind, Model},
    recipes::{Recipes, checked},
    step::{Step, lungs_of},
};

/// Folder of crops, in the experiment's: those of a film serve all folds and models of one size.
const CROPS: &str = "crops";

/// Trains the U-Net of a fold.
pub(crate) fn train_lungs(
    options: &Options,
    recipes: &Recipes,
    table: &Path,
    fold: usize,
    watch: &dyn Watch,
) -> Result<(), Error> {
    let step = Step::Lungs(fold);
    let (file, mut recipe) = checked(&options.out, "lungs", &recipes.lungs()?, LungRecipe::read)?;
    (recipe.split.fold, recipe.id) = (fold, format!("lungs-fold-{fold}"));
    let run = Run { init: None, ..run(options, file, table, step) };
    lungs::train(&recipe, &run, &mut *watch.trainer()).map(drop).map_err(|e| failed(step, e))
}

/// Trains a model's network on a fold, from where it was stopped, and has it scored on the fold's
/// films.
pub(crate) fn train(
    options: &Options,
    recipes: &Recipes,
    table: &Path,
    (model, fold): (Model, usize),
    watch: &dyn Watch,
) -> Result<(), Error> {
    let step = Step::Train(model, fold);
    let (out, name) = (&options.out, model.name());
    let lungs = LungSource {
        models: lungs_of(&options.settings, &options.models, out, fold),
        cache: out.join(CROPS),
    };
    let id = format!("{name}-fold-{fold}");
    let mut observer = watch.trainer();
    let result = if model.kind == Kind::Zones {
        let (file, mut recipe) = checked(out, name, &recipes.zones()?, ZoneRecipe::read)?;
        (recipe.split.fold, recipe.id) = (fold, id);
        zones::train(&recipe, &run(options, file, table, step), &lungs, &mut *observer).map(drop)
    } else {
        let recipe = recipes.classifier(model)?;
        let (file, mut recipe) = checked(out, name, &recipe, ClassifierRecipe::read)?;
        (recipe.split.fold, recipe.id) = (fold, id);
        let run = run(options, file, table, step);
        classifier::train(&recipe, &run, &lungs, &mut *observer).map(drop)
    };
    result.map_err(|e| failed(step, e))
}

fn run(options: &Options, recipe: PathBuf, table: &Path, step: Step) -> Run {
    Run {
        recipe,
        tables: vec![table.to_owned()],
        out: step.folder(&options.out),
        init: options.settings.init.clone(),
        init_split: None,
        resume: true,
        device: options.device.clone(),
    }
}

fn failed(step: Step, source: koniscope_train::Error) -> Error {
    Error::Training { step: step.name(), source }
}
