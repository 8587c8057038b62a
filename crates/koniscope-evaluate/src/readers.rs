//! Several readers' labels of the same films: how far they agree with each other, with their
//! consensus and with the model, and which films to look at again.
//!
//! ```text
//! labels.csv -> columns (a reader's labels of a film) -> consensus -> truth, where a film has no other
//!               ratings (films x readers, on one scale) -> figures
//!               spread of each film                     -> disagreements
//! ```

mod columns;
pub mod consensus;
pub mod disagreements;
pub mod figures;
mod ratings;
mod scale;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use columns::{has_column, of, unknown};
pub use scale::Scale;

use crate::{cases::Film, truth::Truth};

/// What each reader says of one film, by his name.
pub type Said = BTreeMap<String, Truth>;

/// How the model is called beside readers.
pub const MODEL: &str = "the model";

/// Names of all readers of films, `R2` before `R10`.
pub fn names(films: &[Film]) -> Vec<String> {
    let names: BTreeSet<&String> = films.iter().flat_map(|film| film.case.readers.keys()).collect();
    let mut names: Vec<String> = names.into_iter().cloned().collect();
    names.sort_by_key(|name| {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let number: Option<u64> = name[stem.len()..].parse().ok();
        (stem.to_owned(), number, name.clone())
    });
    names
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
