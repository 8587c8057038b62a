//! `report.json`: every figure, and all that is needed to make it again.

use std::{borrow::Cow, collections::BTreeMap};

use koniscope::{
    manifest::Manifest,
    reading::{DISCLAIMER, GradingKind},
};
use serde::Serialize;

use super::{Evaluation, Set, paper};
use crate::{
    Error,
    cases::Choice,
    figures::{Figure, detection::Labeled},
};

#[derive(Serialize)]
struct Document<'a> {
    disclaimer: &'static str,
    /// Whether any film comes from the simulator.
    simulated: bool,
    warnings: Vec<String>,
    software: Software<'a>,
    run: Run<'a>,
    models: Models<'a>,
    cases: Cases<'a>,
    figures: &'a [Figure],
    paper: Paper,
    worst: Vec<Worst<'a>>,
    failures: Vec<Failed<'a>>,
}

#[derive(Serialize)]
struct Software<'a> {
    name: &'static str,
    version: &'static str,
    commit: Option<&'a str>,
}

#[derive(Serialize)]
struct Run<'a> {
    command: &'a str,
    processor: &'a str,
    precision: &'static str,
    seconds: f64,
    seed: u64,
    prevalence: f64,
    label: Option<&'a str>,
    subgroups: &'a [String],
    choice: &'a Choice,
    robustness: bool,
}

#[derive(Serialize)]
struct Models<'a> {
    grader: GradingKind,
    lungs: Model<'a>,
    classifier: Model<'a>,
}

#[derive(Serialize)]
struct Model<'a> {
    id: &'a str,
    sha256: &'a str,
    notice: Option<&'a str>,
    target: Option<&'a str>,
    stand_in: bool,
}

#[derive(Serialize)]
struct Cases<'a> {
    films: usize,
    patients: usize,
    read: usize,
    not_read: usize,
    without_label_or_mask: usize,
    with_disease: usize,
    without_disease: usize,
    /// Of the films that were read.
    prevalence: Option<f64>,
    /// Films of the true stages 0 to III.
    stages: [usize; 4],
    sources: BTreeMap<&'a str, Set>,
}

#[derive(Serialize)]
struct Paper {
    reference: &'static str,
    data: &'static str,
    accuracy: f64,
    auc: f64,
    accuracy_of_four_stages: f64,
}

#[derive(Serialize)]
struct Worst<'a> {
    image: Cow<'a, str>,
    label: Option<bool>,
    probability: Option<f64>,
}

#[derive(Serialize)]
struct Failed<'a> {
    image: Cow<'a, str>,
    kind: &'static str,
    message: &'a str,
}

/// The document.
///
/// # Errors
/// [`Error::Write`] if it cannot be written as JSON.
pub fn json(evaluation: &Evaluation) -> Result<String, Error> {
    let Evaluation { options, reader, films, .. } = evaluation;
    let worst = evaluation.worst.iter().map(|picture| &films[picture.film]);
    let document = Document {
        disclaimer: DISCLAIMER,
        simulated: evaluation.simulated(),
        warnings: evaluation.warnings(),
        software: Software {
            name: "koniscope",
            version: env!("CARGO_PKG_VERSION"),
            commit: options.commit.as_deref(),
        },
        run: Run {
            command: &options.command,
            processor: &options.processor,
            precision: "f32",
            seconds: evaluation.seconds,
            seed: options.seed,
            prevalence: options.prevalence,
            label: options.label.as_deref(),
            subgroups: &options.subgroups,
            choice: &options.choice,
            robustness: options.robustness,
        },
        models: Models {
            grader: reader.grading.kind(),
            lungs: Model::of(reader.segmenter.manifest()),
            classifier: Model::of(reader.grading.manifest()),
        },
        cases: cases(evaluation),
        figures: evaluation.figures,
        paper: Paper {
            reference: paper::REFERENCE,
            data: paper::DATA,
            accuracy: paper::ACCURACY,
            auc: paper::AUC,
            accuracy_of_four_stages: paper::FOUR_STAGES,
        },
        worst: worst
            .map(|film| Worst {
                image: film.case.row.image.to_string_lossy(),
                label: film.case.truth.disease,
                probability: film.answer().map(|answer| answer.probability),
            })
            .collect(),
        failures: films
            .iter()
            .filter_map(|film| Some((film, film.outcome.as_ref().err()?)))
            .map(|(film, failure)| Failed {
                image: film.case.row.image.to_string_lossy(),
                kind: failure.kind,
                message: &failure.message,
            })
            .collect(),
    };
    let text = serde_json::to_string_pretty(&document);
    Ok(text.map_err(|e| Error::write("report.json".as_ref(), e))? + "\n")
}

impl<'a> Model<'a> {
    fn of(manifest: &'a Manifest) -> Self {
        Self {
            id: &manifest.id,
            sha256: &manifest.sha256,
            notice: manifest.notice.as_deref(),
            target: manifest.target.as_deref(),
            stand_in: manifest.stand_in,
        }
    }
}

fn cases<'a>(evaluation: &'a Evaluation) -> Cases<'a> {
    let sources = evaluation.sets();
    let sum = |of: fn(&Set) -> usize| sources.values().map(of).sum::<usize>();
    let films = evaluation.films;
    let stage = |stage| films.iter().filter(|f| f.case.truth.stage == Some(stage)).count();
    let labeled = Labeled::of(&evaluation.groups[0]);
    let n = labeled.films.len();
    Cases {
        films: films.len(),
        patients: sum(|set| set.patients),
        read: sum(|set| set.read),
        not_read: films.len() - sum(|set| set.read),
        without_label_or_mask: evaluation.unlabeled,
        with_disease: sum(|set| set.sick),
        without_disease: sum(|set| set.healthy),
        prevalence: (n > 0).then(|| labeled.sick() as f64 / n as f64),
        stages: std::array::from_fn(stage),
        sources,
    }
}
