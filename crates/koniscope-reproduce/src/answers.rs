//! Every film's answer by the model that did not see its patient, and figures over all of them.

use std::{collections::HashMap, fs, path::Path};

use koniscope::{
    Reader, files::write_atomic, model::Device, reader::load_second_stage, report::Failure,
    weights::load_lungs,
};
use koniscope_evaluate::{
    cases::{self, Answer, EvaluatedCase},
    figures::{self, Figure, Section},
};
use serde::Serialize;

use crate::{
    Error, Options,
    cohort::Cohort,
    model::{Model, Question},
    step::{Step, lung_manifest},
};

/// Prevalence that predictive values are told for: that of surveillance, about.
pub(crate) const PREVALENCE: f64 = 0.05;

/// A question, its models, and the films that all of them answered.
#[derive(Serialize)]
pub(crate) struct Asked {
    pub(crate) question: Question,
    /// Films with a true answer that every model answered.
    pub(crate) films: usize,
    /// Their patients.
    pub(crate) patients: usize,
    /// Films with a true answer that some model could not answer: in no figure.
    pub(crate) left_out: usize,
    pub(crate) models: Vec<Measured>,
}

/// A model's figures on those films.
#[derive(Serialize)]
pub(crate) struct Measured {
    pub(crate) model: Model,
    pub(crate) title: &'static str,
    pub(crate) figures: Vec<Figure>,
}

/// Answers of a model to all films of the cohort, in its order; those that were read are kept by
/// the room that reads.
pub(crate) fn of_model(
    options: &Options,
    cohort: &Cohort,
    model: Model,
) -> Result<Vec<EvaluatedCase>, Error> {
    let mut films = Vec::new();
    for fold in 0..cohort.folds {
        films.extend(cohort.test(fold).into_iter().zip(of_fold(
            options,
            cohort,
            (model, fold),
            &|| {},
        )?));
    }
    films.sort_by_key(|(place, _)| *place);
    Ok(films.into_iter().map(|(_, film)| film).collect())
}

/// Answers to the films of a fold.
pub(crate) fn of_fold(
    options: &Options,
    cohort: &Cohort,
    (model, fold): (Model, usize),
    done: &(dyn Fn() + Sync),
) -> Result<Vec<EvaluatedCase>, Error> {
    let films = cohort.test(fold).into_iter().map(|i| cohort.cases[i].clone());
    let folder = Step::Fold(model, fold).folder(&options.out);
    if !model.is_whole() {
        let device = Device::cpu();
        let segmenter = Box::new(load_lungs(&lung_manifest(options, fold), &device)?);
        let second_stage = load_second_stage(&folder.join(model.manifest()), &device)?;
        let reader = Reader::new(segmenter, second_stage);
        return Ok(cases::read(&reader, films.collect(), &folder, done)?.films);
    }
    // A reader gives crops of lungs alone: whole films have the trainer's own answers.
    let scored = scored(&folder.join("test.csv"))?;
    let answer = |case: cases::Case| {
        let found = scored.get(&(case.row.set.clone(), case.row.id.clone()));
        let outcome = found.map(|p| Answer::of_classes(p)).ok_or_else(|| Failure {
            kind: "left_out".into(),
            message: "it was left out of the test part: it has no label, or cannot be read".into(),
        });
        EvaluatedCase { case, outcome }
    };
    Ok(films.map(answer).collect())
}

/// Probabilities of the trainer's `test.csv` by set and id: columns `set`, `patient_id`, `id`,
/// `class`, then one a class.
fn scored(path: &Path) -> Result<HashMap<(String, String), Vec<f64>>, Error> {
    let fail = |e: csv::Error| Error::file(path, e);
    let mut films = HashMap::new();
    for row in csv::Reader::from_path(path).map_err(fail)?.records() {
        let row = row.map_err(fail)?;
        let cell = |i: usize| row.get(i).unwrap_or_default().to_owned();
        let probabilities: Result<Vec<f64>, _> = row.iter().skip(4).map(str::parse).collect();
        let probabilities = probabilities.map_err(|e| Error::file(path, e))?;
        films.insert((cell(0), cell(2)), probabilities);
    }
    Ok(films)
}

/// Writes `cases.csv` of a model: all films, also those that it could not answer.
pub(crate) fn keep(out: &Path, model: Model, films: &[EvaluatedCase]) -> Result<(), Error> {
    let folder = out.join(model.to_string());
    fs::create_dir_all(&folder).map_err(|e| Error::file(&folder, e))?;
    let path = folder.join(cases::CSV_FILE);
    write_atomic(&path, &cases::csv(films)?).map_err(|e| Error::file(&path, e))
}

/// Figures of each question's models on the films that all of them answered, so that they can be
/// compared.
pub(crate) fn questions(
    answers: &[(Model, Vec<EvaluatedCase>)],
    seed: u64,
) -> Result<Vec<Asked>, Error> {
    let mut questions = Vec::new();
    for question in Question::ALL {
        let asked: Vec<_> = answers.iter().filter(|(model, _)| model.answers(question)).collect();
        let Some((_, first)) = asked.first() else { continue };
        let labeled: Vec<usize> = (0..first.len()).filter(|i| has(&first[*i], question)).collect();
        let is_common = |i: &&usize| asked.iter().all(|(_, films)| answered(&films[**i], question));
        let common: Vec<usize> = labeled.iter().filter(is_common).copied().collect();
        let mut patients: Vec<_> =
            common.iter().map(|i| first[*i].case.row.patient_key()).collect();
        patients.sort_unstable();
        patients.dedup();
        let mut models = Vec::new();
        for (model, films) in &asked {
            let films: Vec<EvaluatedCase> = common.iter().map(|i| films[*i].clone()).collect();
            let figures = measured(question, &films, seed)?;
            models.push(Measured { model: *model, title: model.title(), figures });
        }
        questions.push(Asked {
            question,
            films: common.len(),
            patients: patients.len(),
            left_out: labeled.len() - common.len(),
            models,
        });
    }
    Ok(questions)
}

fn has(film: &EvaluatedCase, question: Question) -> bool {
    match question {
        Question::Disease => film.case.truth.disease.is_some(),
        Question::Stage => film.case.truth.stage.is_some(),
    }
}

fn answered(film: &EvaluatedCase, question: Question) -> bool {
    film.answer().is_some_and(|answer| question == Question::Disease || answer.stages.is_some())
}

fn measured(question: Question, films: &[EvaluatedCase], seed: u64) -> Result<Vec<Figure>, Error> {
    let groups = figures::groups(films, &[])?;
    let mut figures = figures::all(&groups, figures::Settings { seed, prevalence: PREVALENCE });
    figures.retain(|figure| match question {
        Question::Disease => {
            matches!(figure.section, Section::Detection | Section::Calibration | Section::Lungs)
        }
        Question::Stage => matches!(figure.section, Section::Stage | Section::Zones),
    });
    Ok(figures)
}
