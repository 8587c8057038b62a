//! The recipes that ship, made to fit the experiment: its folds, its seed, its films.

use std::{
    fs,
    path::{Path, PathBuf},
};

use koniscope::manifest::{Network, Region};
use koniscope_data::split::SplitRecipe;
use koniscope_train::recipe::{ClassifierRecipe, LungRecipe, Size, TrainingRecipe, ZoneRecipe};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Error, Settings,
    cohort::FOLD,
    model::{Model, Question},
    step::kept,
};

/// Name and text of each recipe that ships.
const LUNGS: [&str; 2] = ["unet_lungs.toml", include_str!("../../../recipes/unet_lungs.toml")];
const DISEASE: [&str; 2] =
    ["resnet34_disease.toml", include_str!("../../../recipes/resnet34_disease.toml")];
const STAGES: [&str; 2] =
    ["resnet34_stages.toml", include_str!("../../../recipes/resnet34_stages.toml")];
const ZONES: [&str; 2] =
    ["resnet34_zones.toml", include_str!("../../../recipes/resnet34_zones.toml")];

/// Folder of the recipes as run, in the experiment's.
const FOLDER: &str = "recipes";

/// A small ResNet, for a rehearsal.
const SMALL: Network = Network::Resnet { layers: 18, width: 8 };

/// Epochs of a rehearsal.
const QUICK_EPOCHS: usize = 2;

/// Where recipes come from, and what they are made to fit.
#[derive(Clone, Debug)]
pub(crate) struct Recipes<'a> {
    /// A folder of recipes that take the place of those that ship, by their names.
    pub(crate) folder: Option<&'a Path>,
    /// The experiment.
    pub(crate) settings: &'a Settings,
    /// What results by these weights must say.
    pub(crate) notice: Option<String>,
}

impl Recipes<'_> {
    /// Checks that a folder of recipes has one at least.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let Some(folder) = self.folder else { return Ok(()) };
        let names = [LUNGS, DISEASE, STAGES, ZONES].map(|[name, _]| name);
        if names.iter().any(|name| folder.join(name).is_file()) {
            return Ok(());
        }
        Err(Error::Option(format!(
            "--recipes {}: none of {} is in it",
            folder.display(),
            names.join(", ")
        )))
    }

    /// The U-Net's.
    pub(crate) fn lungs(&self) -> Result<LungRecipe, Error> {
        let mut recipe: LungRecipe = self.base(LUNGS)?;
        self.fit(&mut recipe.split, &mut recipe.training);
        recipe.test_only.clear();
        recipe.id = "lungs".into();
        if self.settings.quick {
            recipe.network = Network::Unet { width: 8, depth: 4 };
            recipe.sizes = vec![Size { from_epoch: 0, pixels: 64 }];
            // Long enough to find lungs at all: else no film has a crop.
            (recipe.training.epochs, recipe.training.batch, recipe.training.lr) = (30, 4, 1e-2);
        }
        Ok(recipe)
    }

    /// A classifier's.
    pub(crate) fn classifier(&self, model: Model) -> Result<ClassifierRecipe, Error> {
        let mut recipe: ClassifierRecipe = self.base(match model.question() {
            Question::Disease => DISEASE,
            Question::Stage => STAGES,
        })?;
        self.fit(&mut recipe.split, &mut recipe.training);
        recipe.test_only.clear();
        recipe.id = model.to_string();
        recipe.region = if model.is_whole() { Region::Film } else { Region::Lungs };
        recipe.notice.clone_from(&self.notice);
        if self.settings.quick {
            recipe.network = SMALL;
            recipe.crop = [64, 64];
        }
        Ok(recipe)
    }

    /// The zone grader's.
    pub(crate) fn zones(&self) -> Result<ZoneRecipe, Error> {
        let mut recipe: ZoneRecipe = self.base(ZONES)?;
        self.fit(&mut recipe.split, &mut recipe.training);
        recipe.test_only.clear();
        recipe.id = "zones".into();
        recipe.notice.clone_from(&self.notice);
        if self.settings.quick {
            recipe.network = SMALL;
            recipe.crop = [48, 48];
        }
        Ok(recipe)
    }

    fn base<T: DeserializeOwned>(&self, [name, text]: [&str; 2]) -> Result<T, Error> {
        let own = self.folder.map(|folder| folder.join(name)).filter(|path| path.is_file());
        let text = match &own {
            Some(path) => fs::read_to_string(path).map_err(|e| Error::file(path, e))?,
            None => text.to_owned(),
        };
        let path = own.unwrap_or_else(|| PathBuf::from(name));
        toml::from_str(&text).map_err(|e| Error::file(&path, e))
    }

    fn fit(&self, split: &mut SplitRecipe, training: &mut TrainingRecipe) {
        let Settings { folds, seed, quick, .. } = *self.settings;
        *split = SplitRecipe { folds, fold: 0, seed, column: Some(FOLD.into()) };
        training.seed = seed;
        if quick {
            training.epochs = QUICK_EPOCHS;
            (training.batch, training.warmup, training.average) = (8, 0.5, None);
        }
    }
}

