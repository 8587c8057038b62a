//! One figure of both, and how far apart it is.

use std::collections::BTreeSet;

use koniscope_metrics::{
    Estimate,
    bootstrap::difference_by_patient,
    paired::{mcnemar, mcnemar_by_patient},
    roc::{PairedAuc, auc, delong_paired, delong_paired_by_patient},
};
use serde::Serialize;

use super::pairs::Pair;
use crate::figures::{BOOTSTRAP, DELONG, NO_WIDTH, Section, data};

/// How intervals of DeLong's are named where they are by patient.
const DELONG_BY_PATIENT: &str = "DeLong by patient (Obuchowski 1997)";

/// How McNemar's test is named.
const MCNEMAR: &str = "McNemar's exact test";
const MCNEMAR_BY_PATIENT: &str = "McNemar's exact test by patient";

/// Said where a figure has a value, but no resample or too few.
const NO_INTERVAL: &str = "no interval: most resamples have no value";

/// Which way a figure is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// The larger it is.
    Higher,
    /// The smaller it is.
    Lower,
}

/// A figure of A and of B on the same films, and A less B with its 95 % interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// What it belongs to.
    pub section: Section,
    /// As `AUC (ROC)`.
    pub name: String,
    /// Which way it is better.
    pub better: Better,
    /// The sets that its films come from; simulated ones are named so.
    pub data: String,
    /// Films.
    pub n: usize,
    /// Patients.
    pub patients: usize,
    /// The figure of A.
    pub a: Option<f64>,
    /// The figure of B.
    pub b: Option<f64>,
    /// A less B.
    pub difference: Option<f64>,
    /// Lower end of its interval; nothing where it has none.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// How the interval was made.
    pub method: String,
    /// Two-sided p of no difference, where there is a test.
    pub p: Option<f64>,
    /// The same, adjusted for all p of the comparison.
    pub p_holm: Option<f64>,
    /// The test.
    pub test: Option<String>,
    /// What other methods say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
    /// Films by who is right, where it is a share of films.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
    /// Why there is no difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
}

/// The same difference by another method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Beside {
    /// The method.
    pub method: String,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Its p, where it has one.
    pub p: Option<f64>,
}

/// Films by who is right, and McNemar's test of them, which takes films as independent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Table {
    /// Both.
    pub both: usize,
    /// A alone.
    pub a_alone: usize,
    /// B alone.
    pub b_alone: usize,
    /// Neither.
    pub neither: usize,
    /// Exact two-sided p.
    pub exact: Option<f64>,
    /// Two-sided mid-p.
    pub mid_p: Option<f64>,
}

/// Films that have what a figure needs.
pub(super) struct Subject<'a> {
    pub(super) pairs: Vec<&'a Pair<'a>>,
    /// Whose each is.
    owners: Vec<String>,
    patients: usize,
    data: String,
    seed: u64,
    /// Said where there are no films.
    none: &'static str,
}

/// A statistic of A (0) or B (1) on films, given by their places.
pub(super) type Statistic<'a> = dyn Fn(usize, &[usize]) -> Option<f64> + Sync + 'a;

