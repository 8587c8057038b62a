//! The experiment as one sentence: films, cohort, steps, report.

use std::{path::PathBuf, time::Instant};

use koniscope::reader::LUNGS_MANIFEST;
use koniscope_evaluate::cases;
use koniscope_train::{network::Device, run_log};

use crate::{
    Error, Lungs, Settings,
    baselines::texture,
    cohort::Cohort,
    model::Model,
    plan::{Left, Sizes, epochs, left, planned},
    pooled::{self, reader},
    recipes::Recipes,
    report, source,
    step::{Record, Step, lung_manifest},
    train,
};

/// Said of every result by simulated films.
const SIMULATED_NOTICE: &str =
    "Trained on SIMULATED films: nothing says how it reads those of patients.";

/// Said of every result of a rehearsal.
pub(crate) const REHEARSAL: &str =
    "A REHEARSAL (--quick): small networks, few epochs, few films. Its figures mean nothing.";

/// What an experiment is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// All that decides the figures.
    pub settings: Settings,
    /// Folder of the experiment, made where missing.
    pub out: PathBuf,
    /// Folder with the lung network that ships.
    pub models: PathBuf,
    /// Recipes that take the place of those that ship, by their names.
    pub recipes: Option<PathBuf>,
    /// The models to train; without, all that the films allow.
    pub only: Vec<Model>,
    /// Where to learn; reading is by the processor.
    pub device: Device,
    /// The command, as it was given.
    pub command: String,
    /// The processor, as it calls itself.
    pub processor: String,
    /// The commit that the program was built from, where that is known.
    pub commit: Option<String>,
}

/// Hears how far an experiment is.
pub trait Watch: Sync {
    /// A step begins, the `place`th (from 1) of `of`.
    fn step(&self, place: usize, of: usize, name: &str, left: Left);
    /// The step goes over so many films.
    fn films(&self, films: usize);
    /// One of them is done, from any thread.
    fn film(&self);
    /// Something worth a line.
    fn note(&self, text: &str);
    /// Who watches a training.
    fn trainer(&self) -> Box<dyn run_log::Observer + '_>;
}

/// What an experiment came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// `report.json` as it was written.
    pub json: String,
    /// The tables of models, as text.
    pub text: String,
    /// Steps done by this run.
    pub done: usize,
    /// Steps that were done before.
    pub kept: usize,
    /// Films that a model could not answer.
    pub not_read: usize,
}

/// Models to train, and those that the films do not allow.
pub(crate) struct Chosen {
    pub(crate) models: Vec<Model>,
    pub(crate) not_done: Vec<(Model, String)>,
}

/// Runs the experiment, or goes on with it, and writes `report.html`, `report.json` and each
/// model's `cases.csv` into its folder.
///
/// # Errors
/// [`Error`]; never for a film that cannot be used.
pub fn reproduce(options: &Options, watch: &dyn Watch) -> Result<Summary, Error> {
    options.check()?;
    let Options { settings, out, models: shipped, .. } = options;
    let is_known = settings.check_folder(out)?;
    let (mut done, mut kept) = (0, 0);
    if settings.source.simulated().is_some() {
        match Step::Simulate.record(out)? {
            Some(_) => kept += 1,
            None => {
                settings.keep(out)?;
                let start = Instant::now();
                let steps = Step::all(settings, &chosen(options, None)?.models).len();
                let left = Left { seconds: 0.0, unknown_steps: steps };
                watch.step(1, steps, &Step::Simulate.name(), left);
                // What cannot be simulated does not take the folder.
                let films = source::make(settings, shipped, out, watch).inspect_err(|_| {
                    if !is_known {
                        settings.forget(out)
                    }
                })?;
                Step::Simulate.done(out, films, start.elapsed().as_secs_f64())?;
                done += 1;
            }
        }
    }
    let cohort = Cohort::deal(&settings.source.table(out)?, settings)?;
    let Chosen { models, not_done } = chosen(options, Some(&cohort))?;
    settings.keep(out)?;
    let table = cohort.keep(out)?;
    for (model, reason) in &not_done {
        watch.note(&format!("{model} is not done: {reason}"));
    }
    let recipes = options.recipes(Some(&cohort));
    let sizes = Sizes { cohort: Some(&cohort), films: cohort.cases.len(), folds: settings.folds };
    let steps = Step::all(settings, &models);
    for (i, step) in steps.iter().copied().enumerate() {
        if step == Step::Simulate {
            continue;
        }
        if step.record(out)?.is_some() {
            kept += 1;
            continue;
        }
        let left = left(&planned(&steps, &sizes, &recipes, out)?);
        watch.step(i + 1, steps.len(), &step.name(), left);
        let before = epochs(step, out)?.map_or(0.0, |(_, seconds)| seconds);
        let start = Instant::now();
        let films = match step {
            Step::Simulate => continue,
            Step::Lungs(fold) => {
                train::train_lungs(options, &recipes, &table, fold, watch)?;
                cohort.training(fold).len()
            }
            Step::Train(model, fold) => {
                train::train(options, &recipes, &table, (model, fold), watch)?;
                cohort.training(fold).len()
            }
            Step::Read(model, fold) => {
                let reader = reader(options, model, fold)?;
                let films: Vec<_> =
                    cohort.test(fold).into_iter().map(|i| cohort.cases[i].clone()).collect();
                watch.films(films.len());
                cases::read(&reader, films, &step.folder(out), &|| watch.film())?.films.len()
            }
            Step::Texture(fold) => {
                let lungs = lung_manifest(settings, shipped, out, fold);
                watch.films(cohort.cases.len());
                texture::measure(&cohort, &lungs, &step.folder(out), &|| watch.film())?;
                cohort.cases.len()
            }
        };
        step.done(out, films, before + start.elapsed().as_secs_f64())?;
        done += 1;
    }
    watch.note("all steps are done; figures and report");
    let complete = complete(options, &cohort)?;
    let answers = pooled::answers(options, &cohort, &complete)?;
    for (model, films) in &answers {
        pooled::keep(out, *model, films)?;
    }
    let questions = pooled::questions(&answers, settings.seed)?;
    let records = records(options, &complete)?;
    let experiment = report::Experiment {
        options,
        cohort: &cohort,
        not_done: &not_done,
        questions: &questions,
        records: &records,
        folds: report::folds(options, &cohort, &complete)?,
        warnings: report::warnings(options, &cohort, &questions)?,
    };
    let not_read = questions.iter().map(|question| question.left_out).max().unwrap_or(0);
    let json = report::write(&experiment)?;
    Ok(Summary { json, text: report::text(&experiment), done, kept, not_read })
}

