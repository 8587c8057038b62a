//! From films to figures: each with its films, its interval and how that was made.

pub mod calibration;
pub mod decisions;
pub mod detection;
mod groups;
pub mod ilo;
pub mod lungs;
pub mod mask_error;
pub mod stages;
pub mod standard;
pub mod zones;

use koniscope_metrics::{
    Estimate, bootstrap,
    roc::{auc, auc_delong},
};
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
    /// Fields of the ILO Classification.
    Ilo,
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
    /// Films; zones where the name says so.
    pub n: usize,
    /// How the interval was made.
    pub method: String,
    /// Why there is no figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
}

impl Figure {
    /// Its interval, where it has one.
    pub fn interval(&self) -> Option<[f64; 2]> {
        self.low.zip(self.high).map(|(low, high)| [low, high])
    }
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
    figures.extend(ilo::figures(group, settings.seed));
    figures.extend(zones::figures(group, settings.seed));
    figures.extend(standard::figures(group, settings.seed));
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
    /// Of the resamples.
    seed: u64,
    figures: Vec<Figure>,
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(group: &'a Group<'a>, section: Section, seed: u64) -> Self {
        Self { group, section, seed, figures: Vec::new() }
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

    /// Gives the last figure, where it has no estimate, its bare value.
    fn bare(&mut self, value: Option<f64>, why: &str) {
        if let (Some(figure), Some(value)) = (self.figures.last_mut(), value)
            && figure.value.is_none()
        {
            figure.value = Some(value);
            figure.method = format!("no interval: {why}");
            figure.absent = None;
        }
    }

    /// A statistic of films, given by their places, with its bootstrap interval. Where it has a
    /// value on the films but not on most resamples, the value stands alone.
    pub(crate) fn bootstrap(
        &mut self,
        name: impl Into<String>,
        patients: &[String],
        absent: &str,
        statistic: impl Fn(&[usize]) -> Option<f64> + Sync,
    ) {
        self.bootstrap_of(patients.len(), name, patients, absent, statistic);
    }

    /// [`bootstrap`](Self::bootstrap) of a statistic of `n` parts of films, as zones.
    pub(crate) fn bootstrap_of(
        &mut self,
        n: usize,
        name: impl Into<String>,
        patients: &[String],
        absent: &str,
        statistic: impl Fn(&[usize]) -> Option<f64> + Sync,
    ) {
        let all: Vec<usize> = (0..patients.len()).collect();
        let estimate = bootstrap::by_patient(patients, self.seed, &statistic);
        self.add(name, estimate, n, BOOTSTRAP, absent);
        let value = statistic(&all).filter(|v| v.is_finite());
        self.bare(value, "most resamples have no value");
    }

    /// The mean of what is known of films, with its bootstrap interval; no figure where it is known of
    /// none.
    pub(crate) fn mean(
        &mut self,
        name: impl Into<String>,
        of: impl Fn(&EvaluatedCase) -> Option<f64>,
    ) {
        let films = self.group.films.iter();
        let (films, values): (Vec<_>, Vec<f64>) =
            films.filter_map(|film| Some((*film, of(film)?))).unzip();
        if !films.is_empty() {
            self.bootstrap(name, &patients(&films), "", |chosen| {
                Some(chosen.iter().map(|i| values[*i]).sum::<f64>() / chosen.len() as f64)
            });
        }
    }

    /// The share of films of which something holds, among those of which it is known.
    pub(crate) fn share(
        &mut self,
        name: impl Into<String>,
        holds: impl Fn(&EvaluatedCase) -> Option<bool>,
    ) {
        self.mean(name, |film| holds(film).map(|holds| f64::from(u8::from(holds))));
    }

    /// Area under the ROC curve with DeLong's interval; with one film of a class it has a value alone.
    pub(crate) fn auc(&mut self, name: impl Into<String>, scores: &[f64], truth: &[bool]) {
        let absent = "films with and without it are needed";
        self.add(name, auc_delong(scores, truth), truth.len(), DELONG, absent);
        self.bare(auc(scores, truth), "two films at least with and without it are needed");
    }

    pub(crate) fn done(self) -> Vec<Figure> {
        self.figures
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
