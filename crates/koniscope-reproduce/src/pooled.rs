//! Every film's answer by the model that did not see its patient, and figures over all of them.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

use koniscope::{
    Reader,
    files::write_atomic,
    model::Device,
    reader::{CLASSIFIER_MANIFEST, ZONES_MANIFEST, load_second_stage},
    report::Failure,
    weights::load_lungs,
};
use koniscope_evaluate::{
    cases::{self, Answer, EvaluatedCase},
    figures::{self, Figure, Section, Settings},
};

use crate::{
    Error, Options,
    baselines::{by_texture, majority, texture},
    cohort::Cohort,
    model::{Kind, Model, Question},
    report,
    step::{Step, lung_manifest},
};

/// Prevalence that predictive values are told for: that of surveillance, about.
pub(crate) const PREVALENCE: f64 = 0.05;

/// A question, its models, and the films that all of them answered.
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

/// A model's answers and figures on those films.
pub(crate) struct Measured {
    pub(crate) model: Model,
    pub(crate) films: Vec<EvaluatedCase>,
    pub(crate) figures: Vec<Figure>,
}

/// The reader of a model's fold.
pub(crate) fn reader(options: &Options, model: Model, fold: usize) -> Result<Reader, Error> {
    let device = Device::cpu();
    let folder = Step::Train(model, fold).folder(&options.out);
    let manifest = match model.kind {
        Kind::Zones => ZONES_MANIFEST,
        _ => CLASSIFIER_MANIFEST,
    };
    let second_stage = load_second_stage(&folder.join(manifest), &device)?;
    let lungs = lung_manifest(&options.settings, &options.models, &options.out, fold);
    let segmenter = Box::new(load_lungs(&lungs, &device)?);
    Ok(Reader::new(segmenter, second_stage))
}

/// Answers of models to all films of the cohort, in its order.
pub(crate) fn answers(
    options: &Options,
    cohort: &Cohort,
    models: &[Model],
) -> Result<Vec<(Model, Vec<EvaluatedCase>)>, Error> {
    let of = |model: Model| {
        let mut films: BTreeMap<usize, EvaluatedCase> = BTreeMap::new();
        for fold in 0..cohort.folds {
            let test = cohort.test(fold);
            let answered = of_fold(options, cohort, model, fold)?;
            films.extend(test.into_iter().zip(answered));
        }
        Ok((model, films.into_values().collect()))
    };
    models.iter().copied().map(of).collect()
}

fn of_fold(
    options: &Options,
    cohort: &Cohort,
    model: Model,
    fold: usize,
) -> Result<Vec<EvaluatedCase>, Error> {
    let test = cohort.test(fold);
    let case = |i: &usize| cohort.cases[*i].clone();
    let with = |outcomes: Vec<Result<Answer, Failure>>| -> Vec<EvaluatedCase> {
        let films = test.iter().zip(outcomes);
        films.map(|(i, outcome)| EvaluatedCase { case: case(i), outcome }).collect()
    };
    Ok(match model.kind {
        Kind::Paper | Kind::Zones => {
            let (reader, films) =
                (reader(options, model, fold)?, test.iter().map(case).collect::<Vec<_>>());
            let folder = Step::Read(model, fold).folder(&options.out);
            cases::read(&reader, films, &folder, &|| {})?.films
        }
        Kind::Whole => {
            let scored = scored(&Step::Train(model, fold).folder(&options.out).join("test.csv"))?;
            let left_out = Failure {
                kind: "left_out".into(),
                message: "it was left out of the test part: it has no label, or cannot be read"
                    .into(),
            };
            with(
                test.iter()
                    .map(|i| {
                        let row = &cohort.cases[*i].row;
                        let found = scored.get(&(row.set.clone(), row.id.clone()));
                        found.map(|p| Answer::of_classes(p)).ok_or(left_out.clone())
                    })
                    .collect(),
            )
        }
        Kind::Texture => {
            let lungs = lung_manifest(&options.settings, &options.models, &options.out, fold);
            let folder = Step::Texture(fold).folder(&options.out);
            let textures = texture::measure(cohort, &lungs, &folder, &|| {})?;
            let none = Failure {
                kind: "lungs_not_found".into(),
                message: "no texture could be measured, or no regression be fitted".into(),
            };
            let found = by_texture(cohort, &textures, model, fold).into_iter();
            with(found.map(|p| p.map(|p| Answer::of_classes(&p)).ok_or(none.clone())).collect())
        }
        Kind::Majority => {
            let answer = Answer::of_classes(&majority(cohort, model.question, fold));
            with(test.iter().map(|_| Ok(answer.clone())).collect())
        }
    })
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
    let folder = out.join(model.name());
    fs::create_dir_all(&folder).map_err(|e| Error::file(&folder, e))?;
    let path = folder.join("cases.csv");
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
        let common: Vec<usize> = labeled
            .iter()
            .copied()
            .filter(|i| asked.iter().all(|(_, films)| answered(&films[*i], question)))
            .collect();
        let mut patients: Vec<String> =
            common.iter().map(|i| first[*i].case.row.patient_key()).collect();
        patients.sort_unstable();
        patients.dedup();
        let mut models = Vec::new();
        for (model, films) in &asked {
            let films: Vec<EvaluatedCase> = common.iter().map(|i| films[*i].clone()).collect();
            let figures = measured(*model, question, &films, seed)?;
            models.push(Measured { model: *model, films, figures });
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

fn measured(
    model: Model,
    question: Question,
    films: &[EvaluatedCase],
    seed: u64,
) -> Result<Vec<Figure>, Error> {
    let groups = figures::groups(films, &[])?;
    let figures = figures::all(&groups, Settings { seed, prevalence: PREVALENCE });
    // The majority class is no probability: nothing that ranks films by it has a meaning.
    let sure = report::columns(question).into_iter().filter(|name| !name.starts_with("AUC"));
    let sure: Vec<String> = sure.collect();
    let is_wanted = |figure: &Figure| match (question, figure.section) {
        _ if model.kind == Kind::Majority => sure.contains(&figure.name),
        (Question::Disease, Section::Detection | Section::Calibration | Section::Lungs) => true,
        (Question::Stage, Section::Stage | Section::Zones) => true,
        _ => false,
    };
    Ok(figures.into_iter().filter(is_wanted).collect())
}
