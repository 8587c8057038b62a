//! Several readers' labels of the same films, and what they say together.
//!
//! ```text
//! labels.csv -> columns (a reader's labels of a film) -> consensus -> truth, where a film has no other
//! ```

mod columns;
pub mod consensus;
mod scale;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use columns::{has_column, of, unknown};
pub(crate) use scale::Grades;
pub use scale::Scale;

use crate::truth::Truth;

/// What each reader says of one film, by his name.
pub type Said = BTreeMap<String, Truth>;

/// Names of all readers of films, `R2` before `R10`.
pub fn names<'a>(films: impl Iterator<Item = &'a Said>) -> Vec<String> {
    let names: BTreeSet<&String> = films.flat_map(BTreeMap::keys).collect();
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
