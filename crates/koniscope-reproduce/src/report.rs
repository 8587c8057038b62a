//! The experiment for people and programs: all models side by side.

mod html;
mod json;
mod plots;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use koniscope::{
    checked_manifest::CheckedManifest,
    files::write_atomic,
    reader::{CLASSIFIER_MANIFEST, ZONES_MANIFEST},
    reading::DISCLAIMER,
};
use koniscope_evaluate::{
    THRESHOLD,
    figures::Figure,
    report::{SIMULATED, paper, value},
};
use koniscope_train::run_log::RunLog;
use serde::Serialize;

use crate::{
    Error, Lungs, Options,
    cohort::Cohort,
    model::{Kind, Model, Question},
    pooled::{Asked, Measured},
    run::REHEARSAL,
    step::{Record, Step, lung_manifest},
};

/// All that the report tells.
pub(crate) struct Experiment<'a> {
    pub(crate) options: &'a Options,
    pub(crate) cohort: &'a Cohort,
    /// Models that the films do not allow, with the reason.
    pub(crate) not_done: &'a [(Model, String)],
    pub(crate) questions: &'a [Asked],
    /// What each step took.
    pub(crate) records: &'a [(Step, Record)],
    pub(crate) folds: Vec<Fold>,
    pub(crate) warnings: Vec<String>,
}

/// A network of one fold.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fold {
    pub(crate) model: Model,
    pub(crate) fold: usize,
    /// Films that were learnt from, that chose the epoch, and that were tested.
    pub(crate) training: usize,
    pub(crate) tuning: usize,
    pub(crate) test: usize,
    /// Epochs trained, the best of them (from 1), and its score on the tuning films.
    pub(crate) epochs: usize,
    pub(crate) best_epoch: usize,
    pub(crate) tuning_score: f64,
    pub(crate) sha256: String,
}

/// Networks of all folds of these models.
pub(crate) fn folds(
    options: &Options,
    cohort: &Cohort,
    models: &[Model],
) -> Result<Vec<Fold>, Error> {
    let mut folds = Vec::new();
    for model in models.iter().copied().filter(|model| model.is_network()) {
        for fold in 0..cohort.folds {
            let folder = Step::Train(model, fold).folder(&options.out);
            let name = if model.kind == Kind::Zones { ZONES_MANIFEST } else { CLASSIFIER_MANIFEST };
            let log = RunLog::open(&folder, usize::MAX)?;
            let best = log.records().last().map_or(0, |record| record.best_epoch);
            folds.push(Fold {
                model,
                fold,
                training: cohort.training(fold).len(),
                tuning: cohort.tuning(fold).len(),
                test: cohort.test(fold).len(),
                epochs: log.records().len(),
                best_epoch: best + 1,
                tuning_score: log.records().get(best).map_or(0.0, |record| record.score),
                sha256: CheckedManifest::read(&folder.join(name))?.sha256.clone(),
            });
        }
    }
    Ok(folds)
}

/// What must be known first, the gravest before.
pub(crate) fn warnings(
    options: &Options,
    cohort: &Cohort,
    questions: &[Asked],
) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    if options.settings.quick {
        warnings.push(REHEARSAL.to_owned());
    }
    if cohort.simulated() {
        warnings.push(SIMULATED.to_owned());
    }
    if options.settings.lungs == Lungs::Shipped {
        let lungs = lung_manifest(&options.settings, &options.models, &options.out, 0);
        let lungs = CheckedManifest::read(&lungs)?;
        let sets: BTreeSet<&str> = cohort.cases.iter().map(|c| c.row.set.as_str()).collect();
        let trained = lungs.training.iter().flat_map(|training| &training.data);
        for name in trained.map(|data| &data.name) {
            if sets.iter().any(|set| set.eq_ignore_ascii_case(name)) {
                warnings.push(format!(
                    "{} was trained on films of {name}: its lungs may be better here than on films \
                     it never saw. --lungs train avoids that",
                    lungs.id
                ));
            }
        }
    }
    for asked in questions.iter().filter(|asked| asked.left_out > 0) {
        warnings.push(format!(
            "{}: {} of {} films could not be answered by every model and are in no figure; the \
             reasons stand in each model's cases.csv",
            asked.question.title(),
            asked.left_out,
            asked.left_out + asked.films
        ));
    }
    Ok(warnings)
}

/// Writes the page and the JSON, which is given back.
pub(crate) fn write(experiment: &Experiment) -> Result<String, Error> {
    let json = json::json(experiment)?;
    for (name, text) in [("report.html", &html::html(experiment)?), ("report.json", &json)] {
        let path = experiment.options.out.join(name);
        write_atomic(&path, text.as_bytes()).map_err(|e| Error::file(&path, e))?;
    }
    Ok(json)
}

/// Figures that stand side by side.
pub(crate) fn columns(question: Question) -> [String; 4] {
    match question {
        Question::Disease => [
            "AUC (ROC)".into(),
            format!("accuracy at {THRESHOLD}"),
            format!("sensitivity at {THRESHOLD}"),
            format!("specificity at {THRESHOLD}"),
        ],
        Question::Stage => [
            "accuracy of four stages".into(),
            "balanced accuracy of four stages".into(),
            "quadratic weighted kappa".into(),
            "mean absolute error, stages".into(),
        ],
    }
}

impl Measured {
    /// Its figures of all films.
    fn of_all(&self) -> Vec<&Figure> {
        self.figures.iter().filter(|figure| figure.by == "all").collect()
    }

    /// One of them, in words.
    fn cell(&self, name: &str) -> String {
        let all = self.of_all();
        all.into_iter().find(|figure| figure.name == name).map_or_else(|| "-".into(), value)
    }
}

impl Experiment<'_> {
    /// Seconds of each model's own steps; of the texture those of measuring.
    fn seconds(&self) -> BTreeMap<Model, f64> {
        let mut seconds = BTreeMap::new();
        for (step, record) in self.records {
            if let Step::Train(model, _) | Step::Read(model, _) = step {
                *seconds.entry(*model).or_default() += record.seconds;
            }
        }
        seconds
    }

    /// Who found the lungs, in words.
    fn lungs(&self) -> String {
        match self.options.settings.lungs {
            Lungs::Shipped => "by the U-Net that ships, the same for all folds".into(),
            Lungs::Train => {
                "by a U-Net a fold, trained on masks of the fold's training films".into()
            }
        }
    }
}

/// The tables of models as text.
pub(crate) fn text(experiment: &Experiment) -> String {
    let mut out = String::new();
    for warning in &experiment.warnings {
        let _ = writeln!(out, "{warning}");
    }
    for asked in experiment.questions {
        let _ = writeln!(
            out,
            "\n{}, {} films of {} patients, each tested by the model that did not see its patient",
            asked.question.title(),
            asked.films,
            asked.patients
        );
        let columns = columns(asked.question);
        for measured in &asked.models {
            let _ = writeln!(out, "{:10} {}", measured.model.name(), measured.model.title());
            for column in &columns {
                let _ = writeln!(out, "    {column:34} {}", measured.cell(column));
            }
        }
        let theirs = columns.iter().filter_map(|c| Some(format!("{c} {}", paper::figure(c)?)));
        let _ = writeln!(
            out,
            "{:10} {}\n    of {}",
            "paper",
            theirs.collect::<Vec<_>>().join(", "),
            paper::DATA
        );
    }
    for (model, reason) in experiment.not_done {
        let _ = writeln!(out, "\n{model} is not done: {reason}");
    }
    out + "\n" + DISCLAIMER + "\n"
}
