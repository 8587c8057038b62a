//! Signed readings as PDF, as DICOM report and as a table of labels.

use std::fs;

use koniscope_data::labels::{ZoneLabels, read_labels};
use serde_json::json;

use crate::{films, web::Served};

const FILM: &str = "00003507_000.dcm";

fn draft() -> String {
    let zones =
        ["right_upper", "right_middle", "right_lower", "left_upper", "left_middle", "left_lower"];
    let zones: serde_json::Map<_, _> =
        zones.iter().map(|zone| ((*zone).into(), json!("1"))).collect();
    json!({
        "niosh": {
            "image_quality": { "grade": "2", "defects": ["mottle"] },
            "parenchymal": true, "pleural": false, "other": false, "large": "A",
            "small": {
                "primary": "q", "secondary": "t", "profusion": "2/1",
                "zones": {
                    "right_upper": true, "right_middle": true, "right_lower": false,
                    "left_upper": true, "left_middle": true, "left_lower": false,
                },
            },
            "reader": { "printed_name": "Ren\u{e9} Reader", "date_of_reading": "2026-11-30" },
        },
        "gbz70": { "zones": zones, "aggregation": false, "large": "none" },
    })
    .to_string()
}

#[test]
fn a_signed_form_goes_out_as_pdf_report_and_labels() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain.png");
    films::no_chest(&plain);
    let films = [FILM, plain.to_str().unwrap()];
    let served = Served::open(&films, &folder.path().join("out"), "reader-first");
    served.when_read();
    for film in [0, 1] {
        let path = format!("/api/films/{film}/sign/1");
        let signed = served.post(&path, &draft());
        assert_eq!(signed.status, 201, "{}", String::from_utf8_lossy(&signed.body));
    }
    let pdf = served.get("/api/films/0/signed/1/form.pdf");
    assert!(pdf.status == 200 && pdf.body.starts_with(b"%PDF-"));
    assert!(pdf.head.contains("application/pdf") && pdf.head.contains("inline"));
    assert!(pdf.body == served.get("/api/films/0/signed/1/form.pdf").body);
    for path in
        ["0/signed/0/form.pdf", "0/signed/2/form.pdf", "7/signed/1/form.pdf", "0/signed/2/sr.dcm"]
    {
        assert_eq!(served.get(&format!("/api/films/{path}")).status, 404, "{path}");
    }

    let sr = served.get("/api/films/0/signed/1/sr.dcm");
    assert_eq!(sr.status, 200);
    let has = |words: &str| sr.body.windows(words.len()).any(|part| part == words.as_bytes());
    assert!(
        has("Ren? Reader") && has("Person Observer Name") && has("ILO_2_1") && has("UNVERIFIED")
    );
    assert!(!has("Device Observer"));
    assert!(served.get("/api/films/0").json()["dicom"] == true);
    let refused = served.get("/api/films/1/signed/1/sr.dcm");
    assert_eq!(refused.status, 422);
    assert!(refused.json()["error"].as_str().unwrap().contains("no DICOM"));

    let table = served.get("/api/labels.csv");
    let path = folder.path().join("labels.csv");
    fs::write(&path, &table.body).unwrap();
    let rows = read_labels(&path, None).unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.image.is_file()), "{rows:?}");
    assert_ne!(rows[0].patient, rows[1].patient);
    assert_eq!(rows[1].patient, "plain");
    assert_eq!(
        ["ilo_profusion", "ilo_large", "shapes", "pneumoconiosis"]
            .map(|c| rows[0].cell(c).unwrap()),
        ["2/1", "A", "q/t", "1"]
    );
    assert_eq!(ZoneLabels::of(&rows[0]).unwrap().grades, Some([1; 6]));
}