/// Writes a recipe as run into the experiment's folder and reads it back, checked. One that is there
/// must be the same: all folds of a model are trained by one recipe.
pub(crate) fn checked<T: Serialize>(
    out: &Path,
    name: &str,
    recipe: &T,
    read: fn(&Path) -> Result<T, koniscope_train::Error>,
) -> Result<(PathBuf, T), Error> {
    let folder = out.join(FOLDER);
    fs::create_dir_all(&folder).map_err(|e| Error::file(&folder, e))?;
    let path = folder.join(format!("{name}.toml"));
    let text = toml::to_string_pretty(recipe).map_err(|e| Error::file(&path, e))?;
    let changed = "the recipe is another than the one this experiment began with. Give the same recipes \
                   and use the same version, or choose another folder";
    let was_there = kept(&path, text.as_bytes(), changed)?;
    let recipe = read(&path).inspect_err(|_| {
        // One that cannot be followed is corrected, not kept.
        if !was_there {
            drop(fs::remove_file(&path));
        }
    })?;
    Ok((path, recipe))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    #[test]
    fn recipes_that_ship_fit_the_experiment_and_are_valid() {
        let folder = tempfile::tempdir().unwrap();
        for quick in [false, true] {
            let settings = Settings { quick, folds: 4, seed: 9, ..settings() };
            let recipes = Recipes { folder: None, settings: &settings, notice: None };
            let split = SplitRecipe { folds: 4, fold: 0, seed: 9, column: Some("fold".into()) };
            for model in Model::ALL {
                let name = format!("{model}-{quick}");
                if model == Model::Zones {
                    let recipe = recipes.zones().unwrap();
                    let (_, recipe) =
                        checked(folder.path(), &name, &recipe, ZoneRecipe::read).unwrap();
                    assert_eq!((recipe.split, recipe.training.seed), (split.clone(), 9));
                    continue;
                }
                let recipe = recipes.classifier(model).unwrap();
                let (_, recipe) =
                    checked(folder.path(), &name, &recipe, ClassifierRecipe::read).unwrap();
                assert_eq!(recipe.split, split);
                assert_eq!(recipe.region == Region::Film, model.is_whole());
                assert!(recipe.test_only.is_empty());
                assert_eq!(recipe.training.epochs == QUICK_EPOCHS, quick);
            }
            let name = format!("lungs-{quick}");
            checked(folder.path(), &name, &recipes.lungs().unwrap(), LungRecipe::read).unwrap();
        }
    }

    #[test]
    fn own_recipes_take_the_place_of_those_that_ship() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { quick: false, ..settings() };
        let recipes = Recipes { folder: Some(folder.path()), settings: &settings, notice: None };
        assert!(recipes.check().unwrap_err().to_string().contains("resnet34_zones.toml"));
        let own = ZONES[1].replace("epochs = 10", "epochs = 3");
        fs::write(folder.path().join(ZONES[0]), own).unwrap();
        recipes.check().unwrap();
        let zones = recipes.zones().unwrap();
        assert_eq!(zones.training.epochs, 3);
        let keep = |recipe| checked(folder.path(), "zones", &recipe, ZoneRecipe::read);
        keep(zones.clone()).unwrap();
        keep(zones.clone()).unwrap();
        let other = ZoneRecipe { id: "other".into(), ..zones };
        assert!(keep(other).unwrap_err().to_string().contains("another than the one"));
        fs::write(folder.path().join(ZONES[0]), "speed = 3").unwrap();
        assert!(recipes.zones().unwrap_err().to_string().contains("speed"));
    }
}
