//! The steps of the experiment, and how one that is done is known.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use koniscope::{files::write_atomic, reader::LUNGS_MANIFEST};

use crate::{Error, Lungs, Options, Settings, model::Model};

/// Folder of what is done, in the experiment's.
const FOLDER: &str = "steps";

/// A step. The report is none: it is written at every run's end, from what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Simulate the films.
    Simulate,
    /// Train the U-Net of a fold.
    Lungs(usize),
    /// Train a model's network on a fold, and read the fold's films with it.
    Fold(Model, usize),
}

impl Step {
    /// All steps of an experiment with these models, in their order.
    pub(crate) fn all(settings: &Settings, models: &[Model]) -> Vec<Self> {
        let folds = 0..settings.folds;
        let mut steps = Vec::new();
        if settings.source.simulated().is_some() {
            steps.push(Self::Simulate);
        }
        if settings.lungs == Lungs::Train && models.iter().any(|model| !model.is_whole()) {
            steps.extend(folds.clone().map(Self::Lungs));
        }
        let of_model = |model: &Model| {
            folds.clone().map({
                let model = *model;
                move |fold| Self::Fold(model, fold)
            })
        };
        steps.extend(models.iter().flat_map(of_model));
        steps
    }

    /// As it is told, and, with lines for spaces, the name of its file.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Simulate => "simulate".into(),
            Self::Lungs(fold) => format!("lungs fold {fold}"),
            Self::Fold(model, fold) => format!("{model} fold {fold}"),
        }
    }

    /// Folder of what it makes.
    pub(crate) fn folder(self, out: &Path) -> PathBuf {
        match self {
            Self::Simulate => out.join(crate::source::SIMULATED),
            Self::Lungs(fold) => out.join("lungs").join(format!("fold-{fold}")),
            Self::Fold(model, fold) => out.join(model.to_string()).join(format!("fold-{fold}")),
        }
    }

    fn mark(self, out: &Path) -> PathBuf {
        out.join(FOLDER).join(self.name().replace(' ', "-"))
    }

    /// Whether it is done.
    pub(crate) fn is_done(self, out: &Path) -> bool {
        self.mark(out).is_file()
    }

    /// Says that it is done.
    ///
    /// # Errors
    /// [`Error::File`] if the disk refuses.
    pub(crate) fn done(self, out: &Path) -> Result<(), Error> {
        let folder = out.join(FOLDER);
        fs::create_dir_all(&folder).map_err(|e| Error::file(&folder, e))?;
        kept(&self.mark(out), b"", "it is no mark of a step").map(drop)
    }
}

/// Writes a file, or sees that the one that is there is the same; whether there was one.
///
/// # Errors
/// [`Error::Run`] with what to say if it is another.
pub(crate) fn kept(path: &Path, bytes: &[u8], changed: &str) -> Result<bool, Error> {
    let fault = |e| Error::file(path, e);
    match fs::read(path) {
        Ok(before) if before == bytes => Ok(true),
        Ok(_) => Err(Error::Run { path: path.to_owned(), detail: changed.into() }),
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(fault(e)),
        Err(_) => write_atomic(path, bytes).map(|()| false).map_err(fault),
    }
}

/// Folder of the lungs that a fold's films are cut out with.
pub(crate) fn lungs_of(options: &Options, fold: usize) -> PathBuf {
    match options.settings.lungs {
        Lungs::Shipped => options.models.clone(),
        Lungs::Train => Step::Lungs(fold).folder(&options.out),
    }
}

/// [`lungs_of`], its manifest.
pub(crate) fn lung_manifest(options: &Options, fold: usize) -> PathBuf {
    lungs_of(options, fold).join(LUNGS_MANIFEST)
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
        let quick = settings();
        let steps = names(&quick, &[Model::Paper2, Model::Whole2]);
        assert_eq!(steps.len(), 1 + 2 * 3);
        assert_eq!((steps[0].as_str(), steps[2].as_str()), ("simulate", "paper2 fold 1"));
        let train = Settings { lungs: Lungs::Train, ..quick };
        assert_eq!(names(&train, &[Model::Whole2]).len(), 1 + 3);
        assert_eq!(names(&train, &Model::ALL).len(), 1 + 3 + 5 * 3);
    }

    #[test]
    fn what_is_done_stays_done() {
        let folder = tempfile::tempdir().unwrap();
        let [step, other] = [2, 0].map(|fold| Step::Fold(Model::Paper2, fold));
        assert!(!step.is_done(folder.path()));
        step.done(folder.path()).unwrap();
        assert!(step.is_done(folder.path()) && !other.is_done(folder.path()));
    }
}
