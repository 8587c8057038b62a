//! A report, and what it says of a mark.

use std::{collections::BTreeSet, path::Path};

use koniscope::{
    manifest::{Manifest, Score},
    weights::load_manifest,
};
use serde_json::Value;

use super::{mark::Mark, written};
use crate::{
    Error,
    figures::{Figure, Section},
};

/// Part of all films.
const ALL: &str = "all";

/// What parts the films of a manifest's scores.
const DATA: &str = "data";

/// How a manifest's intervals were made.
const TRAINING: &str = "as training printed it";

/// Names this alike are suggested, of 1 for the same.
const ALIKE: f64 = 0.5;

/// A `report.json` of [`evaluate`](crate::evaluate), or a manifest's scores.
#[derive(Clone, Debug)]
pub struct Report {
    figures: Vec<Figure>,
    document: Value,
}

impl Report {
    /// Reads a file: a report, or (`.toml`) the manifest of weights with the scores of their training.
    ///
    /// # Errors
    /// [`Error::Report`] if it cannot be read or is neither.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let fault = |detail: String| Error::Report { path: path.to_owned(), detail };
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")) {
            let manifest = load_manifest(path).map_err(|e| fault(e.to_string()))?;
            return Self::of_manifest(&manifest).map_err(|e| fault(e.to_string()));
        }
        let text = std::fs::read_to_string(path).map_err(|e| fault(e.to_string()))?;
        Self::parse(&text).map_err(|detail| {
            fault(format!("{detail}. Give the report.json that `koniscope evaluate` wrote"))
        })
    }

    /// Of its text.
    ///
    /// # Errors
    /// Why it is no report.
    pub fn parse(text: &str) -> Result<Self, String> {
        let document: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let figures = document.get("figures").ok_or("it has no figures")?;
        let figures = serde_json::from_value(figures.clone()).map_err(|e| e.to_string())?;
        Ok(Self { figures, document })
    }

    /// The scores of a manifest, each of its part by `data`.
    fn of_manifest(manifest: &Manifest) -> Result<Self, serde_json::Error> {
        let figure = |score: &Score| Figure {
            section: Section::Detection,
            name: score.name.clone(),
            by: DATA.into(),
            group: score.data.clone(),
            data: score.data.clone(),
            value: Some(score.value),
            low: Some(score.low),
            high: Some(score.high),
            n: score.n,
            method: TRAINING.into(),
            absent: None,
        };
        let figures = manifest.scores.iter().map(figure).collect();
        Ok(Self { figures, document: serde_json::to_value(manifest)? })
    }

    /// What a mark asks for, as text.
    pub(super) fn says(&self, mark: &Mark) -> Result<String, String> {
        if mark.name.starts_with('/') {
            return self.field(mark);
        }
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
        let found: Vec<&&Figure> = named.iter().filter(is_asked).collect();
        match found[..] {
            [figure] => written::figure(figure, mark),
            [] => {
                let groups = named.iter().map(|f| group(f)).collect::<Vec<_>>().join(", ");
                Err(format!("{:?} of report {} is of: {groups}", mark.name, mark.report))
            }
            _ => {
                let groups = found.iter().map(|f| group(f)).collect::<Vec<_>>().join(", ");
                Err(format!("{:?} fits several: {groups}. Add by= or group=", mark.name))
            }
        }
    }

    fn field(&self, mark: &Mark) -> Result<String, String> {
        if mark.by.is_some() || mark.group.is_some() || mark.format.is_some() {
            return Err("a path into the report takes digits= alone".into());
        }
        let found = self.document.pointer(&mark.name);
        found.and_then(|value| written::field(value, mark.digits)).ok_or_else(|| {
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

fn group(figure: &Figure) -> String {
    format!("by={} group={:?}", figure.by, figure.group)
}
