//! Training, tuning and test parts, made of patients and never of pictures.

mod folds;
mod part;
mod rules;
mod table;

use std::collections::BTreeSet;

pub use folds::{assign_folds, predefined_folds};
pub use part::{Choosing, Kind, Learning, Measuring, Part, Test, Training, Tuning};
pub use rules::{SplitRecipe, TestOnly};
pub use table::{Assigned, read_split, seen_by};

use crate::{Error, LabeledRow};

/// The three parts.
#[derive(Clone, Debug)]
pub struct Split {
    training: Training,
    tuning: Tuning,
    test: Test,
    seen: usize,
}

impl Split {
    /// The patients of the fold `fold` are tested on, those of the next one tune, the others train;
    /// folds are those of the recipe's column, or else [assigned](assign_folds). All films of a patient
    /// are in one part; a patient with a film under one of the rules `test_only` is in no fold, but
    /// tested on, and one that the initial weights have `seen` ([`seen_by`]) is in none, but learnt from.
    ///
    /// # Errors
    /// [`Error::Split`] if the recipe names a column which a film does not have, holds no fold, or
    /// holds another fold than for a film of the same patient; if a seen patient is to be only tested on.
    pub fn new(
        rows: Vec<LabeledRow>,
        recipe: &SplitRecipe,
        test_only: &[TestOnly],
        seen: &BTreeSet<String>,
    ) -> Result<Self, Error> {
        let kept_apart: BTreeSet<String> = rows
            .iter()
            .filter(|row| test_only.iter().any(|rule| rule.holds(row)))
            .map(LabeledRow::patient_key)
            .collect();
        if let Some(row) = rows.iter().find(|row| {
            let patient = row.patient_key();
            kept_apart.contains(&patient) && seen.contains(&patient)
        }) {
            let detail = "a rule of test_only lets it only be tested on, and the weights to start from \
                have seen its patient; start from others, or leave it out";
            return Err(Error::Split { film: row.image.clone(), detail: detail.into() });
        }
        let is_assigned =
            |patient: &String| !kept_apart.contains(patient) && !seen.contains(patient);
        let mut fold_of = match &recipe.column {
            Some(column) => predefined_folds(&rows, column, recipe.folds)?,
            None => {
                let assigned = rows.iter().filter(|row| is_assigned(&row.patient_key()));
                assign_folds(assigned, recipe.folds, recipe.seed)
            }
        };
        fold_of.retain(|patient, _| is_assigned(patient));
        let here: BTreeSet<String> = rows.iter().map(LabeledRow::patient_key).collect();
        let tuned = (recipe.fold + 1) % recipe.folds;
        let (mut training, mut tuning, mut test) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let patient = row.patient_key();
            match fold_of.get(&patient) {
                None if seen.contains(&patient) => training.push(row),
                None => test.push(row),
                Some(fold) if *fold == recipe.fold => test.push(row),
                Some(fold) if *fold == tuned => tuning.push(row),
                _ => training.push(row),
            }
        }
        Ok(Self {
            training: Training::new(training),
            tuning: Tuning::new(tuning),
            test: Test::new(test),
            seen: here.intersection(seen).count(),
        })
    }

    /// Films that are learnt from.
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// Films that choose the epoch and the temperature.
    pub fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// Films that are only measured on.
    pub fn test(&self) -> &Test {
        &self.test
    }

    /// Patients that are learnt from since the initial weights have seen them.
    pub fn seen(&self) -> usize {
        self.seen
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
