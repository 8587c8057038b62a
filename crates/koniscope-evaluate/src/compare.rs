//! Two evaluations of the same films, film by film: does one model read better than the other?
//!
//! ```text
//! two folders -> evaluated -> pairs (matched, truth agrees) -> differences (interval, p) -> report
//!                                                           -> disagreements              /
//! ```
//!
//! Both read the same films, so every difference is taken film by film: what is hard for both makes
//! it no less sure.

mod comparison;
mod difference;
mod differences;
mod disagreement;
mod evaluated;
mod html;
mod notes;
mod pairs;
mod plots;
mod tables;
mod text;

use std::{
    fs,
    path::{Path, PathBuf},
};

use koniscope::files::write_atomic;

pub use comparison::{Comparison, Films, Run};
pub use difference::{Beside, Better, Difference, Table};
pub use disagreement::{Disagreement, Right, View};
pub use evaluated::Party;
pub use pairs::{Key, NotRead};

use crate::Error;

/// The comparison for programs, and its page.
const JSON_FILE: &str = "compare.json";
const PAGE_FILE: &str = "compare.html";

/// What a comparison is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folders of the evaluations.
    pub folders: [PathBuf; 2],
    /// By what films are matched.
    pub key: Key,
    /// Seed of the resamples.
    pub seed: u64,
    /// Folder for `compare.html` and `compare.json`, made where missing.
    pub out: Option<PathBuf>,
    /// The command, as it was given.
    pub command: String,
    /// The commit that the program was built from, where that is known.
    pub commit: Option<String>,
}

/// What a comparison came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// `compare.json`.
    pub json: String,
    /// The table, as text.
    pub text: String,
    /// Films that are in one evaluation alone, or that one did not read.
    pub left_out: usize,
}

/// Compares two evaluations, and writes the page and the JSON where a folder is given.
///
/// # Errors
/// [`Error::Evaluation`] for a folder that cannot be used; [`Error::Compare`] where films cannot be
/// matched, their labels differ, or fewer than two patients have films that both read and that have a
/// label; [`Error::Write`].
pub fn compare(options: &Options) -> Result<Summary, Error> {
    let [a, b] = &options.folders;
    let (a, b) = (evaluated::Evaluated::read(a)?, evaluated::Evaluated::read(b)?);
    let matched = pairs::matched(&a.films, &b.films, options.key)?;
    let comparison = Comparison::of(options, [&a, &b], &matched);
    let json = comparison.to_json()?;
    if let Some(out) = &options.out {
        fs::create_dir_all(out).map_err(|e| Error::write(out, e))?;
        let plots = plots::plots(&comparison, &matched.pairs);
        write(&out.join(PAGE_FILE), html::html(&comparison, plots).as_bytes())?;
        write(&out.join(JSON_FILE), json.as_bytes())?;
    }
    let text = text::text(&comparison);
    Ok(Summary { json, text, left_out: comparison.films.left_out() })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_atomic(path, bytes).map_err(|e| Error::write(path, e))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
