//! `reading.json`, and one document for many films.

use serde::Serialize;

use super::{Failure, FilmReport};
use crate::reading::{
    DISCLAIMER, Detection, Film, Lungs, Models, Quality, Reading, StageProbabilities, Timings,
};

/// One film as JSON text: its reading, or an `error` with `kind` and `message` in its place.
pub fn film(report: &FilmReport) -> String {
    pretty(&FilmDocument::of(report))
}

/// Many films as one JSON text: `{ disclaimer, software, films: [...] }`, a film as in [`film`].
pub fn document(reports: &[FilmReport]) -> String {
    pretty(&Document {
        disclaimer: DISCLAIMER,
        software: SOFTWARE,
        films: reports.iter().map(FilmDocument::of).collect(),
    })
}

fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_else(|e| {
        // Only maps with keys that are no strings fail, and there are none.
        unreachable!("a report of strings and numbers is JSON: {e}")
    });
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Software {
    name: &'static str,
    version: &'static str,
}

const SOFTWARE: Software = Software { name: "koniscope", version: env!("CARGO_PKG_VERSION") };

#[derive(Serialize)]
struct Document<'a> {
    disclaimer: &'static str,
    software: Software,
    films: Vec<FilmDocument<'a>>,
}

#[derive(Serialize)]
struct FilmDocument<'a> {
    disclaimer: &'static str,
    software: Software,
    film: FilmEntry<'a>,
    #[serde(flatten)]
    reading: Option<Rest<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Failure>,
}

/// The file, and what is known of the film once it was read.
#[derive(Serialize)]
struct FilmEntry<'a> {
    path: &'a str,
    file_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<&'a str>,
    #[serde(flatten)]
    film: Option<&'a Film>,
}

/// A [`Reading`] without what stands above it in the document.
#[derive(Serialize)]
struct Rest<'a> {
    models: &'a Models,
    quality: &'a Quality,
    lungs: &'a Lungs,
    pneumoconiosis: &'a Detection,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'a StageProbabilities>,
    timings: &'a Timings,
}

impl<'a> FilmDocument<'a> {
    fn of(report: &'a FilmReport) -> Self {
        Self {
            disclaimer: DISCLAIMER,
            software: SOFTWARE,
            film: FilmEntry {
                path: &report.path,
                file_name: report.file_name(),
                folder: report.folder.as_deref(),
                film: report.reading().map(|reading| &reading.film),
            },
            reading: report.reading().map(Rest::of),
            error: report.outcome.as_ref().err(),
        }
    }
}

impl<'a> Rest<'a> {
    /// Takes a reading apart, so that a new field cannot be forgotten here.
    fn of(reading: &'a Reading) -> Self {
        let Reading {
            disclaimer: _,
            film: _,
            models,
            quality,
            lungs,
            pneumoconiosis,
            stage,
            timings,
        } = reading;
        Self { models, quality, lungs, pneumoconiosis, stage: stage.as_ref(), timings }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::fake;

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_reading_has_every_field() {
        let report = fake::report("films/a.png", fake::read(2));
        let json = parsed(&film(&report));
        assert_eq!(json["disclaimer"], DISCLAIMER);
        assert_eq!(json["software"]["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(json["film"]["path"], "films/a.png");
        assert_eq!(json["film"]["file_name"], "a.png");
        assert_eq!(json["film"]["width"], fake::WIDTH);
        assert_eq!(json["film"]["height"], fake::HEIGHT);
        assert_eq!(json["models"]["lungs"]["id"], "fake-lungs");
        assert_eq!(json["models"]["classifier"]["sha256"], "00ff");
        assert!(json["quality"]["flags"].is_array());
        let right = &json["lungs"]["right"];
        assert!(right["area_px"].as_u64().unwrap() > 1000);
        assert!(right["area_mm2"].is_null(), "a PNG has no spacing");
        assert!(right["bounding_box"]["width"].as_u64().unwrap() > 10);
        let p = json["pneumoconiosis"]["probability"].as_f64().unwrap();
        assert!((p - fake::PROBABILITY).abs() < 1e-6, "{p}");
        assert_eq!(json["pneumoconiosis"]["target"], "tuberculosis");
        assert_eq!(json["pneumoconiosis"]["stand_in"], true);
        assert_eq!(json["timings"]["total_ms"], fake::TOTAL_MS);
        assert!(json.get("stage").is_none() && json.get("error").is_none());
    }

    #[test]
    fn four_classes_have_a_stage() {
        let json = parsed(&film(&fake::report("a.png", fake::read(4))));
        let stages: Vec<f64> =
            serde_json::from_value(json["stage"]["probabilities"].clone()).unwrap();
        assert_eq!(stages.len(), 4);
        assert!((stages.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let p = json["pneumoconiosis"]["probability"].as_f64().unwrap();
        assert!((p - (1.0 - stages[0])).abs() < 1e-9);
    }

    #[test]
    fn a_failed_film_has_an_error_in_place_of_its_reading() {
        let report = fake::report("b.dcm", Err(crate::Error::Empty.into()));
        let json = parsed(&document(&[fake::report("a.png", fake::read(2)), report]));
        let films = json["films"].as_array().unwrap();
        assert_eq!(films.len(), 2);
        assert_eq!(films[1]["error"]["kind"], "empty");
        assert_eq!(films[1]["error"]["message"], crate::Error::Empty.to_string());
        for absent in ["models", "lungs", "pneumoconiosis", "timings"] {
            assert!(films[1].get(absent).is_none(), "{absent}");
            assert!(films[0].get(absent).is_some(), "{absent}");
        }
    }
}
