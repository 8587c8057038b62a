//! A report, and what it says of a mark.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use super::{mark::Mark, written};

/// Part of all films.
const ALL: &str = "all";

/// What parts the films of a manifest's scores.
const DATA: &str = "data";

/// Names this alike are suggested, of 1 for the same.
const ALIKE: f64 = 0.5;

/// Reports by what marks call them.
#[derive(Default)]
pub(super) struct Reports(BTreeMap<String, Report>);

impl Reports {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn insert(&mut self, name: String, report: Report) {
        self.0.insert(name, report);
    }

    /// The report that a mark names.
    pub(super) fn get(&self, mark: &Mark) -> Result<&Report, String> {
        self.0.get(&mark.report).ok_or_else(|| {
            let known = self.0.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            format!("no report is called {:?}; these are given: {known}", mark.report)
        })
    }
}

/// A figure of a `report.json`, or a score of a manifest.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Figure {
    pub(super) name: String,
    /// What parts the films, and the part.
    pub(super) by: String,
    pub(super) group: String,
    /// Sets of its films.
    pub(super) data: String,
    pub(super) value: Option<f64>,
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    /// Films.
    pub(super) n: usize,
    /// Why it has no value.
    pub(super) absent: Option<String>,
}

/// A `report.json` of `koniscope evaluate`, or a manifest's scores.
#[derive(Clone, Debug)]
pub(super) struct Report {
    figures: Vec<Figure>,
    document: Value,
}

impl Report {
    /// Of a `report.json`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let document: Value = serde_json::from_str(text)?;
        let figures = document.get("figures").context("it has no figures: no report.json")?;
        Ok(Self { figures: serde_json::from_value(figures.clone())?, document })
    }

    /// The scores of a manifest, each of its part by `data`.
    pub(super) fn of_manifest(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Scored {
            #[serde(default)]
            scores: Vec<Score>,
        }
        #[derive(Deserialize)]
        struct Score {
            name: String,
            data: String,
            n: usize,
            value: f64,
            low: f64,
            high: f64,
        }
        let figure = |score: Score| Figure {
            name: score.name,
            by: DATA.into(),
            group: score.data.clone(),
            data: score.data,
            value: Some(score.value),
            low: Some(score.low),
            high: Some(score.high),
            n: score.n,
            absent: None,
        };
        let scored: Scored = toml::from_str(text)?;
        let figures = scored.scores.into_iter().map(figure).collect();
        Ok(Self { figures, document: toml::from_str(text)? })
    }

    /// What a mark asks for, as text.
    pub(super) fn says(&self, mark: &Mark) -> Result<String, String> {
        if !mark.name.starts_with('/') {
            return written::figure(self.figure(mark)?, mark);
        }
        if mark.format.is_some() {
            return Err("a path into the report takes digits= alone".into());
        }
        written::field(self.field(mark)?, mark.digits).ok_or_else(|| {
            format!("report {} has no text or number at {:?}", mark.report, mark.name)
        })
    }

    /// What contradicts the sentence of a mark; nothing if it is true.
    pub(super) fn contradicts(&self, mark: &Mark) -> Result<Option<String>, String> {
        let (terms, said): (BTreeMap<&str, f64>, String) = match mark.name.starts_with('/') {
            true => {
                let number = self.field(mark)?.as_f64();
                let number = number.ok_or_else(|| {
                    format!("report {} has no number at {:?}", mark.report, mark.name)
                })?;
                ([("value", number)].into(), number.to_string())
            }
            false => {
                let figure = self.figure(mark)?;
                let known = [("value", figure.value), ("low", figure.low), ("high", figure.high)];
                let mut terms: BTreeMap<&str, f64> =
                    known.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
                terms.insert("n", figure.n as f64);
                (terms, written::figure(figure, mark)?)
            }
        };
        for claim in &mark.claims {
            if !claim.holds(&terms)? {
                return Ok(Some(format!(
                    "{} is not so of {:?} of report {}: it is {said}. Correct the sentence, then its \
                     mark",
                    claim.text, mark.name, mark.report
                )));
            }
        }
        Ok(None)
    }

    /// The one figure of that name and part; without a part that of all films.
    fn figure(&self, mark: &Mark) -> Result<&Figure, String> {
        let named: Vec<&Figure> = self.figures.iter().filter(|f| f.name == mark.name).collect();
        if named.is_empty() {
            return Err(self.unknown(mark));
        }
        let is_asked = |figure: &&&Figure| match (&mark.by, &mark.group) {
            (None, None) => figure.by == ALL,
            (by, group) => {
                by.as_ref().is_none_or(|by| *by == figure.by)
                    && group.as_ref().is_none_or(|group| *group == figure.group)
            }
        };
        let groups = |figures: &mut dyn Iterator<Item = &Figure>| {
            let group = |f: &Figure| format!("by={} group={:?}", f.by, f.group);
            figures.map(group).collect::<Vec<_>>().join(", ")
        };
        let found: Vec<&&Figure> = named.iter().filter(is_asked).collect();
        match found[..] {
            [figure] => Ok(figure),
            [] => {
                let groups = groups(&mut named.iter().copied());
                Err(format!("{:?} of report {} is of: {groups}", mark.name, mark.report))
            }
            _ => {
                let groups = groups(&mut found.iter().map(|figure| **figure));
                Err(format!("{:?} fits several: {groups}. Add by= or group=", mark.name))
            }
        }
    }

    fn field(&self, mark: &Mark) -> Result<&Value, String> {
        if mark.by.is_some() || mark.group.is_some() {
            return Err("a path into the report takes digits= alone".into());
        }
        let found = self.document.pointer(&mark.name);
        found.ok_or_else(|| {
            format!("report {} has no text or number at {:?}", mark.report, mark.name)
        })
    }

    fn unknown(&self, mark: &Mark) -> String {
        let names: BTreeSet<&str> = self.figures.iter().map(|f| f.name.as_str()).collect();
        let alike = |name: &str| {
            strsim::normalized_levenshtein(&name.to_lowercase(), &mark.name.to_lowercase())
        };
        let within = |name: &str| name.to_lowercase().contains(&mark.name.to_lowercase());
        let mut near: Vec<&str> =
            names.into_iter().filter(|name| alike(name) >= ALIKE || within(name)).collect();
        near.sort_by(|a, b| alike(b).total_cmp(&alike(a)));
        near.truncate(3);
        let near: Vec<String> = near.iter().map(|name| format!("{name:?}")).collect();
        let near = match near.len() {
            0 => "`report.json` lists its names".into(),
            _ => format!("near it are {}", near.join(", ")),
        };
        format!("report {} has no figure {:?}; {near}", mark.report, mark.name)
    }
}