/// The models asked for that the films allow; all are taken to be, where there are none yet.
///
/// # Errors
/// [`Error::Option`] if a model was named that the films do not allow, or none is left.
pub(crate) fn chosen(options: &Options, cohort: Option<&Cohort>) -> Result<Chosen, Error> {
    let mut chosen = Chosen { models: Vec::new(), not_done: Vec::new() };
    let is_asked = |model: &Model| options.only.is_empty() || options.only.contains(model);
    for model in Model::ALL.into_iter().filter(is_asked) {
        match cohort.and_then(|cohort| cohort.why_not(model)) {
            None => chosen.models.push(model),
            Some(reason) if options.only.contains(&model) => {
                return Err(Error::Option(format!("--only {model}: {reason}")));
            }
            Some(reason) => chosen.not_done.push((model, reason)),
        }
    }
    match chosen.not_done.first() {
        Some((model, reason)) if chosen.models.is_empty() => {
            Err(Error::Option(format!("no model can be trained on these films; {model}: {reason}")))
        }
        _ => Ok(chosen),
    }
}

/// Models of which every fold is done, by this run or an earlier one. Baselines without a network,
/// which cost nothing, only where they are asked for.
fn complete(options: &Options, cohort: &Cohort) -> Result<Vec<Model>, Error> {
    let mut complete = Vec::new();
    for model in Model::ALL {
        if cohort.why_not(model).is_some() {
            continue;
        }
        let asked = options.only.is_empty() || options.only.contains(&model);
        let steps = Step::all(&options.settings, &[model]);
        let records: Result<Vec<Option<Record>>, Error> =
            steps.into_iter().map(|step| step.record(&options.out)).collect();
        let is_done = records?.iter().all(Option::is_some);
        if is_done && (asked || model.is_network()) {
            complete.push(model);
        }
    }
    Ok(complete)
}

/// What the steps of these models took.
fn records(options: &Options, models: &[Model]) -> Result<Vec<(Step, Record)>, Error> {
    let mut records = Vec::new();
    for step in Step::all(&options.settings, models) {
        records.extend(step.record(&options.out)?.map(|record| (step, record)));
    }
    Ok(records)
}

impl Options {
    /// Checks what can be before any film is read.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.settings.check()?;
        self.recipes(None).check()?;
        let manifest = self.models.join(LUNGS_MANIFEST);
        if self.settings.lungs == Lungs::Shipped && !manifest.is_file() {
            return Err(Error::Option(format!(
                "{} is not there. Name a folder with the lung network by --models, or train one \
                 with --lungs train",
                manifest.display()
            )));
        }
        Ok(())
    }

    /// The recipes of this experiment.
    pub(crate) fn recipes(&self, cohort: Option<&Cohort>) -> Recipes<'_> {
        let simulated = cohort.is_some_and(Cohort::simulated).then_some(SIMULATED_NOTICE);
        let rehearsal = self.settings.quick.then_some(REHEARSAL);
        let notice: Vec<&str> = rehearsal.into_iter().chain(simulated).collect();
        Recipes {
            folder: self.recipes.as_deref(),
            settings: &self.settings,
            notice: (!notice.is_empty()).then(|| notice.join(" ")),
        }
    }
}
