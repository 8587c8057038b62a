//! `koniscope open`: who sees what when, what is kept, and what wrong input does.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{program::repository, web::Served};

const FILM: &str = "00003507_000.dcm";
const NAME: &str = "00003507_000";

/// A normal study, complete.
fn draft() -> Value {
    json!({
        "niosh": {
            "image_quality": { "grade": "1" },
            "parenchymal": false, "pleural": false, "other": false,
            "reader": { "printed_name": "R. Reader", "date_of_reading": "2026-11-30" },
        },
        "gbz70": {
            "zones": {
                "right_upper": "0", "right_middle": "0", "right_lower": "0",
                "left_upper": "0", "left_middle": "0", "left_lower": "0/1",
            },
            "aggregation": false, "large": "none",
        },
    })
}

fn with(mut draft: Value, pointer: &str, value: Value) -> Value {
    let (at, key) = pointer.rsplit_once('/').unwrap();
    draft.pointer_mut(at).unwrap()[key] = value;
    draft
}

fn signed_files(out: &std::path::Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(out.join(NAME)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.file_name().unwrap().to_string_lossy().starts_with("signed-"));
    files.sort();
    files
}

/// Texts that only the machine's reading of the film has.
fn secrets(out: &std::path::Path) -> Vec<String> {
    let text = fs::read_to_string(out.join(NAME).join("reading.json")).unwrap();
    let reading: Value = serde_json::from_str(&text).unwrap();
    vec![
        reading["gbz70"]["clause_text"].as_str().unwrap().to_owned(),
        reading["models"]["classifier"]["id"].as_str().unwrap().to_owned(),
        reading["pneumoconiosis"]["probability"].to_string().chars().take(6).collect(),
        "calibrated on".into(),
        "\"machine\"".into(),
        "\"proposed\"".into(),
        "undecided".into(),
    ]
}

#[test]
fn reader_first_gives_nothing_away_before_a_signature() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::open(&[FILM], folder.path(), "reader-first");
    assert_eq!(served.when_read()["films"][0]["state"], "read");
    let secrets = secrets(folder.path());
    let paths = [
        "/api/films",
        "/api/films/0",
        "/api/signed.csv",
        "/api/signed.axt",
        "/api/films/0/preview.png",
        "/api/films/0/pixels",
    ];
    let posts = ["/api/films/0/check", "/api/films/0/normal", "/api/films/0/sign/1"];
    let empty = "{}";
    let answers = paths.iter().map(|path| served.get(path));
    let answers = answers.chain(posts.iter().map(|path| served.post(path, empty)));
    for (answer, path) in answers.zip(paths.iter().chain(&posts)) {
        assert!(matches!(answer.status, 200 | 422), "{path}: {}", answer.status);
        let text = String::from_utf8_lossy(&answer.body);
        for secret in &secrets {
            assert!(!text.contains(secret) && !answer.head.contains(secret), "{path}: {secret}");
        }
        assert!(!answer.head.contains("etag"), "{path}");
        assert!(answer.head.contains("no-store") && answer.head.contains("script-src 'self'"));
    }
    // Pages are the same whatever the machine says, as they are in the mode without it.
    let off = tempfile::tempdir().unwrap();
    let without = Served::open(&[FILM], off.path(), "machine-off");
    for path in ["/films/0", "/static/form.js"] {
        assert!(served.get(path).body == without.get(path).body, "{path}");
    }
    without.when_read();
    let mut answer = served.get("/api/films/0").json();
    answer["mode"] = "machine_off".into();
    assert_eq!(answer, without.get("/api/films/0").json());
    for path in ["/api/films/0/lungs.png", "/api/films/0/heat.png"] {
        assert_eq!(served.get(path).status, 404, "{path}");
        assert_eq!(served.get(path).body, served.get("/api/films/0/lungs.png").body);
    }

    let signed = served.post("/api/films/0/sign/1", &draft().to_string());
    assert_eq!(signed.status, 201);
    let signed = signed.json();
    assert_eq!((&signed["mode"], &signed["models"]), (&"reader_first".into(), &Value::Null));
    assert_eq!((&signed["stage"]["stage"], &signed["decisions"]), (&"0".into(), &json!({})));
    let machine = &served.get("/api/films/0").json()["machine"];
    assert!(
        machine["probability"].is_number()
            && machine["calibrated"] == "calibrated on simulated films"
    );
    assert!(served.get("/api/films").json()["films"][0]["machine"]["stage"].is_string());
    for path in ["/api/films/0/lungs.png", "/api/films/0/heat.png"] {
        assert_eq!(served.get(path).status, 200, "{path}");
    }
    // In the mode without the machine a signature opens nothing.
    assert_eq!(without.post("/api/films/0/sign/1", &draft().to_string()).status, 201);
    assert!(without.get("/api/films/0").json().get("machine").is_none());
    assert_eq!(without.get("/api/films/0/heat.png").status, 404);
}

