//! `reading.json`, and one document for many films.

use serde::Serialize;

use super::{Failure, FilmReport};
use crate::{
    features::Features,
    reading::{
        DISCLAIMER, Detection, Film, Graded, Lungs, Models, Quality, Reading, StageProbabilities,
        Timings, ZoneLines,
    },
    site::Abstention,
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
    zone_lines: &'a ZoneLines,
    pneumoconiosis: &'a Detection,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'a StageProbabilities>,
    #[serde(skip_serializing_if = "Option::is_none")]
    abstained: Option<&'a Abstention>,
    #[serde(skip_serializing_if = "Option::is_none")]
    features: Option<&'a Features>,
    #[serde(flatten)]
    graded: Option<&'a Graded>,
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
            zone_lines,
            pneumoconiosis,
            stage,
            abstained,
            features,
            graded,
            timings,
        } = reading;
        Self {
            models,
            quality,
            lungs,
            zone_lines,
            pneumoconiosis,
            stage: stage.as_ref(),
            abstained: abstained.as_ref(),
            features: features.as_ref(),
            graded: graded.as_ref(),
            timings,
        }
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
        assert_eq!(json["pneumoconiosis"]["trained_on"], "stand_in");
        assert_eq!(json["pneumoconiosis"]["calibrated_on"], "stand_in");
        assert_eq!(json["timings"]["total_ms"], fake::TOTAL_MS);
        assert_eq!(json["models"]["grader"], "paper");
        let lines = &json["zone_lines"]["left"];
        let rows = ["apex", "upper", "lower", "dome"].map(|row| lines[row].as_f64().unwrap());
        assert!(rows.is_sorted() && rows[0] > 100.0 && rows[3] < 600.0, "{rows:?}");
        assert!(lines["height_mm"].is_null());
        for absent in ["stage", "error", "zones", "gbz70", "ilo", "large_opacities"] {
            assert!(json.get(absent).is_none(), "{absent}");
        }
    }

    #[test]
    fn a_reading_of_zones_has_every_field() {
        let json = parsed(&film(&fake::report("a.png", fake::read_zones())));
        assert_eq!(json["models"]["grader"], "zones");
        assert_eq!(json["models"]["classifier"]["id"], "fake-zones");
        assert!(json.get("graded").is_none() && json["stage"].get("set").is_none());
        assert_eq!(json["stage"]["probabilities"], json["gbz70"]["probabilities"]);
        assert!(json["zone_lines"]["right"]["dome"].is_number());
        assert_eq!(json["timings"]["total_ms"], fake::TOTAL_MS);

        let names: Vec<&String> = json["zones"].as_object().unwrap().keys().collect();
        assert_eq!(names.len(), 6);
        let zone = &json["zones"]["right_upper"];
        let profusion: Vec<f64> = serde_json::from_value(zone["profusion"].clone()).unwrap();
        assert!(profusion.len() == 4 && (profusion.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(zone["grade"], 2);
        assert!(zone["area_px"].as_u64().unwrap() > 1000 && zone["area_mm2"].is_null());
        assert!(zone["aggregation"].as_f64().unwrap() < 0.01);
        assert!(zone["large"].as_f64().unwrap() > 0.9);
        assert_eq!(json["zones"]["left_lower"]["grade"], 0);

        let gbz70 = &json["gbz70"];
        assert_eq!((&gbz70["stage"], &gbz70["clause"]), (&"II".into(), &"two_in_five".into()));
        assert_eq!(gbz70["clause_text"], "overall profusion 2 in more than four zones");
        assert_eq!(
            (&gbz70["overall_profusion"], &gbz70["distribution_range"]),
            (&2.into(), &5.into())
        );
        let stages: Vec<f64> = serde_json::from_value(gbz70["probabilities"].clone()).unwrap();
        assert!((stages.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!((1.5..2.1).contains(&gbz70["expected"].as_f64().unwrap()));
        assert_eq!(json["pneumoconiosis"]["target"], "pneumoconiosis");
        let p = json["pneumoconiosis"]["probability"].as_f64().unwrap();
        assert!((p - stages[1..].iter().sum::<f64>()).abs() < 1e-9);

        let ilo = &json["ilo"];
        assert_eq!((&ilo["profusion"], &ilo["positive"]), (&"2/2".into(), &true.into()));
        assert_eq!(ilo["shape"], serde_json::json!({ "primary": "q", "secondary": "t" }));
        assert!(ilo["large_opacity"].is_null(), "a PNG has no mm");
        let zones = serde_json::json!({
            "right_upper": true, "right_middle": true, "right_lower": true,
            "left_upper": true, "left_middle": true, "left_lower": false,
        });
        let form = serde_json::json!({
            "image_quality": null,
            "parenchymal_abnormalities": true,
            "small_opacities": {
                "shape_primary": "q", "shape_secondary": "t", "zones": zones, "profusion": "2/2",
            },
            "large_opacities": null,
            "pleural": null,
        });
        assert_eq!(ilo["form"], form);

        let [opacity] = &json["large_opacities"].as_array().unwrap()[..] else { panic!("{json}") };
        assert_eq!((&opacity["side"], &opacity["zone"]), (&"right".into(), &"upper".into()));
        let [cx, cy, long, short] = fake::OPACITY;
        for (field, expected) in [("long_axis_px", 2.0 * long), ("short_axis_px", 2.0 * short)] {
            let ratio = opacity[field].as_f64().unwrap() / expected;
            assert!((ratio - 1.0).abs() < 0.15, "{field}: {ratio}");
        }
        let center: [f64; 2] = serde_json::from_value(opacity["center_px"].clone()).unwrap();
        assert!((center[0] - cx).hypot(center[1] - cy) < 6.0, "{center:?}");
        assert!(opacity["angle_deg"].as_f64().unwrap().abs() > 80.0);
        assert!(opacity["area_px"].as_f64().unwrap() > 1000.0);
        assert!(opacity["long_axis_mm"].is_null() && opacity["short_axis_mm"].is_null());
    }

    #[test]
    fn a_film_with_an_empty_zone_is_a_named_error() {
        let film = crate::Radiograph::new(crate::plane::Plane::filled(100, 100, 0.5), None);
        let mut labels = vec![0; 100 * 100];
        // A lung of one row has no upper zone.
        labels[50 * 100 + 10..50 * 100 + 20].fill(1);
        labels[50 * 100 + 60..50 * 100 + 70].fill(2);
        let mask = crate::segmentation::LungMask::new(100, 100, labels);
        let zones = crate::zones::Zones::of(&mask).unwrap();
        let error = crate::crop::ZoneCrops::new(&film, &mask, &zones, 64, 64).unwrap_err();
        assert_eq!(error.kind(), "lungs_not_found");
        assert!(error.to_string().contains("the zone right_"), "{error}");
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
