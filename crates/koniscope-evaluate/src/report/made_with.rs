//! What an evaluation was made with, as `report.json` keeps it.

use std::{fs, path::Path};

use koniscope::{
    READING_VERSION,
    manifest::{Manifest, TrainedOn},
    reading::SecondStageKind,
};
use serde::{Deserialize, Serialize};

use crate::{Error, cases::Choice};

/// The report for programs, in an evaluation's folder.
pub const REPORT_FILE: &str = "report.json";

/// Who read, how, and what must be known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MadeWith {
    /// What a reader of the report must know first.
    pub warnings: Vec<String>,
    /// The program.
    pub software: Software,
    /// What it was asked.
    pub run: Run,
    /// The networks.
    pub models: Models,
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The commit that it was built from; nothing where that is not known.
    #[serde(default)]
    pub commit: Option<String>,
    /// The version of reading, which changes where numbers read from a film may.
    #[serde(default)]
    pub reading_version: Option<u32>,
}

/// What an evaluation was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The command, as it was given.
    pub command: String,
    /// The processor, as it calls itself.
    pub processor: String,
    /// Of the networks' sums.
    pub precision: String,
    /// Wall time.
    pub seconds: f64,
    /// Seed of the resamples.
    pub seed: u64,
    /// Prevalence that predictive values are told for.
    pub prevalence: f64,
    /// Column of the disease, where one was named.
    pub label: Option<String>,
    /// Columns that part the films.
    pub subgroups: Vec<String>,
    /// Which films of the tables were chosen.
    #[serde(default)]
    pub choice: Choice,
    /// Whether every film was read again, varied.
    pub robustness: bool,
}

/// The networks that read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Models {
    /// Which kind the second stage is.
    pub grader: SecondStageKind,
    /// The first.
    pub lungs: Model,
    /// The second.
    pub classifier: Model,
}

/// One network, from its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Name and version.
    pub id: String,
    /// SHA-256 of its weights.
    pub sha256: String,
    /// SHA-256 of their calibration; nothing in reports of before it was told.
    #[serde(default)]
    pub calibration_sha256: Option<String>,
    /// What to know of it.
    pub notice: Option<String>,
    /// What it was trained to find.
    pub target: Option<String>,
    /// Whose films it has learnt from.
    #[serde(default)]
    pub trained_on: Option<TrainedOn>,
}

impl Software {
    /// This program.
    pub fn this(commit: Option<&str>) -> Self {
        Self {
            name: "koniscope".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            commit: commit.map(str::to_owned),
            reading_version: Some(READING_VERSION),
        }
    }
}

impl Software {
    /// Name, version, commit and version of reading, in words.
    pub fn in_words(&self) -> String {
        let commit = self.commit.as_deref().unwrap_or("unknown");
        let reading = self.reading_version.map_or_else(|| "unknown".into(), |v| v.to_string());
        format!("Koniscope {}, commit {commit}, version of reading {reading}", self.version)
    }
}

impl Model {
    pub(super) fn of(manifest: &Manifest) -> Self {
        Self {
            id: manifest.id.clone(),
            sha256: manifest.sha256.clone(),
            calibration_sha256: Some(manifest.calibration_sha256()),
            notice: manifest.notice.clone(),
            target: manifest.target.clone(),
            trained_on: manifest.trained_on,
        }
    }
}

impl MadeWith {
    /// Reads it from an evaluation's folder.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if there is no report, or it is damaged.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(REPORT_FILE);
        let text = fs::read_to_string(&path).map_err(|e| Error::not_there(&path, e))?;
        serde_json::from_str(&text).map_err(|e| Error::Evaluation { path, detail: e.to_string() })
    }
}