#[test]
fn a_signed_reading_never_changes() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::open(&[FILM], folder.path(), "machine-off");
    served.when_read();
    let sign = |number: usize, draft: &Value| {
        served.post(&format!("/api/films/0/sign/{number}"), &draft.to_string())
    };
    let half = with(draft(), "/niosh/image_quality", json!({ "grade": "2" }));
    let refused = sign(1, &half);
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["wanting"][0]["rule"], "defect_needed");
    assert_eq!(sign(1, &draft()).status, 201);
    let first = fs::read(&signed_files(folder.path())[0]).unwrap();
    assert_eq!((sign(1, &draft()).status, sign(3, &draft()).status), (409, 409));
    assert_eq!(sign(2, &draft()).json()["wanting"][0]["rule"], "reason_needed");
    let addendum = with(draft(), "/reason", json!("a nipple"));
    assert_eq!(sign(2, &addendum).status, 201);
    let files = signed_files(folder.path());
    assert_eq!((files.len(), fs::read(&files[0]).unwrap()), (2, first));
    let csv = String::from_utf8(served.get("/api/signed.csv").body).unwrap();
    assert_eq!(csv.lines().count(), 3);
    let axt = served.get("/api/signed.axt");
    assert!(axt.head.contains("signed.axt"));
    let records = koniscope::form::axt::read(&axt.body).unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].form.reader.printed_name, "R. Reader");
    drop(served);

    // They are there again, and one that was changed is not taken.
    let again = Served::open(&[FILM], folder.path(), "machine-off");
    assert_eq!(again.when_read()["films"][0]["signed"], 2);
    drop(again);
    let text = fs::read_to_string(&files[0]).unwrap();
    fs::write(&files[0], text.replace("R. Reader", "Somebody")).unwrap();
    let output = Served::start(&[FILM], folder.path(), "machine-off").output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("signed reading 2"), "{told}");
}

#[test]
fn machine_first_waits_for_a_decision_on_each_answer() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::open(&[FILM], folder.path(), "machine-first");
    served.when_read();
    let proposal = served.get("/api/films/0").json()["machine"]["proposal"].clone();
    let mut form = draft();
    let mut said = serde_json::Map::new();
    for (field, value) in proposal.as_object().unwrap() {
        let mut at = &mut form;
        for step in field.split('.') {
            at = &mut at[step];
        }
        *at = value.clone();
        said.insert(field.clone(), json!({ "decision": "accepted" }));
    }
    let undecided = served.post("/api/films/0/check", &form.to_string()).json();
    let waits = undecided["wanting"].as_array().unwrap().iter();
    let waits = waits.filter(|one| one["rule"] == "undecided").count();
    assert_eq!(waits, undecided["decisions"].as_object().unwrap().len());
    assert!(waits > 0);
    let form = with(form, "/said", said.into());
    let decided = served.post("/api/films/0/check", &form.to_string()).json();
    let decisions = decided["decisions"].as_object().unwrap().values();
    assert!(decisions.clone().all(|one| one["decision"] == "accepted"), "{decided}");
}

#[test]
fn wrong_input_is_refused_and_the_page_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let junk = folder.path().join("junk.png");
    fs::write(&junk, "no picture").unwrap();
    let films = [FILM, junk.to_str().unwrap()];
    let served = Served::open(&films, &folder.path().join("out"), "machine-first");
    let list = served.when_read();
    assert_eq!(list["films"][1]["state"], "refused");
    assert!(!list["films"][1]["reason"].as_str().unwrap().is_empty());
    for path in [
        "/films/2",
        "/films/-1",
        "/films/x",
        "/films/99999999999999999999",
        "/nothing",
        "/static/../Cargo.toml",
        "/static/%2e%2e%2fpage.rs",
        "/api/films/7",
        "/api/films/2/pixels",
        "/api/films/1/pixels",
        "/api/films/1/preview.png",
        "/api/films/1/heat.png",
    ] {
        let status = served.get(path).status;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    let deep = "[".repeat(100_000);
    let long = format!("{{\"niosh\":{{\"comments\":\"{}\"}}}}", "x".repeat(300_000));
    for body in [
        "",
        "{",
        "null",
        "[]",
        "\u{0}",
        "{\"niosh\":7}",
        "{\"niosh\":{\"large\":\"D\"}}",
        "{\"said\":{\"x\":{\"decision\":\"maybe\"}}}",
        "{\"other\":1}",
        &deep,
        &long,
        "{\"view\":{\"center\":1e999,\"width\":1}}",
    ] {
        for path in ["/api/films/0/check", "/api/films/0/normal", "/api/films/0/sign/1"] {
            let status = served.post(path, body).status;
            assert!((400..500).contains(&status), "{path}: {status} {body:.40}");
        }
    }
    for path in ["/api/films/0/sign/0", "/api/films/0/sign/x", "/api/films/9/check", "/api/films"] {
        let status = served.post(path, "{}").status;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    // Another site's page, another name, no JSON.
    let port = served.port;
    let own = format!("Host: 127.0.0.1:{port}\r\n");
    let json = "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    for head in [
        "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".into(),
        "GET / HTTP/1.0\r\n\r\n".into(),
        format!("POST /api/films/0/check HTTP/1.1\r\n{own}Origin: http://evil.example\r\n{json}"),
        format!(
            "POST /api/films/0/check HTTP/1.1\r\n{own}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        ),
        "NONSENSE\r\n\r\n".into(),
    ] {
        let status = served.raw(head.as_bytes()).status;
        assert!((400..500).contains(&status), "{head}: {status}");
    }
    assert_eq!(served.get("/").status, 200);
    let page = String::from_utf8(served.get("/films/0").body).unwrap();
    assert!(page.contains(koniscope::reading::DISCLAIMER));
    assert!(repository().join("samples").is_dir());
}
