//! A recipe: everything that decides a training run but the films. Unknown keys are errors.

mod steps;
mod zones;

use std::{collections::BTreeMap, path::Path};

use koniscope::manifest::{DataSource, Network, Region};
use koniscope_data::split::{SplitRecipe, TestOnly};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use steps::{Balance, LossWeights, Scaling, Schedule, Size, TrainingRecipe};
pub use zones::ZoneRecipe;

use crate::{Error, augment::AugmentRecipe};

/// `koniscope train lungs`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LungRecipe {
    /// Name and version of the weights.
    pub id: String,
    /// A U-Net.
    pub network: Network,
    /// Value scaling of the input.
    pub scaling: Scaling,
    /// Side of the square input, growing over the epochs; that of the best epoch is shipped.
    pub sizes: Vec<Size>,
    /// Sets whose outlines reach behind the heart: their pixels there are ignored.
    #[serde(default)]
    pub behind_heart: Vec<String>,
    /// Parts.
    pub split: SplitRecipe,
    /// Films that are only measured on.
    #[serde(default)]
    pub test_only: Vec<TestOnly>,
    /// Steps.
    pub training: TrainingRecipe,
    /// Weights of the loss's parts.
    pub loss: LossWeights,
    /// Variation.
    #[serde(default)]
    pub augment: AugmentRecipe,
    /// Origin and licence per set, for the manifest.
    #[serde(default)]
    pub licences: BTreeMap<String, String>,
}

/// `koniscope train classifier`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierRecipe {
    /// Name and version of the weights.
    pub id: String,
    /// A ResNet of 18 or 34 layers.
    pub network: Network,
    /// Value scaling of the input.
    pub scaling: Scaling,
    /// What the network sees.
    #[serde(default)]
    pub region: Region,
    /// Size of the lung crop, `[width, height]`.
    pub crop: [usize; 2],
    /// Whether the network is fed detail beside gray ([`koniscope::manifest::Input::detail`]).
    #[serde(default)]
    pub detail: bool,
    /// Column of the table that holds the class.
    pub label: String,
    /// Two classes (normal first) or four, in order.
    pub classes: Vec<String>,
    /// What the classes after the first mean, as `tuberculosis`.
    pub target: String,
    /// Whether that only stands in for pneumoconiosis.
    pub stand_in: bool,
    /// A sentence for every result.
    #[serde(default)]
    pub notice: Option<String>,
    /// What is done about rare classes.
    #[serde(default)]
    pub balance: Balance,
    /// Stages that are not trained, as `conv1`, `layer1`.
    #[serde(default)]
    pub freeze: Vec<String>,
    /// Factor on the learning rate per stage.
    #[serde(default)]
    pub lr_scale: BTreeMap<String, f64>,
    /// Parts.
    pub split: SplitRecipe,
    /// Films that are only measured on.
    #[serde(default)]
    pub test_only: Vec<TestOnly>,
    /// Steps.
    pub training: TrainingRecipe,
    /// Variation.
    #[serde(default)]
    pub augment: AugmentRecipe,
    /// Origin and licence per set, for the manifest.
    #[serde(default)]
    pub licences: BTreeMap<String, String>,
}

/// `koniscope train findings`: a start for the classifier from films with findings of any kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingsRecipe {
    /// Name and version of the weights.
    pub id: String,
    /// A ResNet of 18 or 34 layers.
    pub network: Network,
    /// Value scaling of the input.
    pub scaling: Scaling,
    /// What the network sees.
    #[serde(default)]
    pub region: Region,
    /// Size of what it sees, `[width, height]`.
    pub crop: [usize; 2],
    /// Columns of the table, each 0 or 1: an output each.
    pub findings: Vec<String>,
    /// Only films with these cells, as `view = "PA"`.
    #[serde(default)]
    pub only: BTreeMap<String, String>,
    /// Parts. The test part is left alone.
    pub split: SplitRecipe,
    /// Steps.
    pub training: TrainingRecipe,
    /// Variation.
    #[serde(default)]
    pub augment: AugmentRecipe,
    /// Origin and licence per set.
    #[serde(default)]
    pub licences: BTreeMap<String, String>,
}

