//! From films to figures: each with its films, its interval and how that was made.

pub mod calibration;
pub mod decisions;
pub mod detection;
mod groups;
pub mod lungs;
pub mod mask_error;
pub mod stages;
pub mod zones;

use koniscope_metrics::{Estimate, bootstrap};
use serde::{Deserialize, Serialize};

pub(crate) use groups::data;
pub use groups::{Group, groups, named};

use crate::cases::EvaluatedCase;

/// How intervals of DeLong's are named.
pub const DELONG: &str = "DeLong 1988";

/// How bootstrap intervals are named.
pub const BOOTSTRAP: &str = "bootstrap by patient";

/// How Wilson's intervals are named.
pub const WILSON: &str = "Wilson 1927, films as independent";

/// Said where the films differ too little to show how sure a figure is.
pub(crate) const NO_WIDTH: &str = "no interval: no resample differs";

/// What a figure belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    /// Disease or not.
    Detection,
    /// Is the probability what happens?
    Calibration,
    /// Stages 0 to III.
    Stage,
    /// Grades of the six zones.
    Zones,
    /// Lungs against hand-drawn ones, and what their error does to the stage.
    Lungs,
    /// What a site's file makes of films.
    Decisions,
    /// Readers with each other, their consensus and the model.
    Readers,
    /// The same films, varied.
    Robustness,
}

/// A figure with its 95 % interval, or why it has none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it belongs to.
    pub section: Section,
    /// As `AUC`.
    pub name: String,
    /// What parts the films: `all`, `source`, `view`, or a column of the tables.
    pub by: String,
    /// The part, as a hospital's name.
    pub group: String,
    /// The sets that its films come from; simulated ones are named so.
    pub data: String,
    /// The figure; nothing where it has no value, as `absent` then says.
    pub value: Option<f64>,
    /// Lower end of its interval; nothing where it has none.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Films.
    pub n: usize,
    /// How the interval was made.
    pub method: String,
    /// Why there is no figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
}

/// What figures are made with.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Seed of the resamples.
    pub seed: u64,
    /// Prevalence that predictive values and the decision curve are told for.
    pub prevalence: f64,
}

/// Every figure of every group.
pub fn all(groups: &[Group], settings: Settings) -> Vec<Figure> {
    groups.iter().flat_map(|group| of_group(group, settings)).collect()
}

fn of_group(group: &Group, settings: Settings) -> Vec<Figure> {
    let mut figures = detection::figures(group, settings);
    figures.extend(calibration::figures(group, settings.seed));
    figures.extend(stages::figures(group, settings.seed));
    figures.extend(zones::figures(group, settings.seed));
    figures.extend(decisions::figures(group, settings.seed));
    figures.extend(lungs::figures(group, settings.seed));
    figures.extend(mask_error::figures(group, settings.seed));
    figures
}

/// Patients of films, unique over all sets.
pub(crate) fn patients(films: &[&EvaluatedCase]) -> Vec<String> {
    films.iter().map(|film| film.case.row.patient_key()).collect()
}

/// Adds figures of one section and group.
pub(crate) struct Sheet<'a> {
    group: &'a Group<'a>,
    section: Section,
    figures: Vec<Figure>,
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(group: &'a Group<'a>, section: Section) -> Self {
        Self { group, section, figures: Vec::new() }
    }

    /// A figure of `n` films; `absent` is said where there is no estimate. An interval of no width,
    /// as that of a share of 1, is none: it would claim to be sure.
    pub(crate) fn add(
        &mut self,
        name: impl Into<String>,
        estimate: Option<Estimate>,
        n: usize,
        method: &str,
        absent: &str,
    ) {
        let wide = estimate.filter(|e| e.low < e.high);
        let method = if estimate.is_some() && wide.is_none() { NO_WIDTH } else { method };
        self.figures.push(Figure {
            section: self.section,
            name: name.into(),
            by: self.group.by.clone(),
            group: self.group.name.clone(),
            data: self.group.data.clone(),
            value: estimate.map(|e| e.value),
            low: wide.map(|e| e.low),
            high: wide.map(|e| e.high),
            n,
            method: method.into(),
            absent: estimate.is_none().then(|| absent.into()),
        });
    }

    /// A statistic of films, given by their places, with its bootstrap interval. Where it has a
    /// value on the films but not on most resamples, the value stands alone.
    pub(crate) fn bootstrap(
        &mut self,
        name: impl Into<String>,
        patients: &[String],
        seed: u64,
        absent: &str,
        statistic: impl Fn(&[usize]) -> Option<f64> + Sync,
    ) {
        let n = patients.len();
        let estimate = bootstrap::by_patient(patients, seed, &statistic);
        self.add(name, estimate, n, BOOTSTRAP, absent);
        if estimate.is_none()
            && let Some(value) = statistic(&(0..n).collect::<Vec<_>>()).filter(|v| v.is_finite())
            && let Some(figure) = self.figures.last_mut()
        {
            figure.value = Some(value);
            figure.method = "no interval: most resamples have no value".into();
            figure.absent = None;
        }
    }

    pub(crate) fn done(self) -> Vec<Figure> {
        self.figures
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
