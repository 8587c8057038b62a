//! What is done, what is to be done, and about how long it takes.

use std::{fmt, path::Path};

use koniscope_train::run_log::RunLog;
use serde::Serialize;

use crate::{
    Error, Options,
    cohort::Cohort,
    model::Model,
    recipes::Recipes,
    run::{Chosen, chosen},
    step::Step,
};

/// The steps of an experiment.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// In their order.
    pub steps: Vec<Planned>,
    /// Models that these films do not allow, each with the reason.
    pub not_done: Vec<(Model, String)>,
    /// Films of the cohort; those to be simulated where they are not there yet.
    pub films: usize,
    /// Time left in all.
    pub left: Left,
}

/// Time left, by what has been measured so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Left {
    /// Seconds of the steps whose time is known.
    pub seconds: f64,
    /// Steps that are to be done and whose time is not known: none of their kind has run.
    pub unknown_steps: usize,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match (self.unknown_steps, self.seconds) {
            (0, seconds) => write!(f, "about {} left", duration(seconds)),
            (steps, 0.0) => {
                write!(f, "time left unknown: {steps} steps of kinds that have not run")
            }
            (steps, seconds) => {
                write!(f, "about {} left, and {steps} steps of unknown time", duration(seconds))
            }
        }
    }
}

/// A step, and how far it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Planned {
    /// The step.
    pub step: String,
    /// How far it is.
    pub state: State,
    /// Films it goes over.
    pub films: usize,
    /// Seconds it took where it is done; else what it may take, from the seconds a film of steps of
    /// its kind, or nothing where none has run.
    pub seconds: Option<f64>,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// To be done.
    Open,
    /// Training, stopped after some epochs.
    Begun {
        /// Whole epochs.
        epochs_done: usize,
        /// Epochs at most.
        epochs: usize,
    },
    /// Done.
    Done,
}

/// The plan of an experiment; nothing is written.
///
/// # Errors
/// Those of [`reproduce`](crate::reproduce) before its first step.
pub fn plan(options: &Options) -> Result<Plan, Error> {
    options.check()?;
    options.settings.check_folder(&options.out)?;
    let out = &options.out;
    let simulated = options.settings.source.simulated();
    let is_there = simulated.is_none() || Step::Simulate.record(out)?.is_some();
    let cohort = match is_there {
        true => Some(Cohort::deal(&options.settings.source.table(out)?, &options.settings)?),
        false => None,
    };
    let Chosen { models, not_done } = chosen(options, cohort.as_ref())?;
    let recipes = options.recipes(None);
    let steps = Step::all(&options.settings, &models);
    let films = cohort.as_ref().map_or(simulated.unwrap_or(0), |cohort| cohort.cases.len());
    let sizes = Sizes { cohort: cohort.as_ref(), films, folds: options.settings.folds };
    let steps = planned(&steps, &sizes, &recipes, out)?;
    Ok(Plan { left: left(&steps), steps, not_done, films })
}

/// Time that steps take which are not done.
pub(crate) fn left(steps: &[Planned]) -> Left {
    let mut left = Left::default();
    for step in steps.iter().filter(|step| step.state != State::Done) {
        match step.seconds {
            Some(seconds) => left.seconds += seconds,
            None => left.unknown_steps += 1,
        }
    }
    left
}

/// A duration in words.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}

/// How many films a step goes over.
pub(crate) struct Sizes<'a> {
    /// The films, where they are known.
    pub(crate) cohort: Option<&'a Cohort>,
    /// Else how many there will be.
    pub(crate) films: usize,
    /// Folds.
    pub(crate) folds: usize,
}

impl Sizes<'_> {
    fn of(&self, step: Step) -> usize {
        let share = |parts: usize| self.films * parts / self.folds;
        match step {
            Step::Simulate | Step::Texture(_) => self.films,
            Step::Lungs(fold) | Step::Train(_, fold) => {
                self.cohort.map_or(share(self.folds - 2), |cohort| cohort.training(fold).len())
            }
            Step::Read(_, fold) => self.cohort.map_or(share(1), |cohort| cohort.test(fold).len()),
        }
    }
}

