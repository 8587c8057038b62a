//! All that a comparison tells: `compare.json`, and what the page and the text are made from.

use std::collections::BTreeSet;

use koniscope::reading::DISCLAIMER;
use serde::Serialize;

use super::{
    Difference, Disagreement, JSON_FILE, Key, NotRead, Options, Party, differences,
    disagreement::disagreements, evaluated::Evaluated, notes, pairs::Matched,
};
use crate::{Error, figures::data, report::Software};

/// The comparison of A and B.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What every output says.
    pub disclaimer: &'static str,
    /// Whether any film that both read comes from the simulator.
    pub simulated: bool,
    /// What a reader must know first.
    pub warnings: Vec<String>,
    /// How the figures are to be taken.
    pub notes: Vec<String>,
    /// The program that compared.
    pub software: Software,
    /// What it was asked.
    pub run: Run,
    /// The first.
    pub a: Party,
    /// The second.
    pub b: Party,
    /// The films.
    pub films: Films,
    /// Every figure of both.
    pub differences: Vec<Difference>,
    /// Films on which they disagree, farthest apart first.
    pub disagreements: Vec<Disagreement>,
}

/// What a comparison was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The command, as it was given.
    pub command: String,
    /// Seed of the resamples.
    pub seed: u64,
    /// By what films were matched.
    pub key: Key,
}

/// Films that are compared, and those that are not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Films {
    /// Films that are in both evaluations.
    pub matched: usize,
    /// Of them, those that both read: all figures are of these.
    pub compared: usize,
    /// Patients of the compared films.
    pub patients: usize,
    /// Compared films with the disease.
    pub with_disease: usize,
    /// Compared films without it.
    pub without_disease: usize,
    /// Compared films of the true stages 0 to III.
    pub stages: [usize; 4],
    /// Sets of the compared films; simulated ones are named so.
    pub data: String,
    /// Films of A alone.
    pub only_a: Vec<String>,
    /// Films of B alone.
    pub only_b: Vec<String>,
    /// Films of both that one or both could not read.
    pub not_read: Vec<NotRead>,
}

impl Films {
    fn of(matched: &Matched) -> Self {
        let Matched { pairs, only: [only_a, only_b], not_read, .. } = matched;
        let count = |sick| pairs.iter().filter(|p| p.film.truth.disease == Some(sick)).count();
        let stage = |stage| pairs.iter().filter(|p| p.film.truth.stage == Some(stage)).count();
        Self {
            matched: pairs.len() + not_read.len(),
            compared: pairs.len(),
            patients: pairs.iter().map(|p| p.film.patient_key()).collect::<BTreeSet<_>>().len(),
            with_disease: count(true),
            without_disease: count(false),
            stages: std::array::from_fn(stage),
            data: data(pairs.iter().map(|p| (p.film.source.as_str(), p.film.simulated))),
            only_a: only_a.clone(),
            only_b: only_b.clone(),
            not_read: not_read.clone(),
        }
    }

    /// Films of either that are in no figure.
    pub fn left_out(&self) -> usize {
        self.only_a.len() + self.only_b.len() + self.not_read.len()
    }
}

impl Comparison {
    pub(super) fn of(options: &Options, [a, b]: [&Evaluated; 2], matched: &Matched) -> Self {
        let films = Films::of(matched);
        let differences = differences::all(&matched.pairs, options.seed);
        Self {
            disclaimer: DISCLAIMER,
            simulated: matched.pairs.iter().any(|pair| pair.film.simulated),
            warnings: notes::warnings([a, b], matched),
            notes: notes::notes(&films, &differences),
            software: Software::this(options.commit.as_deref()),
            run: Run { command: options.command.clone(), seed: options.seed, key: options.key },
            a: a.party(),
            b: b.party(),
            films,
            differences,
            disagreements: disagreements(&matched.pairs),
        }
    }

    /// As it is written.
    ///
    /// # Errors
    /// [`Error::Write`] if it cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, Error> {
        let text = serde_json::to_string_pretty(self);
        Ok(text.map_err(|e| Error::write(JSON_FILE.as_ref(), e))? + "\n")
    }

    /// A and B with their letters.
    pub(super) fn parties(&self) -> [(&'static str, &Party); 2] {
        [("A", &self.a), ("B", &self.b)]
    }
}
