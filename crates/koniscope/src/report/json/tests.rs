//! Every field of what is written, and that it can be read back.

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
    assert_eq!(json["file"]["path"], "films/a.png");
    assert_eq!(json["file"]["name"], "a.png");
    assert_eq!(json["schema_version"], SCHEMA_VERSION);
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
    assert_eq!((&gbz70["overall_profusion"], &gbz70["distribution_range"]), (&2.into(), &5.into()));
    let stages: Vec<f64> = serde_json::from_value(gbz70["probabilities"].clone()).unwrap();
    assert!((stages.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    assert!((1.5..2.1).contains(&gbz70["expected"].as_f64().unwrap()));
    assert_eq!(json["pneumoconiosis"]["target"], "pneumoconiosis");
    let p = json["pneumoconiosis"]["probability"].as_f64().unwrap();
    assert!((p - stages[1..].iter().sum::<f64>()).abs() < 1e-9);

    let ilo = &json["ilo"];
    assert!(ilo["probability_1_0"].as_f64().unwrap() > 0.95);
    for absent in ["profusion", "positive"] {
        assert!(ilo.get(absent).is_none(), "{absent} has not been measured");
    }
    assert_eq!(ilo["shape"], serde_json::json!({ "primary": "q", "secondary": "t" }));
    assert!(ilo["large_opacity"].is_null(), "a PNG has no mm");
    let zones = serde_json::json!({
        "right_upper": true, "right_middle": true, "right_lower": true,
        "left_upper": true, "left_middle": true, "left_lower": false,
    });
    let form = serde_json::json!({
        "image_quality": null,
        "parenchymal_abnormalities": null,
        "small_opacities": {
            "shape_primary": "q", "shape_secondary": "t", "zones": zones, "profusion": null,
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
    let stages: Vec<f64> = serde_json::from_value(json["stage"]["probabilities"].clone()).unwrap();
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

/// The same, but for the last digit of a number, which serde_json does not always read as it was written.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| alike(a, b)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= 1e-15 * a.abs()
        }
        _ => a == b,
    }
}

#[test]
fn what_is_written_can_be_read_back() {
    let failed = fake::report("b.dcm", Err(crate::Error::Empty.into()));
    for outcome in [fake::read(2), fake::read(4), fake::read_zones(), fake::read_at_site()] {
        let report = fake::report("films/a.png", outcome);
        let text = film(&report);
        let back = parse(&text).unwrap();
        assert_eq!((&back.path, &back.folder), (&report.path, &report.folder));
        assert!(alike(&parsed(&film(&back)), &parsed(&text)), "{text}");
    }
    assert_eq!(parse(&film(&failed)).unwrap(), failed);
}

#[test]
fn damage_and_other_versions_are_named() {
    let text = film(&fake::report("a.png", fake::read_zones()));
    for (from, to, named) in [
        ("\"schema_version\": 1", "\"schema_version\": 99", "schema_version is 99"),
        ("\"area_px\"", "\"area\"", "area_px"),
        ("\"grade\": 2", "\"grade\": \"two\"", "zones are missing or damaged"),
        ("\"clause\"", "\"clausula\"", "zones are missing or damaged"),
    ] {
        assert!(text.contains(from), "{from}");
        let error = parse(&text.replace(from, to)).unwrap_err();
        assert!(error.contains(named), "{error}");
    }
    assert!(parse("{}").is_err());
}
