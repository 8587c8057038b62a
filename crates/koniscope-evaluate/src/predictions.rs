//! Films with their true class and what was read of them: what a site's file is made from.

use std::path::Path;

use koniscope::{READING_VERSION, Reader, features::Features, reading::SecondStageKind};
use serde::{Deserialize, Serialize};

use crate::{Error, cases::EvaluatedCase};

/// File of them in an evaluation's folder.
pub const FILE: &str = "labeled_predictions.json";

/// All films of an evaluation that have both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabeledPredictions {
    /// Name and version of the second stage's weights.
    pub model: String,
    /// Their SHA-256.
    pub model_sha256: String,
    /// SHA-256 of their calibration.
    #[serde(default)]
    pub calibration_sha256: String,
    /// The version of reading; nothing in files of before it was told.
    #[serde(default)]
    pub reading_version: Option<u32>,
    /// Which kind the second stage is, `paper` or `zones`.
    pub grader: String,
    /// Names of the sets, with `SIMULATED` where they are.
    pub data: String,
    /// Whether they were read with a site's file.
    pub at_site: bool,
    /// The films.
    pub films: Vec<LabeledPrediction>,
}

/// One film with its true class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabeledPrediction {
    /// Whose it is, over all sets.
    pub patient: String,
    /// Probability of each class as read; they sum to 1. The stages where the second stage tells them
    /// and the table has them, else absence and presence of disease.
    pub probabilities: Vec<f64>,
    /// Place of the true class among them.
    pub class: usize,
    /// Measures in the order of [`Features::NAMES`], where it has them.
    pub features: Option<[f64; Features::NAMES.len()]>,
}

impl LabeledPredictions {
    /// Those of films that were read. Stages where the second stage tells them, else disease.
    pub(crate) fn of(reader: &Reader, films: &[EvaluatedCase], data: String) -> Self {
        let manifest = reader.second_stage().manifest();
        let predictions = films.iter().filter_map(|film| {
            let (answer, truth) = (film.answer()?, &film.case.truth);
            let (probabilities, class) = match answer.stages {
                Some(stages) => (stages.to_vec(), truth.stage?),
                None => {
                    let p = answer.probability;
                    (vec![1.0 - p, p], usize::from(truth.disease?))
                }
            };
            let patient = film.case.row.patient_key();
            Some(LabeledPrediction { patient, probabilities, class, features: answer.features })
        });
        Self {
            model: manifest.id.clone(),
            model_sha256: manifest.sha256.clone(),
            calibration_sha256: manifest.calibration_sha256(),
            reading_version: Some(READING_VERSION),
            grader: match reader.second_stage().kind() {
                SecondStageKind::Paper => "paper",
                SecondStageKind::Zones => "zones",
            }
            .into(),
            data,
            at_site: reader.site().is_some(),
            films: predictions.collect(),
        }
    }

    /// The model by name, SHA-256 of its weights and of their calibration.
    pub fn model(&self) -> [&str; 3] {
        [&self.model, &self.model_sha256, &self.calibration_sha256]
    }

    /// As it is written.
    pub(crate) fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|e| Error::write(FILE.as_ref(), e))
    }

    /// Reads those of an evaluation's folder, whatever it was read with.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if there is no such file, or it is damaged.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|e| Error::not_there(&path, e))?;
        serde_json::from_str(&text).map_err(|e| Error::Evaluation { path, detail: e.to_string() })
    }

    /// Reads those of an evaluation's folder, to fit a site's file to.
    ///
    /// # Errors
    /// As [`LabeledPredictions::open`]; also if its films were read with a site's file, since nothing
    /// may be calibrated twice, or by another version of reading, whose numbers are others.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let predictions = Self::open(folder)?;
        if predictions.reading_version != Some(READING_VERSION) {
            let version = predictions.reading_version.map_or("none".into(), |v| v.to_string());
            return Err(Error::Evaluation {
                path: folder.join(FILE),
                detail: format!(
                    "its films were read by version {version} of reading; version {READING_VERSION} \
                     was expected. Evaluate again"
                ),
            });
        }
        if predictions.at_site {
            return Err(Error::Evaluation {
                path: folder.join(FILE),
                detail: "its films were read with a site's file; nothing may be calibrated twice. \
                         Evaluate again with --no-site"
                    .into(),
            });
        }
        Ok(predictions)
    }
}
