//! Many films, each from its own generator, and the table of their truth.

mod film;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use koniscope::many;
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha12Rng;

use crate::{
    Error,
    pattern::Wishes,
    sources::{self, FindLungs, RealFilm},
    truth::{self, FOLDERS, Truth},
    write::write_atomic,
};

/// The table of all films of a run.
pub const TRUTH_FILE: &str = "truth.csv";

/// What is to be simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Number of films.
    pub count: usize,
    /// Seed of the run; film `n` depends on it, on `n` and on the options, not on `count`.
    pub seed: u64,
    /// Folder to write into, made where missing.
    pub out: PathBuf,
    /// From nothing or onto real films.
    pub source: Source,
    /// Stages and patterns.
    pub wishes: Wishes,
    /// Kind of file.
    pub format: Format,
}

/// Where films come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Phantoms of so many pixels a side.
    Phantoms {
        /// Columns and rows, 128 to 8192.
        size: usize,
    },
    /// Real films of a folder, each used again until there are enough.
    Films {
        /// The folder; see [`sources::find`].
        folder: PathBuf,
        /// Columns and values that a row must hold.
        wanted: Vec<(String, String)>,
    },
}

/// Kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Gray of 16 bits.
    Png,
    /// Digital X-Ray for presentation.
    Dicom {
        /// Half of the films, drawn, have their lowest value white.
        monochrome1: bool,
    },
}

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Films in the table.
    pub films: usize,
    /// Those of them that were there already.
    pub kept: usize,
    /// Films of each stage: 0, I, II, III.
    pub stages: [usize; 4],
    /// Films that could not be simulated: the real film's name, and why.
    pub failures: Vec<(String, String)>,
}

/// Simulates films; `lungs` finds the lungs of those that come without a mask, and `done` is told
/// of each film that is through, from any thread. Films that could not be simulated are in the
/// summary; the others are written all the same, at most one a thread in memory.
///
/// # Errors
/// [`Error::Option`] for an option out of its range, those of [`sources::find`], [`Error::Io`] if
/// the folder or the table cannot be written.
pub fn simulate(
    options: &Options,
    lungs: Option<&FindLungs>,
    done: &(dyn Fn() + Sync),
) -> Result<Summary, Error> {
    check(options)?;
    let films = match &options.source {
        Source::Phantoms { .. } => Vec::new(),
        Source::Films { folder, wanted } => shuffled(sources::find(folder, wanted)?, options.seed),
    };
    for folder in FOLDERS {
        let path = options.out.join(folder);
        let fail = |source| Error::Io { doing: "create", path: path.clone(), source };
        fs::create_dir_all(&path).map_err(fail)?;
    }
    let results = many::in_order(options.count, |number| {
        let real = (!films.is_empty()).then(|| &films[number % films.len()]);
        let result = catch(|| film::simulate(options, number as u64, real, lungs));
        done();
        result.map_err(|error| (film::shown(number as u64, real), error.to_string()))
    })
    .map_err(|e| Error::Internal(e.to_string()))?;
    summarize(options, results)
}

/// A fault of this program ends one film, not the whole run.
fn catch<T>(step: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::Internal(text.unwrap_or_else(|| "no message".into())))
    })
}

fn summarize(
    options: &Options,
    results: Vec<Result<(Truth, bool), (String, String)>>,
) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    let mut truths = Vec::new();
    for result in results {
        match result {
            Ok((truth, kept)) => {
                summary.kept += usize::from(kept);
                summary.stages[truth.stage as usize] += 1;
                truths.push(truth);
            }
            Err(failure) => summary.failures.push(failure),
        }
    }
    summary.films = truths.len();
    write_atomic(&options.out.join(TRUTH_FILE), &truth::table(&truths)?)?;
    Ok(summary)
}

fn check(options: &Options) -> Result<(), Error> {
    let fail = |text: String| Err(Error::Option(text));
    if options.count == 0 {
        return fail("no film asked for; a count of at least 1 was expected".into());
    }
    let stages = &options.wishes.stages;
    let sum: f64 = stages.iter().sum();
    if !stages.iter().all(|s| s.is_finite() && *s >= 0.0) || sum <= 0.0 {
        return fail(format!("stages {stages:?}; four shares of 0 and more were expected"));
    }
    match options.source {
        Source::Phantoms { size } if !(128..=8192).contains(&size) => {
            fail(format!("a phantom of {size} pixels a side; 128 to 8192 was expected"))
        }
        _ => Ok(()),
    }
}

/// The films in an order that the seed gives.
fn shuffled(mut films: Vec<RealFilm>, seed: u64) -> Vec<RealFilm> {
    films.shuffle(&mut ChaCha12Rng::seed_from_u64(seed));
    films
}