impl FindingsRecipe {
    /// Reads and checks a recipe.
    ///
    /// # Errors
    /// [`Error::Recipe`] with the key and what was expected.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let recipe: Self = parse(path)?;
        let fault =
            |detail: &str| Err(Error::Recipe { path: path.to_owned(), detail: detail.into() });
        if !matches!(recipe.network, Network::Resnet { layers: 18 | 34, width: 1..=256 }) {
            return fault("network must be kind \"resnet\" with 18 or 34 layers");
        }
        if recipe.findings.is_empty() {
            return fault("findings is empty; at least one column was expected");
        }
        check_crop(path, recipe.crop)?;
        check_sharpness(path, &recipe.augment)?;
        check(path, &recipe.scaling, &recipe.split, &recipe.training)?;
        Ok(recipe)
    }
}

fn check_crop(path: &Path, crop: [usize; 2]) -> Result<(), Error> {
    if crop.iter().any(|side| !(32..=4096).contains(side)) || !crop[0].is_multiple_of(2) {
        let detail =
            format!("crop is {crop:?}; sides of 32 to 4096 and an even width were expected");
        return Err(Error::Recipe { path: path.to_owned(), detail });
    }
    Ok(())
}

impl LungRecipe {
    /// Which of `sizes` holds in an epoch.
    pub(crate) fn size_at(&self, epoch: usize) -> usize {
        self.sizes.iter().rposition(|s| s.from_epoch <= epoch).unwrap_or(0)
    }

    /// Reads and checks a recipe.
    ///
    /// # Errors
    /// [`Error::Recipe`] with the key and what was expected.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let recipe: Self = parse(path)?;
        let fault = |detail: String| Err(Error::Recipe { path: path.to_owned(), detail });
        let Network::Unet { width, depth } = recipe.network else {
            return fault("network.kind must be \"unet\" for lungs".into());
        };
        if !(1..=256).contains(&width) || !(1..=6).contains(&depth) {
            return fault(format!(
                "network has width {width} and depth {depth}; 1 to 256 and 1 to 6 were expected"
            ));
        }
        if recipe.sizes.first().is_none_or(|s| s.from_epoch != 0) {
            return fault("sizes must begin with from_epoch = 0".into());
        }
        if !recipe.sizes.is_sorted_by(|a, b| a.from_epoch < b.from_epoch) {
            return fault("sizes must stand in the order of their epochs".into());
        }
        for size in &recipe.sizes {
            if size.pixels == 0 || size.pixels > 4096 || size.pixels % (1 << depth) != 0 {
                return fault(format!(
                    "sizes.pixels is {}; a multiple of {} up to 4096 was expected",
                    size.pixels,
                    1 << depth
                ));
            }
        }
        if recipe.loss.dice < 0.0 || recipe.loss.cross_entropy < 0.0 {
            return fault("loss weights must not be negative".into());
        }
        check_sharpness(path, &recipe.augment)?;
        check(path, &recipe.scaling, &recipe.split, &recipe.training)?;
        Ok(recipe)
    }
}

impl ClassifierRecipe {
    /// Reads and checks a recipe.
    ///
    /// # Errors
    /// [`Error::Recipe`] with the key and what was expected.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let recipe: Self = parse(path)?;
        let fault = |detail: String| Err(Error::Recipe { path: path.to_owned(), detail });
        if !matches!(recipe.network, Network::Resnet { layers: 18 | 34, width: 1..=256 }) {
            return fault(RESNET.into());
        }
        if ![2, 4].contains(&recipe.classes.len()) {
            return fault(format!("{} classes; 2 or 4 were expected", recipe.classes.len()));
        }
        check_crop(path, recipe.crop)?;
        if let Some((stage, scale)) =
            recipe.lr_scale.iter().find(|(_, s)| !(0.0..=1e3).contains(*s))
        {
            return fault(format!("lr_scale.{stage} is {scale}; 0 to 1000 was expected"));
        }
        const STAGES: [&str; 7] = ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc"];
        let named = recipe.freeze.iter().chain(recipe.lr_scale.keys());
        if let Some(stage) = named.into_iter().find(|s| !STAGES.contains(&s.as_str())) {
            return fault(format!("no stage {stage:?}; expected one of {}", STAGES.join(", ")));
        }
        check_sharpness(path, &recipe.augment)?;
        check(path, &recipe.scaling, &recipe.split, &recipe.training)?;
        Ok(recipe)
    }
}

