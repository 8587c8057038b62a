//! `report.json`: every figure, and all that is needed to make it again.

use std::{borrow::Cow, collections::BTreeMap};

use koniscope::reading::DISCLAIMER;
use serde::Serialize;

use super::{
    Evaluation, MadeWith, Model, Models, REPORT_FILE, Run, Set, Software,
    paper::{PAPER, Paper},
};
use crate::{
    Error,
    cases::Origin,
    figures::{Figure, detection::Labeled},
    raters::consensus::RULE,
};

#[derive(Serialize)]
struct Document<'a> {
    disclaimer: &'static str,
    /// Whether any film comes from the simulator.
    simulated: bool,
    #[serde(flatten)]
    made_with: MadeWith,
    cases: Cases<'a>,
    readers: Option<Readers<'a>>,
    figures: &'a [Figure],
    paper: Paper,
    worst: Vec<Worst<'a>>,
    failures: Vec<Failed<'a>>,
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

/// Nothing where no film has a reader.
#[derive(Serialize)]
struct Readers<'a> {
    names: &'a [String],
    consensus: &'static str,
    /// Films that were read, by their number of readers.
    films: BTreeMap<usize, usize>,
    /// Films whose truth is a label of the table, by where that comes from, or the consensus.
    labels_of_the_table: usize,
    labels_made_of_readers: usize,
    consensus_as_truth: usize,
    disagreements: usize,
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
    kind: &'a str,
    message: &'a str,
}

/// The document.
///
/// # Errors
/// [`Error::Write`] if it cannot be written as JSON.
pub fn json(evaluation: &Evaluation) -> Result<String, Error> {
    let films = evaluation.films;
    let worst = evaluation.worst.iter().map(|picture| &films[picture.film]);
    let document = Document {
        disclaimer: DISCLAIMER,
        simulated: evaluation.simulated(),
        made_with: made_with(evaluation),
        cases: cases(evaluation),
        readers: (!evaluation.readers.is_empty()).then(|| Readers {
            names: evaluation.readers,
            consensus: RULE,
            films: evaluation.by_readers(),
            labels_of_the_table: evaluation.with_truth_from(Origin::Table),
            labels_made_of_readers: evaluation.with_truth_from(Origin::Readers),
            consensus_as_truth: evaluation.with_truth_from(Origin::Consensus),
            disagreements: evaluation.disagreements.len(),
        }),
        figures: evaluation.figures,
        paper: PAPER,
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
                kind: &failure.kind,
                message: &failure.message,
            })
            .collect(),
    };
    let text = serde_json::to_string_pretty(&document);
    Ok(text.map_err(|e| Error::write(REPORT_FILE.as_ref(), e))? + "\n")
}

pub(super) fn made_with(evaluation: &Evaluation) -> MadeWith {
    let Evaluation { options, reader, .. } = evaluation;
    MadeWith {
        warnings: evaluation.warnings(),
        software: Software::this(options.commit.as_deref()),
        run: Run {
            command: options.command.clone(),
            processor: options.processor.clone(),
            precision: "f32".into(),
            seconds: evaluation.seconds,
            seed: options.seed,
            prevalence: options.prevalence,
            label: options.label.clone(),
            subgroups: options.subgroups.clone(),
            choice: options.choice.clone(),
            robustness: options.robustness,
        },
        models: Models {
            grader: reader.second_stage().kind(),
            lungs: Model::of(reader.segmenter().manifest()),
            classifier: Model::of(reader.second_stage().manifest()),
        },
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
