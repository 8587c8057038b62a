//! The steps of the experiment, and what each leaves when it is done.

use std::{
    fs,
    path::{Path, PathBuf},
};

use koniscope::{files::write_atomic, reader::LUNGS_MANIFEST};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Lungs, Settings,
    model::{Kind, Model},
};

/// Folder of what steps left, in the experiment's.
const FOLDER: &str = "steps";

/// A step. The report is none: it is written at every run's end, from what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Simulate the films.
    Simulate,
    /// Train the U-Net of a fold.
    Lungs(usize),
    /// Train a model's network on a fold.
    Train(Model, usize),
    /// Read a fold's films with it.
    Read(Model, usize),
    /// Measure textures, with the lungs of a fold.
    Texture(usize),
}

/// What a step took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The step.
    pub(crate) step: String,
    /// Seconds of wall time, those of a run that was stopped in it included by whole epochs.
    pub(crate) seconds: f64,
    /// Films it went over.
    pub(crate) films: usize,
}

impl Step {
    /// All steps of an experiment with these models, in their order.
    pub(crate) fn all(settings: &Settings, models: &[Model]) -> Vec<Self> {
        let folds = 0..settings.folds;
        let mut steps = Vec::new();
        if settings.source.simulated().is_some() {
            steps.push(Self::Simulate);
        }
        let needs_lungs = |m: &Model| !matches!(m.kind, Kind::Whole | Kind::Majority);
        let trains_lungs = settings.lungs == Lungs::Train;
        if trains_lungs && models.iter().any(needs_lungs) {
            steps.extend(folds.clone().map(Self::Lungs));
        }
        for model in models.iter().copied().filter(|model| model.is_network()) {
            for fold in folds.clone() {
                steps.push(Self::Train(model, fold));
                if model.is_reader() {
                    steps.push(Self::Read(model, fold));
                }
            }
        }
        if models.iter().any(|model| model.kind == Kind::Texture) {
            // Lungs that are the same for all folds are measured once.
            let last = if trains_lungs { settings.folds } else { 1 };
            steps.extend((0..last).map(Self::Texture));
        }
        steps
    }

    /// As in the plan and the report.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Simulate => "simulate".into(),
            Self::Lungs(fold) => format!("lungs fold {fold}, training"),
            Self::Train(model, fold) => format!("{model} fold {fold}, training"),
            Self::Read(model, fold) => format!("{model} fold {fold}, reading"),
            Self::Texture(fold) => format!("texture, lungs {fold}"),
        }
    }

    /// Folder of what it makes.
    pub(crate) fn folder(self, out: &Path) -> PathBuf {
        match self {
            Self::Simulate => out.join(crate::source::SIMULATED),
            Self::Lungs(fold) => out.join("lungs").join(format!("fold-{fold}")),
            Self::Train(model, fold) | Self::Read(model, fold) => {
                out.join(model.name()).join(format!("fold-{fold}"))
            }
            Self::Texture(_) => out.join("texture"),
        }
    }

    fn record_path(self, out: &Path) -> PathBuf {
        let name = match self {
            Self::Simulate => "simulate".into(),
            Self::Lungs(fold) => format!("lungs-fold-{fold}"),
            Self::Train(model, fold) => format!("{model}-fold-{fold}-training"),
            Self::Read(model, fold) => format!("{model}-fold-{fold}-reading"),
            Self::Texture(fold) => format!("texture-{fold}"),
        };
        out.join(FOLDER).join(format!("{name}.json"))
    }

    /// What it left, if it is done.
    ///
    /// # Errors
    /// [`Error::File`] if its file cannot be read.
    pub(crate) fn record(self, out: &Path) -> Result<Option<Record>, Error> {
        let path = self.record_path(out);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(|e| Error::file(&path, e))?;
        Ok(Some(serde_json::from_str(&text).map_err(|e| Error::file(&path, e))?))
    }

    /// Says that it is done.
    ///
    /// # Errors
    /// [`Error::File`] if the disk refuses.
    pub(crate) fn done(self, out: &Path, films: usize, seconds: f64) -> Result<(), Error> {
        let path = self.record_path(out);
        let folder = out.join(FOLDER);
        fs::create_dir_all(&folder).map_err(|e| Error::file(&folder, e))?;
        let record = Record { step: self.name(), seconds, films };
        let text = serde_json::to_string(&record).map_err(|e| Error::file(&path, e))?;
        write_atomic(&path, text.as_bytes()).map_err(|e| Error::file(&path, e))
    }
}

/// Folder of the lungs that a fold's films are cut out with.
pub(crate) fn lungs_of(settings: &Settings, models: &Path, out: &Path, fold: usize) -> PathBuf {
    match settings.lungs {
        Lungs::Shipped => models.to_owned(),
        Lungs::Train => Step::Lungs(fold).folder(out),
    }
}

/// [`lungs_of`], its manifest.
pub(crate) fn lung_manifest(
    settings: &Settings,
    models: &Path,
    out: &Path,
    fold: usize,
) -> PathBuf {
    lungs_of(settings, models, out, fold).join(LUNGS_MANIFEST)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    #[test]
    fn steps_follow_what_is_asked() {
        let names = |settings: &Settings, models: &[Model]| -> Vec<String> {
            Step::all(settings, models).into_iter().map(Step::name).collect()
        };
        let [paper2, whole2] = [Model::ALL[0], Model::ALL[3]];
        let quick = settings();
        let steps = names(&quick, &[paper2, whole2]);
        assert_eq!(steps.len(), 1 + 3 * 2 + 3);
        assert_eq!(steps[0], "simulate");
        assert_eq!(steps[2], "paper2 fold 0, reading");
        assert_eq!(names(&quick, &Model::ALL).len(), 1 + 3 * 3 * 2 + 2 * 3 + 1);
        let train = Settings { lungs: Lungs::Train, ..quick };
        assert_eq!(names(&train, &[whole2]).len(), 1 + 3);
        assert_eq!(names(&train, &Model::ALL).len(), 1 + 3 + 3 * 3 * 2 + 2 * 3 + 3);
    }

    #[test]
    fn what_is_done_stays_done() {
        let folder = tempfile::tempdir().unwrap();
        let step = Step::Train(Model::ALL[0], 2);
        assert_eq!(step.record(folder.path()).unwrap(), None);
        step.done(folder.path(), 7, 1.5).unwrap();
        let record = step.record(folder.path()).unwrap().unwrap();
        assert_eq!((record.films, record.seconds), (7, 1.5));
        assert_eq!(Step::Read(Model::ALL[0], 2).record(folder.path()).unwrap(), None);
    }
}
