//! The evaluation for programs and people: JSON, text, and one page with its plots.

mod checklist;
mod html;
mod json;
pub mod paper;
mod picture;
mod plots;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use koniscope::Reader;

pub use html::{STYLE, figure_table, html};
pub use json::json;
pub use picture::Picture;
pub use text::text;

use crate::{
    cases::Film,
    figures::{Figure, Group, Section},
    run::Options,
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
    pub films: &'a [Film],
    /// Rows of the tables without label and mask.
    pub unlabeled: usize,
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
        for manifest in [self.reader.segmenter.manifest(), self.reader.grading.manifest()] {
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
        let failed = self.films.iter().filter(|film| film.outcome.is_err()).count();
        if failed > 0 {
            warnings.push(format!(
                "{failed} of {} films were not read and are in no figure; see the list at the end",
                self.films.len()
            ));
        }
        warnings
    }

    /// Figures of one group and section.
    pub(crate) fn of(&self, by: &str, group: &str, section: Section) -> Vec<&Figure> {
        let is = |f: &&Figure| f.by == by && f.group == group && f.section == section;
        self.figures.iter().filter(is).collect()
    }
}

/// A figure's value with its interval, in words.
pub fn value(figure: &Figure) -> String {
    match (figure.value, figure.low, figure.high) {
        (Some(value), Some(low), Some(high)) => format!("{value:.3} ({low:.3} to {high:.3})"),
        (Some(value), ..) => format!("{value:.3} (no interval)"),
        _ => format!("none: {}", figure.absent.as_deref().unwrap_or("it has no value")),
    }
}
