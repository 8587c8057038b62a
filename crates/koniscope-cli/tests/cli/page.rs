//! `index.html` in a browser, with names that would break a page that is carelessly made.

use koniscope::{
    Error, Reading,
    manifest::TrainedOn,
    quality::Flag,
    reading::{
        CalibratedOn, DISCLAIMER, Detection, Film, FlagEntry, Lung, LungLines, Lungs,
        ModelIdentity, Models, Quality, SCHEMA_VERSION, SecondStageKind, Software,
        StageProbabilities, Timings, ZoneLines,
    },
    report::{FilmReport, INDEX_FILE, OVERLAY_FILE, index},
    site::{Abstention, AbstentionKind},
};

use crate::{browser, films};

fn reading() -> Reading {
    let model = |id: &str| ModelIdentity {
        id: id.into(),
        sha256: "0123456789abcdef".repeat(4),
        notice: None,
    };
    let flags = [Flag::Inverted, Flag::CutOff, Flag::Underexposed, Flag::LowResolution];
    let flag = |kind: Flag| FlagEntry { kind, message: kind.message().into() };
    let classes = ["normal", "stage 1", "stage 2", "stage 3"];
    let lung = Lung { area_px: 60_966, area_mm2: Some(21_340.0), bounding_box: None };
    let lines =
        LungLines { apex: 70.0, upper: 230.0, lower: 390.0, dome: 550.0, height_mm: Some(67.2) };
    Reading {
        schema_version: SCHEMA_VERSION,
        disclaimer: DISCLAIMER.into(),
        software: Software::this(),
        film: Film {
            width: 600,
            height: 700,
            bits_stored: 12,
            orientation: 1,
            spacing_mm: Some([0.14, 0.14]),
            view_position: None,
            sop_instance_uid: None,
        },
        models: Models {
            lungs: model("unet-lungs"),
            grader: SecondStageKind::Paper,
            classifier: model("resnet34-stand-in"),
            site: None,
        },
        quality: Quality { flags: flags.map(flag).to_vec() },
        lungs: Lungs { right: lung.clone(), left: lung },
        zone_lines: ZoneLines { right: lines.clone(), left: lines },
        pneumoconiosis: Detection {
            probability: 0.83,
            positive: Some(true),
            threshold: Some(0.3),
            target: "tuberculosis".into(),
            trained_on: Some(TrainedOn::StandIn),
            calibrated_on: Some(CalibratedOn::StandIn),
        },
        stage: Some(StageProbabilities {
            classes: classes.map(String::from).to_vec(),
            probabilities: vec![0.17, 0.5, 0.2, 0.13],
            set: Some(vec!["normal".into(), "stage 1".into()]),
        }),
        abstained: Some(Abstention {
            kind: AbstentionKind::Undecided,
            reason: "both disease and its absence lie within a coverage of 90 %".into(),
        }),
        features: None,
        graded: None,
        timings: Timings::default(),
    }
}

#[test]
#[ignore = "needs Chromium"]
fn the_page_fits_1280_pixels_and_shows_every_picture() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a", "b #1 100%?", "c \"><script>document.body.remove()</script>"];
    let mut reports = Vec::new();
    for name in names {
        let results = name.replace('/', "_");
        let at = folder.path().join(&results);
        std::fs::create_dir(&at).unwrap();
        films::no_chest(&at.join(OVERLAY_FILE));
        let path = format!("films/{}/{name}.png", "long".repeat(60));
        reports.push(FilmReport { path, folder: Some(results), outcome: Ok(reading()) });
    }
    let detail = "x".repeat(400);
    reports.push(FilmReport {
        path: "broken.dcm".into(),
        folder: Some("broken".into()),
        outcome: Err(Error::Damaged { detail }.into()),
    });
    let page = folder.path().join(INDEX_FILE);
    std::fs::write(&page, index(&reports).into_string()).unwrap();
    let seen = browser::look(&page);
    assert_eq!((seen.pictures, seen.broken), (3, 0), "{seen:?}");
    assert!(seen.overflow <= 0, "{seen:?}");
    assert_eq!(seen.buttons, 6, "{seen:?}");
}
