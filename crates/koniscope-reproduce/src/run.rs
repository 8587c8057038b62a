//! The experiment as one sentence: films, cohort, steps, report.

use std::path::PathBuf;

use koniscope::reader::LUNGS_MANIFEST;
use koniscope_train::{network::Device, run_log};
use serde::Serialize;

use crate::{
    Error, Lungs, Settings, answers, cohort::Cohort, model::Model, recipes::Recipes,
    report::Report, source, step::Step, train::train,
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
    fn step(&self, place: usize, of: usize, name: &str);
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

/// The steps of an experiment, each with whether it is done.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// In their order.
    pub steps: Vec<(String, bool)>,
    /// Models that these films do not allow, each with the reason.
    pub not_done: Vec<(Model, String)>,
}

/// Models to train, and those that the films do not allow.
struct Chosen {
    models: Vec<Model>,
    not_done: Vec<(Model, String)>,
}

/// The plan of an experiment; nothing is written.
///
/// # Errors
/// Those of [`reproduce`] before its first step.
pub fn plan(options: &Options) -> Result<Plan, Error> {
    let Options { settings, out, .. } = options;
    options.check()?;
    settings.check_folder(out)?;
    let is_there = settings.source.simulated().is_none() || Step::Simulate.is_done(out);
    let cohort = match is_there {
        true => Some(Cohort::deal(&settings.source.table(out)?, settings)?),
        false => None,
    };
    let Chosen { models, not_done } = chosen(options, cohort.as_ref())?;
    let steps = Step::all(settings, &models).into_iter();
    let steps = steps.map(|step| (step.name(), step.is_done(out))).collect();
    Ok(Plan { steps, not_done })
}

/// Runs the experiment, or goes on with it, and writes `report.html`, `report.json` and each
/// model's `cases.csv` into its folder.
///
/// # Errors
/// [`Error`]; never for a film that cannot be used.
pub fn reproduce(options: &Options, watch: &dyn Watch) -> Result<Summary, Error> {
    options.check()?;
    let Options { settings, out, models: shipped, .. } = options;
    settings.check_folder(out)?;
    let (mut done, mut kept) = (0, 0);
    if settings.source.simulated().is_some() {
        if Step::Simulate.is_done(out) {
            kept += 1;
        } else {
            settings.keep(out)?;
            let steps = Step::all(settings, &chosen(options, None)?.models).len();
            watch.step(1, steps, &Step::Simulate.name());
            source::make(settings, shipped, out, watch)?;
            Step::Simulate.done(out)?;
            done += 1;
        }
    }
    let cohort = Cohort::deal(&settings.source.table(out)?, settings)?;
    let Chosen { models, not_done } = chosen(options, Some(&cohort))?;
    settings.keep(out)?;
    let table = cohort.keep(out)?;
    for (model, reason) in &not_done {
        watch.note(&format!("{model} is not done: {reason}"));
    }
    let recipes = options.recipes(cohort.simulated());
    let steps = Step::all(settings, &models);
    for (i, step) in steps.iter().copied().enumerate().filter(|(_, step)| *step != Step::Simulate) {
        if step.is_done(out) {
            kept += 1;
            continue;
        }
        watch.step(i + 1, steps.len(), &step.name());
        train(options, &recipes, &table, step, watch)?;
        if let Step::Fold(model, fold) = step {
            watch.films(cohort.test(fold).len());
            answers::of_fold(options, &cohort, (model, fold), &|| watch.film())?;
        }
        step.done(out)?;
        done += 1;
    }
    watch.note("all steps are done; figures and report");
    // Models of an earlier run too, if every fold is done.
    let is_done = |model: &Model| {
        let steps = Step::all(settings, &[*model]);
        cohort.why_not(*model).is_none() && steps.iter().all(|step| step.is_done(out))
    };
    let complete: Vec<Model> = Model::ALL.into_iter().filter(is_done).collect();
    let mut answered = Vec::new();
    for model in complete.iter().copied() {
        let films = answers::of_model(options, &cohort, model)?;
        answers::keep(out, model, &films)?;
        answered.push((model, films));
    }
    let questions = answers::questions(&answered, settings.seed)?;
    let not_read = questions.iter().map(|question| question.left_out).max().unwrap_or(0);
    let report = Report::new(options, &cohort, &complete, &not_done, &questions)?;
    Ok(Summary { json: report.write(options)?, text: report.text(), done, kept, not_read })
}

/// The models asked for that the films allow; all are taken to be, where there are none yet.
///
/// # Errors
/// [`Error::Option`] if a model was named that the films do not allow, or none is left.
fn chosen(options: &Options, cohort: Option<&Cohort>) -> Result<Chosen, Error> {
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

impl Options {
    /// Checks what can be before any film is read.
    fn check(&self) -> Result<(), Error> {
        self.settings.check()?;
        self.recipes(false).check()?;
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
    fn recipes(&self, simulated: bool) -> Recipes<'_> {
        let simulated = simulated.then_some(SIMULATED_NOTICE);
        let rehearsal = self.settings.quick.then_some(REHEARSAL);
        let notice: Vec<&str> = rehearsal.into_iter().chain(simulated).collect();
        Recipes {
            folder: self.recipes.as_deref(),
            settings: &self.settings,
            notice: (!notice.is_empty()).then(|| notice.join(" ")),
        }
    }
}
