//! `report.json`: every figure, and all that is needed to make it again.

use koniscope::reading::DISCLAIMER;
use koniscope_evaluate::{
    figures::Figure,
    report::{
        Software,
        paper::{PAPER, Paper},
    },
};
use serde::Serialize;

use super::{Experiment, Fold};
use crate::{Error, Settings, model::Model, pooled::PREVALENCE};

#[derive(Serialize)]
struct Document<'a> {
    disclaimer: &'static str,
    /// Whether any film comes from the simulator.
    simulated: bool,
    /// Whether small networks were trained for moments, so that no figure means anything.
    rehearsal: bool,
    warnings: &'a [String],
    software: Software,
    settings: &'a Settings,
    run: Run<'a>,
    films: usize,
    without_label: usize,
    questions: Vec<Asked<'a>>,
    not_done: Vec<NotDone<'a>>,
    folds: &'a [Fold],
    steps: Vec<Took<'a>>,
    paper: Paper,
}

#[derive(Serialize)]
struct Run<'a> {
    command: &'a str,
    processor: &'a str,
    prevalence: f64,
    /// Wall time of all steps, in all runs.
    seconds: f64,
}

#[derive(Serialize)]
struct Asked<'a> {
    question: crate::model::Question,
    films: usize,
    patients: usize,
    left_out: usize,
    models: Vec<Answered<'a>>,
}

#[derive(Serialize)]
struct Answered<'a> {
    model: Model,
    title: &'static str,
    figures: &'a [Figure],
}

#[derive(Serialize)]
struct NotDone<'a> {
    model: Model,
    reason: &'a str,
}

#[derive(Serialize)]
struct Took<'a> {
    step: &'a str,
    films: usize,
    seconds: f64,
}

/// The document.
pub(super) fn json(experiment: &Experiment) -> Result<String, Error> {
    let Experiment { options, cohort, questions, records, .. } = experiment;
    let asked = questions.iter().map(|asked| Asked {
        question: asked.question,
        films: asked.films,
        patients: asked.patients,
        left_out: asked.left_out,
        models: asked
            .models
            .iter()
            .map(|m| Answered { model: m.model, title: m.model.title(), figures: &m.figures })
            .collect(),
    });
    let not_done = experiment.not_done.iter();
    let document = Document {
        disclaimer: DISCLAIMER,
        simulated: cohort.simulated(),
        rehearsal: options.settings.quick,
        warnings: &experiment.warnings,
        software: Software::this(options.commit.as_deref()),
        settings: &options.settings,
        run: Run {
            command: &options.command,
            processor: &options.processor,
            prevalence: PREVALENCE,
            seconds: records.iter().map(|(_, record)| record.seconds).sum(),
        },
        films: cohort.cases.len(),
        without_label: cohort.unlabeled,
        questions: asked.collect(),
        not_done: not_done.map(|(model, reason)| NotDone { model: *model, reason }).collect(),
        folds: &experiment.folds,
        steps: records
            .iter()
            .map(|(_, r)| Took { step: &r.step, films: r.films, seconds: r.seconds })
            .collect(),
        paper: PAPER,
    };
    let text = serde_json::to_string_pretty(&document);
    Ok(text.map_err(|e| Error::file("report.json".as_ref(), e))? + "\n")
}