/// Steps with their state and time.
pub(crate) fn planned(
    steps: &[Step],
    sizes: &Sizes,
    recipes: &Recipes,
    out: &Path,
) -> Result<Vec<Planned>, Error> {
    let mut measured: Vec<(Pace, f64, f64)> = Vec::new();
    let mut found = Vec::new();
    for step in steps.iter().copied() {
        let films = sizes.of(step);
        let record = step.record(out)?;
        let log = epochs(step, out)?;
        match (&record, log) {
            (_, Some((epochs, seconds))) => {
                measured.push((Pace::of(step), seconds, (epochs * films) as f64));
            }
            (Some(record), None) => {
                measured.push((Pace::of(step), record.seconds, record.films as f64));
            }
            (None, None) => {}
        }
        found.push((step, films, record, log.map_or(0, |(epochs, _)| epochs)));
    }
    let rate = |step: Step| {
        let alike = measured.iter().filter(|(pace, ..)| *pace == Pace::of(step));
        let (seconds, work) = alike.fold((0.0, 0.0), |(s, w), (_, ds, dw)| (s + ds, w + dw));
        (work > 0.0).then(|| seconds / work)
    };
    found
        .into_iter()
        .map(|(step, films, record, epochs_done)| {
            let name = step.name();
            if let Some(record) = record {
                let (state, seconds) = (State::Done, Some(record.seconds));
                return Ok(Planned { step: name, state, films: record.films, seconds });
            }
            let epochs = match step {
                Step::Lungs(_) => recipes.lungs()?.training.epochs,
                Step::Train(model, _) => recipes.epochs(model)?,
                _ => 1,
            };
            let work = films * epochs.saturating_sub(epochs_done);
            let seconds = rate(step).map(|rate| rate * work as f64);
            let state = match epochs_done {
                0 => State::Open,
                _ => State::Begun { epochs_done, epochs },
            };
            Ok(Planned { step: name, state, films, seconds })
        })
        .collect()
}

/// Steps of one pace take the same time a film, and epoch where there are some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    Simulate,
    Lungs,
    Train(Model),
    Read(Model),
    Texture,
}

impl Pace {
    fn of(step: Step) -> Self {
        match step {
            Step::Simulate => Self::Simulate,
            Step::Lungs(_) => Self::Lungs,
            Step::Train(model, _) => Self::Train(model),
            Step::Read(model, _) => Self::Read(model),
            Step::Texture(_) => Self::Texture,
        }
    }
}

/// Whole epochs of a training step and their seconds.
pub(crate) fn epochs(step: Step, out: &Path) -> Result<Option<(usize, f64)>, Error> {
    if !matches!(step, Step::Lungs(_) | Step::Train(..)) {
        return Ok(None);
    }
    let log = RunLog::open(&step.folder(out), usize::MAX)?;
    let seconds = log.records().iter().map(|record| record.seconds).sum();
    Ok((!log.records().is_empty()).then(|| (log.records().len(), seconds)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;
    use crate::settings::tests::settings;

    #[test]
    fn time_is_told_from_what_has_run() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        let settings = settings();
        let recipes = Recipes { folder: None, settings: &settings, notice: None };
        let paper2 = Model::ALL[0];
        let steps = Step::all(&settings, &[paper2]);
        let sizes = Sizes { cohort: None, films: 30, folds: 3 };
        let before = planned(&steps, &sizes, &recipes, out).unwrap();
        assert!(before.iter().all(|s| s.state == State::Open && s.seconds.is_none()));
        assert_eq!(left(&before), Left { seconds: 0.0, unknown_steps: 7 });
        assert_eq!(
            before.iter().map(|s| s.films).collect::<Vec<_>>(),
            [30, 10, 10, 10, 10, 10, 10]
        );

        Step::Simulate.done(out, 30, 60.0).unwrap();
        Step::Read(paper2, 0).done(out, 10, 5.0).unwrap();
        // One epoch of two of the first fold, at 20 s.
        let run = Step::Train(paper2, 0).folder(out);
        fs::create_dir_all(&run).unwrap();
        let line = r#"{"epoch":0,"train_loss":1,"score":0.5,"learning_rate":0.1,"best_epoch":0,"seconds":20}"#;
        fs::write(run.join("log.jsonl"), line).unwrap();
        let now = planned(&steps, &sizes, &recipes, out).unwrap();
        assert_eq!((now[0].state, now[0].seconds), (State::Done, Some(60.0)));
        assert_eq!(now[1].state, State::Begun { epochs_done: 1, epochs: 2 });
        assert_eq!(now[1].seconds, Some(20.0));
        assert_eq!((now[3].seconds, now[4].seconds), (Some(40.0), Some(5.0)));
        assert_eq!(left(&now), Left { seconds: 20.0 + 2.0 * 40.0 + 2.0 * 5.0, unknown_steps: 0 });
        assert_eq!(left(&now).to_string(), "about 2 min left");
    }

    #[test]
    fn durations_are_told_in_their_unit() {
        let words = [5.0, 600.0, 7200.0, 400_000.0].map(duration);
        assert_eq!(words, ["5 s", "10 min", "2.0 h", "4.6 days"]);
    }
}
