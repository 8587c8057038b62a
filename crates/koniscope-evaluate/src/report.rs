//! The evaluation for programs and people: JSON, text, and one page with its plots.

mod checklist;
mod html;
mod json;
mod made_with;
pub mod paper;
mod picture;
mod plots;
mod table;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use koniscope::Reader;

pub(crate) use html::true_stages;
pub use html::{figure_table, html, page, plots as plots_of, section, terms};
pub use json::json;
pub use made_with::{MadeWith, Model, Models, REPORT_FILE, Run, Software};
pub use picture::Picture;
pub use table::{Cell, Table};
pub use text::text;

use crate::{
    agreement::disagreements::Disagreement,
    cases::{EvaluatedCase, Origin},
    figures::{Figure, Group, Section},
    options::Options,
};

/// Said where a film comes from the simulator.
pub const SIMULATED: &str = "SIMULATED films: nothing measured on them says how well the system reads \
     patients.";

/// All that a report tells.
pub struct Evaluation<'a> {
    /// What was asked.
    pub options: &'a Options,
    /// Who read.
    pub reader: &'a Reader,
    /// Every film, read or not.
    pub films: &'a [EvaluatedCase],
    /// Rows of the tables without label and mask.
    pub unlabeled: usize,
    /// Names of the readers of films.
    pub readers: &'a [String],
    /// Columns that begin like those of a reader and are none.
    pub unknown: &'a BTreeSet<String>,
    /// Files that hold the same bytes as another film's, with that film.
    pub copies: &'a [String],
    /// Films on which readers differ, the largest difference first.
    pub disagreements: &'a [Disagreement],
    /// Films that were read, all and parted.
    pub groups: &'a [Group<'a>],
    /// The figures of all groups.
    pub figures: &'a [Figure],
    /// The films farthest from their labels.
    pub worst: &'a [Picture],
    /// Wall time.
    pub seconds: f64,
}

/// Films of one set.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub(crate) struct Set {
    pub(crate) films: usize,
    pub(crate) patients: usize,
    pub(crate) sick: usize,
    pub(crate) healthy: usize,
    pub(crate) read: usize,
    pub(crate) simulated: bool,
}

impl Evaluation<'_> {
    /// Films of each set.
    pub(crate) fn sets(&self) -> BTreeMap<&str, Set> {
        let mut sets: BTreeMap<&str, Set> = BTreeMap::new();
        let mut patients = BTreeSet::new();
        for film in self.films {
            let set = sets.entry(&film.case.row.set).or_default();
            set.films += 1;
            set.patients += usize::from(patients.insert(film.case.row.patient_key()));
            set.sick += usize::from(film.case.truth.disease == Some(true));
            set.healthy += usize::from(film.case.truth.disease == Some(false));
            set.read += usize::from(film.outcome.is_ok());
            set.simulated |= film.case.simulated;
        }
        sets
    }

    /// Whether any film comes from the simulator.
    pub(crate) fn simulated(&self) -> bool {
        self.films.iter().any(|film| film.case.simulated)
    }

    /// What a reader of the report must know first, the gravest before.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.simulated() {
            warnings.push(SIMULATED.to_owned());
        }
        let sets = self.sets();
        for manifest in [self.reader.segmenter().manifest(), self.reader.second_stage().manifest()]
        {
            warnings.extend(manifest.notice.clone());
            let trained = manifest.training.iter().flat_map(|training| &training.data);
            for name in trained.map(|data| data.name.as_str()).collect::<BTreeSet<_>>() {
                if sets.keys().any(|set| set.eq_ignore_ascii_case(name)) {
                    warnings.push(format!(
                        "{} was trained on films of {name}; films it has seen flatter its figures",
                        manifest.id
                    ));
                }
            }
        }
        let by_consensus = self.with_truth_from(Origin::Consensus);
        if by_consensus > 0 {
            warnings.push(format!(
                "{by_consensus} films have no label of their own: the consensus of their readers \
                 is their truth"
            ));
        }
        if !self.unknown.is_empty() {
            let columns: Vec<&str> = self.unknown.iter().map(String::as_str).collect();
            warnings.push(format!(
                "not understood and not used: {}. A reader's columns are those of labels, as \
                 reader_NAME_stage",
                columns.join(", ")
            ));
        }
        if let Some(first) = self.copies.first() {
            warnings.push(format!(
                "{} files hold the same bytes as another film's, and both count: {first}{}",
                self.copies.len(),
                if self.copies.len() > 1 { " and so on" } else { "" }
            ));
        }
        let failed = self.films.iter().filter(|film| film.outcome.is_err()).count();
        if failed > 0 {
            warnings.push(format!(
                "{failed} of {} films were not read and are in no figure",
                self.films.len()
            ));
        }
        warnings
    }

    /// Films that were read, by their number of readers.
    pub(crate) fn by_readers(&self) -> BTreeMap<usize, usize> {
        let mut films = BTreeMap::new();
        for film in &self.groups[0].films {
            *films.entry(film.case.readers.len()).or_default() += 1;
        }
        films
    }

    /// Films whose truth comes from there; masks alone are none.
    pub(crate) fn with_truth_from(&self, origin: Origin) -> usize {
        let is = |film: &&EvaluatedCase| film.case.origin == origin && !film.case.truth.is_empty();
        self.films.iter().filter(is).count()
    }

    /// Figures of one group and section.
    pub(crate) fn of(&self, by: &str, group: &str, section: Section) -> Vec<&Figure> {
        let is = |f: &&Figure| f.by == by && f.group == group && f.section == section;
        self.figures.iter().filter(is).collect()
    }
}

/// A figure's value with its interval, in words.
pub fn value(figure: &Figure) -> String {
    value_of(figure.value, figure.low.zip(figure.high), figure.absent.as_deref(), false)
}

/// A value with its interval, in words, or why there is none; with a sign where it is a difference.
pub(crate) fn value_of(
    value: Option<f64>,
    interval: Option<(f64, f64)>,
    absent: Option<&str>,
    signed: bool,
) -> String {
    let number = |v: f64| if signed { difference(v) } else { format!("{v:.3}") };
    match (value, interval) {
        (Some(value), Some((low, high))) => {
            format!("{} ({} to {})", number(value), number(low), number(high))
        }
        (Some(value), None) => format!("{} (no interval)", number(value)),
        _ => format!("none: {}", absent.unwrap_or("it has no value")),
    }
}

/// With its sign; what is no difference has none.
pub(crate) fn difference(value: f64) -> String {
    if value == 0.0 { "0.000".into() } else { format!("{value:+.3}") }
}
