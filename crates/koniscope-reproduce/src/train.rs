//! One network of one fold, by the trainer.

use std::path::{Path, PathBuf};

use koniscope_train::{
    recipe::{ClassifierRecipe, LungRecipe, ZoneRecipe},
    run::{LungSource, Options as Run, classifier, lungs, zones},
};

use crate::{
    Error, Options, Watch,
    model::Model,
    recipes::{Recipes, checked},
    step::{Step, lungs_of},
};

/// Folder of crops, in the experiment's: those of a film serve all folds and models of one size.
const CROPS: &str = "crops";

/// Trains the network of a step, from where it was stopped, and has it scored on the fold's films.
pub(crate) fn train(
    options: &Options,
    recipes: &Recipes,
    table: &Path,
    step: Step,
    watch: &dyn Watch,
) -> Result<(), Error> {
    let out = &options.out;
    let run = |recipe: PathBuf| Run {
        recipe,
        tables: vec![table.to_owned()],
        out: step.folder(out),
        init: options.settings.init.clone(),
        init_split: None,
        resume: true,
        device: options.device.clone(),
        commit: options.commit.clone(),
    };
    let source = |fold| LungSource { models: lungs_of(options, fold), cache: out.join(CROPS) };
    let mut observer = watch.trainer();
    let id = step.name().replace(' ', "-");
    let trained = match step {
        Step::Simulate => return Ok(()),
        Step::Lungs(fold) => {
            let (file, mut recipe) = checked(out, "lungs", &recipes.lungs()?, LungRecipe::read)?;
            (recipe.split.fold, recipe.id) = (fold, id);
            lungs::train(&recipe, &Run { init: None, ..run(file) }, &mut *observer).map(drop)
        }
        Step::Fold(model @ Model::Zones, fold) => {
            let (file, mut recipe) =
                checked(out, &model.to_string(), &recipes.zones()?, ZoneRecipe::read)?;
            (recipe.split.fold, recipe.id) = (fold, id);
            zones::train(&recipe, &run(file), &source(fold), &mut *observer).map(drop)
        }
        Step::Fold(model, fold) => {
            let recipe = recipes.classifier(model)?;
            let (file, mut recipe) =
                checked(out, &model.to_string(), &recipe, ClassifierRecipe::read)?;
            (recipe.split.fold, recipe.id) = (fold, id);
            classifier::train(&recipe, &run(file), &source(fold), &mut *observer).map(drop)
        }
    };
    trained.map_err(|source| Error::Training { step: step.name(), source })
}
