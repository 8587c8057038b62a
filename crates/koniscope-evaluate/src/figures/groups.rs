//! Films parted by a column.

use std::collections::BTreeMap;

use crate::{Error, cases::EvaluatedCase};

/// More parts than this are no subgroups, but a measurement.
const MOST_PARTS: usize = 20;

/// Films that were read and belong together.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// What parts the films: `all`, `source`, `view`, or a column.
    pub by: String,
    /// The part.
    pub name: String,
    /// The sets its films come from.
    pub data: String,
    /// The films, all of them read.
    pub films: Vec<&'a EvaluatedCase>,
}

/// All films; then, where there are two parts at least, those of each source, view, and value of
/// each column. An empty cell belongs to no part.
///
/// # Errors
/// [`Error::Option`] if a column has more than 20 values.
pub fn groups<'a>(films: &'a [EvaluatedCase], columns: &[String]) -> Result<Vec<Group<'a>>, Error> {
    let read: Vec<&EvaluatedCase> = films.iter().filter(|film| film.outcome.is_ok()).collect();
    let mut groups = vec![group("all", "all films", read.clone())];
    groups.extend(parts("source", &read, |film| Some(film.case.row.set.as_str()))?);
    groups.extend(parts("view", &read, EvaluatedCase::view)?);
    for column in columns {
        let cell = |film: &'a EvaluatedCase| {
            film.case.row.fields.get(column).map(String::as_str).filter(|v| !v.is_empty())
        };
        groups.extend(parts(column, &read, cell)?);
    }
    Ok(groups)
}

fn parts<'a>(
    by: &str,
    films: &[&'a EvaluatedCase],
    part_of: impl Fn(&'a EvaluatedCase) -> Option<&'a str>,
) -> Result<Vec<Group<'a>>, Error> {
    let mut parts: BTreeMap<&str, Vec<&EvaluatedCase>> = BTreeMap::new();
    for film in films {
        if let Some(part) = part_of(film) {
            parts.entry(part).or_default().push(film);
        }
    }
    if parts.len() > MOST_PARTS {
        return Err(Error::Option(format!(
            "the column {by} parts the films into {}; {MOST_PARTS} at most were expected. Add a \
             column of ranges to the table, as 40-59",
            parts.len()
        )));
    }
    if parts.len() < 2 {
        return Ok(Vec::new());
    }
    Ok(parts.into_iter().map(|(name, films)| group(by, name, films)).collect())
}

fn group<'a>(by: &str, name: &str, films: Vec<&'a EvaluatedCase>) -> Group<'a> {
    let data = data(films.iter().map(|film| (film.case.row.set.as_str(), film.case.simulated)));
    Group { by: by.into(), name: name.into(), data, films }
}

/// Names of the sets of films, given by set and whether they are simulated.
pub(crate) fn data<'a>(films: impl Iterator<Item = (&'a str, bool)>) -> String {
    let mut sets: BTreeMap<&str, bool> = BTreeMap::new();
    for (set, simulated) in films {
        *sets.entry(set).or_default() |= simulated;
    }
    let names = sets.iter().map(|(set, simulated)| named(set, *simulated));
    names.collect::<Vec<_>>().join(" + ")
}

/// A set's name; that of simulated films says so.
pub fn named(set: &str, simulated: bool) -> String {
    if simulated { format!("{set} (SIMULATED)") } else { set.into() }
}
