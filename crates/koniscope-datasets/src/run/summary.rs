//! What was written, counted.

use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
};

use crate::{Set, film::Film};

/// Counts of a table that was written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// The set's name.
    pub set: &'static str,
    /// On which terms its films may be used.
    pub license: &'static str,
    /// What of the set's layout is assumed rather than documented; empty where nothing is.
    pub assumed: &'static str,
    /// The table.
    pub table: PathBuf,
    /// Rows.
    pub films: usize,
    /// Patients.
    pub patients: usize,
    /// Films with a mask.
    pub masks: usize,
    /// Films by the values of each column of labels; films without a value are not counted.
    pub labels: BTreeMap<&'static str, BTreeMap<String, usize>>,
    /// Files of the folder that were neither a film nor a mask nor a table of the set.
    pub ignored: usize,
    /// Rows without a film and films that cannot be used: which and why.
    pub left_out: Vec<String>,
    /// Films that were kept although something of them is missing: which and what.
    pub notes: Vec<String>,
}

impl Summary {
    pub(super) fn of(
        set: &Set,
        table: PathBuf,
        films: &[&Film],
        masks: usize,
        ignored: usize,
    ) -> Self {
        let mut labels: BTreeMap<&'static str, BTreeMap<String, usize>> = BTreeMap::new();
        for film in films {
            for column in set.labels {
                if let Some(value) = film.cells.get(column) {
                    *labels.entry(column).or_default().entry(value.clone()).or_default() += 1;
                }
            }
        }
        let patients: HashSet<&str> = films.iter().map(|film| film.patient_id.as_str()).collect();
        Self {
            set: set.name,
            license: set.license,
            assumed: set.assumed,
            table,
            films: films.len(),
            patients: patients.len(),
            masks,
            labels,
            ignored,
            left_out: Vec::new(),
            notes: Vec::new(),
        }
    }
}
