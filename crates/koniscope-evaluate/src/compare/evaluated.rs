//! An evaluation as its folder keeps it.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::{
    Error,
    cases::{CSV_FILE, Recorded, read_table},
    predictions::{FILE, LabeledPredictions},
    report::{MadeWith, Models, Software},
};

/// All that a comparison needs of one.
pub(super) struct Evaluated {
    pub(super) folder: PathBuf,
    pub(super) made_with: MadeWith,
    pub(super) at_site: bool,
    pub(super) films: Vec<Recorded>,
}

/// One of two evaluations: who read, and how.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Party {
    /// Its folder, as it was given.
    pub folder: String,
    /// The networks.
    pub models: Models,
    /// Whether a site's file was used.
    pub at_site: bool,
    /// The program that read.
    pub software: Software,
    /// The command that made it.
    pub command: String,
    /// Column of the disease, where one was named.
    pub label: Option<String>,
    /// Films of its tables.
    pub films: usize,
    /// Of them, those that were read.
    pub read: usize,
}

impl Evaluated {
    /// # Errors
    /// [`Error::Evaluation`] if a file is missing or damaged, or they are of different runs.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let made_with = MadeWith::read(folder)?;
        let predictions = LabeledPredictions::open(folder)?;
        let second = &made_with.models.classifier;
        let calibration = second.calibration_sha256.as_deref().unwrap_or_default();
        if (&*predictions.model_sha256, &*predictions.calibration_sha256)
            != (&*second.sha256, calibration)
        {
            return Err(Error::Evaluation {
                path: folder.join(FILE),
                detail: format!(
                    "it is of {}, the report beside it of {}, or of another calibration. Evaluate again; films that were read \
                     are kept",
                    predictions.model, second.id
                ),
            });
        }
        let films = read_table(&folder.join(CSV_FILE))?;
        Ok(Self { folder: folder.to_owned(), made_with, at_site: predictions.at_site, films })
    }

    pub(super) fn party(&self) -> Party {
        Party {
            folder: self.folder.display().to_string(),
            models: self.made_with.models.clone(),
            at_site: self.at_site,
            software: self.made_with.software.clone(),
            command: self.made_with.run.command.clone(),
            label: self.made_with.run.label.clone(),
            films: self.films.len(),
            read: self.films.iter().filter(|film| film.outcome.is_ok()).count(),
        }
    }
}

impl Party {
    /// Its second stage in words, with what sets it apart.
    pub(super) fn name(&self) -> String {
        let model = &self.models.classifier;
        let site = if self.at_site { ", with a site's file" } else { "" };
        format!("{} ({:.8}){site}", model.id, model.sha256)
    }
}