impl<'a> Subject<'a> {
    pub(super) fn of(
        pairs: &'a [Pair<'a>],
        seed: u64,
        none: &'static str,
        has: impl Fn(&Pair) -> Option<bool>,
    ) -> Self {
        let pairs: Vec<&Pair> = pairs.iter().filter(|pair| has(pair).is_some()).collect();
        let owners: Vec<String> = pairs.iter().map(|pair| pair.film.patient_key()).collect();
        let patients = owners.iter().collect::<BTreeSet<_>>().len();
        let sets = pairs.iter().map(|pair| (pair.film.source.as_str(), pair.film.simulated));
        let data = data(sets);
        Self { pairs, owners, patients, data, seed, none }
    }

    /// Whether a patient has several films.
    fn is_clustered(&self) -> bool {
        self.patients < self.pairs.len()
    }

    fn blank(&self, section: Section, name: &str, better: Better) -> Difference {
        Difference {
            section,
            name: name.into(),
            better,
            data: self.data.clone(),
            n: self.pairs.len(),
            patients: self.patients,
            a: None,
            b: None,
            difference: None,
            low: None,
            high: None,
            method: String::new(),
            p: None,
            p_holm: None,
            test: None,
            beside: Vec::new(),
            table: None,
            absent: None,
        }
    }

    /// A statistic of both with the bootstrap interval of its difference; `absent` is said where one
    /// has no value.
    pub(super) fn bootstrap(
        &self,
        section: Section,
        name: &str,
        better: Better,
        absent: &str,
        statistic: &Statistic,
    ) -> Difference {
        let mut row = self.blank(section, name, better);
        let all: Vec<usize> = (0..self.pairs.len()).collect();
        let value = |side| statistic(side, &all).filter(|value| value.is_finite());
        row.values([value(0), value(1)], self.absent(absent));
        if row.difference.is_some() {
            row.interval(self.resampled(statistic), BOOTSTRAP, NO_INTERVAL);
        }
        row
    }

    fn absent<'b>(&'b self, why: &'b str) -> &'b str {
        if self.pairs.is_empty() { self.none } else { why }
    }

    fn resampled(&self, statistic: &Statistic) -> Option<Estimate> {
        let of = |side| move |films: &[usize]| statistic(side, films);
        difference_by_patient(&self.owners, self.seed, of(0), of(1))
    }

    /// Areas under the ROC curve, with DeLong's test. Where patients have several films it is that
    /// by patient, and what takes films as independent stands beside.
    pub(super) fn areas(
        &self,
        section: Section,
        name: &str,
        scores: [&[f64]; 2],
        truth: &[bool],
    ) -> Difference {
        let mut row = self.blank(section, name, Better::Higher);
        let absent = self.absent("films on both sides are needed");
        row.values(scores.map(|scores| auc(scores, truth)), absent);
        if row.difference.is_none() {
            return row;
        }
        let plain = delong_paired(scores[0], scores[1], truth);
        let (found, method) = match self.is_clustered() {
            true => (
                delong_paired_by_patient(scores[0], scores[1], truth, &self.owners),
                DELONG_BY_PATIENT,
            ),
            false => (plain, DELONG),
        };
        let few = "no interval: two patients at least are needed on both sides";
        row.interval(found.map(|found| found.difference), method, few);
        row.p = found.map(|found| found.p);
        row.test = found.map(|_| method.into());
        if let Some(PairedAuc { difference, p, .. }) = plain.filter(|_| self.is_clustered()) {
            row.beside(&format!("{DELONG}, films taken as independent"), difference, Some(p));
        }
        let resampled = self.resampled(&|side, films| {
            let (s, t): (Vec<f64>, Vec<bool>) =
                films.iter().map(|i| (scores[side][*i], truth[*i])).unzip();
            auc(&s, &t)
        });
        if let Some(resampled) = resampled {
            row.beside(BOOTSTRAP, resampled, None);
        }
        row
    }

    /// Shares of films that are right, with McNemar's test; by patient where they have several.
    pub(super) fn shares(&self, section: Section, name: &str, right: [&[bool]; 2]) -> Difference {
        let mut row = self.bootstrap(section, name, Better::Higher, "", &|side, films| {
            let hits = films.iter().filter(|i| right[side][**i]).count();
            Some(hits as f64 / films.len() as f64)
        });
        if self.pairs.is_empty() {
            return row;
        }
        let count = |a: bool, b: bool| {
            right[0].iter().zip(right[1]).filter(|pair| *pair == (&a, &b)).count()
        };
        let (a_alone, b_alone) = (count(true, false), count(false, true));
        let test = mcnemar(a_alone, b_alone);
        row.table = Some(Table {
            both: count(true, true),
            a_alone,
            b_alone,
            neither: count(false, false),
            exact: test.map(|test| test.exact),
            mid_p: test.map(|test| test.mid_p),
        });
        let (p, name) = match self.is_clustered() {
            true => (mcnemar_by_patient(right[0], right[1], &self.owners), MCNEMAR_BY_PATIENT),
            false => (test.map(|test| test.exact), MCNEMAR),
        };
        row.p = p;
        row.test = p.map(|_| name.into());
        row
    }
}

impl Difference {
    fn values(&mut self, [a, b]: [Option<f64>; 2], absent: &str) {
        (self.a, self.b) = (a, b);
        self.difference = a.zip(b).map(|(a, b)| a - b);
        self.absent = self.difference.is_none().then(|| absent.into());
    }

    /// An interval of no width is none: it would claim to be sure.
    fn interval(&mut self, estimate: Option<Estimate>, method: &str, none: &str) {
        let wide = estimate.filter(|e| e.low < e.high);
        (self.low, self.high) = (wide.map(|e| e.low), wide.map(|e| e.high));
        self.method = match (estimate, wide) {
            (None, _) => none,
            (_, None) => NO_WIDTH,
            _ => method,
        }
        .into();
    }

    fn beside(&mut self, method: &str, estimate: Estimate, p: Option<f64>) {
        if estimate.low < estimate.high {
            let Estimate { low, high, .. } = estimate;
            self.beside.push(Beside { method: method.into(), low, high, p });
        }
    }
}
