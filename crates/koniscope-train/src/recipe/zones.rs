//! `koniscope train zones`.

use std::{collections::BTreeMap, path::Path};

use koniscope::manifest::Network;
use koniscope_data::split::{SplitRecipe, TestOnly};
use serde::{Deserialize, Serialize};

use super::{RESNET, Scaling, TrainingRecipe, check, check_crop, parse};
use crate::{Error, augment::AugmentRecipe};

/// The zone grader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneRecipe {
    /// Name and version of the weights.
    pub id: String,
    /// A ResNet of 18 or 34 layers.
    pub network: Network,
    /// Value scaling of the input.
    pub scaling: Scaling,
    /// Size of a zone's picture, `[width, height]`.
    pub crop: [usize; 2],
    /// Whether the network is fed detail beside gray
    /// ([`Input::detail`](koniscope::manifest::Input::detail)).
    #[serde(default)]
    pub detail: bool,
    /// Whether what all zones of a lung say of it counts in each
    /// ([`output_names`](koniscope::grading::output_names)).
    #[serde(default)]
    pub context: bool,
    /// Whether each zone is also read left for right ([`Pooling::mirrored`](koniscope::grading::Pooling)); for
    /// networks that learn from both, `augment.mirror`.
    #[serde(default)]
    pub mirrored: bool,
    /// A sentence for every result.
    #[serde(default)]
    pub notice: Option<String>,
    /// Parts.
    pub split: SplitRecipe,
    /// Films that are only measured on.
    #[serde(default)]
    pub test_only: Vec<TestOnly>,
    /// Where the place of profusion on the 12-point scale is known, as of simulated films: scale, in places,
    /// of the logistic curve by which grades count beside their limits
    /// ([`Place::at_least`](crate::dataset::place::Place::at_least)). 0, the default: grades as they are.
    #[serde(default)]
    pub spread: f64,
    /// Steps; `batch` counts films, of six zones each.
    pub training: TrainingRecipe,
    /// Variation.
    #[serde(default)]
    pub augment: AugmentRecipe,
    /// Origin and licence per set, for the manifest.
    #[serde(default)]
    pub licences: BTreeMap<String, String>,
}

impl ZoneRecipe {
    /// Reads and checks a recipe.
    ///
    /// # Errors
    /// [`Error::Recipe`] with the key and what was expected.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let recipe: Self = parse(path)?;
        if !matches!(recipe.network, Network::Resnet { layers: 18 | 34, width: 1..=256 }) {
            return Err(Error::Recipe { path: path.to_owned(), detail: RESNET.into() });
        }
        if !(0.0..=10.0).contains(&recipe.spread) {
            let detail = format!("spread is {}; 0 to 10 was expected", recipe.spread);
            return Err(Error::Recipe { path: path.to_owned(), detail });
        }
        check_crop(path, recipe.crop)?;
        check(path, &recipe.scaling, &recipe.split, &recipe.training)?;
        Ok(recipe)
    }
}
