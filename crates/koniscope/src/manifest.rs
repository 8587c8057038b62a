//! What must be known of weights before they may be used.

use serde::{Deserialize, Serialize};

use crate::{
    digest::sha256,
    stage::{Correlation, StageCalibration},
};

/// The contract that travels with a file of weights, as TOML beside it; checked by
/// [`CheckedManifest`](crate::checked_manifest::CheckedManifest).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name and version, as `unet-lungs-1`.
    pub id: String,
    /// File of weights, beside the manifest.
    pub file: String,
    /// SHA-256 of that file, lower-case hexadecimal.
    pub sha256: String,
    /// What the first line of a report should say of it, as a stand-in's warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// What the positive classes mean, as `tuberculosis`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Whose films the second stage has learnt from; absent where that is not known, and for a network
    /// that finds lungs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trained_on: Option<TrainedOn>,
    /// Whose films its calibration was fitted on, where these are others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibrated_on: Option<TrainedOn>,
    /// Classes in the order of the network's outputs.
    pub classes: Vec<String>,
    /// The network to build.
    pub network: Network,
    /// What of a film it was trained on.
    #[serde(default, skip_serializing_if = "is_lungs")]
    pub region: Region,
    /// Of a zone grader: whether what lies in one spot of a zone is told by the peak of its class map
    /// ([`grading::PEAKED`](crate::grading::PEAKED)), not by the mean.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub peaks: bool,
    /// Of a zone grader: whether each zone is also read left for right, and the
    /// [mean](crate::grading::Pooling::mirrored) of both counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mirrored: bool,
    /// What the network is fed.
    pub input: Input,
    /// How logits become probabilities; absent means never calibrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationRecord>,
    /// How it came to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Training>,
    /// Figures, each with its data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<Score>,
}

impl Manifest {
    /// Whose films the calibration was fitted on; nothing where that is not known.
    pub fn calibrated_on(&self) -> Option<TrainedOn> {
        self.calibrated_on.or(self.trained_on)
    }

    /// SHA-256 of how logits become probabilities, lower-case hexadecimal: the same weights, calibrated anew,
    /// tell others.
    pub fn calibration_sha256(&self) -> String {
        let json = serde_json::to_string(&self.calibration);
        sha256(json.expect("numbers and lists alone").as_bytes())
    }
}

/// The width that torchvision's have.
fn resnet_width() -> usize {
    64
}

fn is_resnet_width(width: &usize) -> bool {
    *width == resnet_width()
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn is_lungs(region: &Region) -> bool {
    *region == Region::Lungs
}

/// Whose films a second stage has learnt from, and was calibrated on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainedOn {
    /// Of patients with and without the disease that the target names.
    Patients,
    /// Opacities simulated into real films, or phantoms: no film of a person with the disease.
    Simulated,
    /// Of patients with another disease, the target, which only stands in for pneumoconiosis.
    StandIn,
}

/// What a classifier sees of a film.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Region {
    /// Both lungs side by side, all else blanked.
    #[default]
    Lungs,
    /// Each of the six zones by itself, all else blanked.
    Zones,
    /// The whole film: for comparison only, a reader gives lung crops.
    Film,
}

/// Which network, how large.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Network {
    /// U-Net: channels of the first level, and levels below it.
    Unet {
        /// Channels of the first level; each level below has twice as many.
        width: usize,
        /// Times the picture is halved.
        depth: usize,
    },
    /// A residual network of basic blocks: 18 or 34 layers.
    Resnet {
        /// 18 or 34.
        layers: usize,
        /// Channels of the first stage; each stage after it has twice as many.
        #[serde(default = "resnet_width", skip_serializing_if = "is_resnet_width")]
        width: usize,
    },
}

/// What a network is fed: size, and the one intensity scaling inside `model/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Channels; a gray film is repeated.
    pub channels: usize,
    /// Subtracted from values in `[0, 1]`.
    pub mean: f32,
    /// Divides what remains.
    pub std: f32,
    /// Whether the second and third channel hold fine and middling detail in place of the gray
    /// picture again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub detail: bool,
}

/// Temperature scaling (Guo 2017): probabilities are `softmax(logits / temperature)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationRecord {
    /// Temperature, above 0.
    pub temperature: f64,
    /// Films it was fitted on, seen neither in training nor in testing.
    pub films: usize,
    /// For outputs that each answer a question of their own, as a zone's: slope and intercept of
    /// each logit in the order of the classes (Platt 1999); the temperature is then 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Platt>,
    /// Of a zone grader: what the doubts about the zones of a film have in common; absent where nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Correlation>,
    /// Of a zone grader: what calibrates the stage; absent where nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<StageCalibration>,
}

/// `sigmoid(slope * logit + intercept)` is a probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platt {
    /// Above 0, so that the order of cases stays.
    pub slope: f64,
    /// Shift.
    pub intercept: f64,
}

/// How weights came to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Recipe file.
    pub recipe: String,
    /// What the weights started from.
    pub init: String,
    /// Patients of the data that what they started from had learnt from or was tuned on, as far as it
    /// was told; they were only learnt from.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seen_patients: usize,
    /// The commit of the program that trained, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The [version of reading](crate::READING_VERSION) by which films were cut out and scored; nothing
    /// in manifests of before it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading_version: Option<u32>,
    /// Data, with licences.
    pub data: Vec<DataSource>,
}

/// One set of films that weights were trained on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSource {
    /// Its name.
    pub name: String,
    /// Films used for training.
    pub films: usize,
    /// Patients they come from.
    pub patients: usize,
    /// Licence of pictures and labels.
    pub licence: String,
}

/// A figure with its interval and its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// As `Dice` or `AUC`.
    pub name: String,
    /// The films it was measured on.
    pub data: String,
    /// The figure.
    pub value: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Films.
    pub n: usize,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn another_calibration_has_another_hash_and_nothing_else_has() {
        let shipped = include_str!("../../../models/zones.toml");
        let manifest: Manifest = toml::from_str(shipped).unwrap();
        let hash = manifest.calibration_sha256();
        let written = toml::to_string(&manifest).unwrap();
        let mut other: Manifest = toml::from_str(&written).unwrap();
        other.id = "other".into();
        assert_eq!(other.calibration_sha256(), hash, "written and read again it is the same");
        other.calibration.as_mut().unwrap().outputs[0].slope *= 1.0 + 1e-15;
        assert_ne!(other.calibration_sha256(), hash);
        other.calibration = None;
        assert_ne!(other.calibration_sha256(), hash);
    }
}