/// What a recipe's ResNet must be.
const RESNET: &str = "network must be kind \"resnet\" with 18 or 34 layers and a width of 1 to 256";

fn parse<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::file(path, e))?;
    toml::from_str(&text)
        .map_err(|e| Error::Recipe { path: path.to_owned(), detail: e.to_string() })
}

fn check_sharpness(path: &Path, augment: &AugmentRecipe) -> Result<(), Error> {
    if augment.sharpness != 0.0 {
        let detail = "augment.sharpness is for zones alone; 0 or nothing was expected".into();
        return Err(Error::Recipe { path: path.to_owned(), detail });
    }
    Ok(())
}

fn check(
    path: &Path,
    scaling: &Scaling,
    split: &SplitRecipe,
    training: &TrainingRecipe,
) -> Result<(), Error> {
    let checks = [
        (scaling.mean.is_finite() && scaling.std > 0.0, "scaling.std must be above 0"),
        (split.folds >= 3, "split.folds must be at least 3: one tests, one tunes, the rest train"),
        (split.fold < split.folds, "split.fold must be below split.folds"),
        (training.epochs > 0, "training.epochs must be above 0"),
        (training.batch > 1, "training.batch must be above 1: batch normalization needs two films"),
        (training.lr > 0.0 && training.lr.is_finite(), "training.lr must be above 0"),
        (
            training.warmup >= 0.0 && training.warmup < training.epochs as f64,
            "training.warmup must be 0 or more, and less than training.epochs",
        ),
        (training.weight_decay >= 0.0, "training.weight_decay must not be negative"),
        (training.clip.is_none_or(|c| c > 0.0), "training.clip must be above 0"),
        (
            training.average.is_none_or(|a| (0.0..1.0).contains(&a)),
            "training.average must be 0 or more, and below 1",
        ),
    ];
    match checks.into_iter().find(|(holds, _)| !holds) {
        Some((_, rule)) => Err(Error::Recipe { path: path.to_owned(), detail: rule.into() }),
        None => Ok(()),
    }
}

/// What the manifest says of the films of the training part, a set a line.
pub(crate) fn data_sources<'a>(
    films: impl IntoIterator<Item = (&'a str, &'a str)>,
    licences: &BTreeMap<String, String>,
) -> Vec<DataSource> {
    let mut sets: BTreeMap<&str, (usize, std::collections::BTreeSet<&str>)> = BTreeMap::new();
    for (set, patient) in films {
        let entry = sets.entry(set).or_default();
        entry.0 += 1;
        entry.1.insert(patient);
    }
    sets.into_iter()
        .map(|(name, (films, patients))| DataSource {
            name: name.to_owned(),
            films,
            patients: patients.len(),
            licence: licences.get(name).cloned().unwrap_or_else(|| "not stated".into()),
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LUNGS: &str = r#"
        id = "a"
        network = { kind = "unet", width = 4, depth = 2 }
        scaling = { mean = 0.5, std = 0.25 }
        sizes = [{ from_epoch = 0, pixels = 32 }, { from_epoch = 2, pixels = 64 }]
        split = { folds = 5, fold = 0, seed = 1 }
        training = { epochs = 3, batch = 2, lr = 1e-3, seed = 1 }
        loss = { dice = 1.0, cross_entropy = 1.0 }
    "#;

    fn read(text: &str) -> Result<LungRecipe, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        LungRecipe::read(file.path())
    }

    #[test]
    fn a_fault_names_its_key() {
        assert!(read(LUNGS).is_ok());
        let cases = [
            ("id = \"a\"", "id = \"a\"\nspeed = 3", "speed"),
            ("folds = 5", "folds = 2", "split.folds"),
            ("fold = 0", "fold = 5", "split.fold"),
            ("pixels = 64", "pixels = 66", "66"),
            ("from_epoch = 0", "from_epoch = 1", "from_epoch = 0"),
            ("batch = 2", "batch = 1", "training.batch"),
            ("std = 0.25", "std = 0.0", "scaling.std"),
            ("kind = \"unet\", width = 4, depth = 2", "kind = \"resnet\", layers = 34", "unet"),
        ];
        for (from, to, word) in cases {
            let error = read(&LUNGS.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
