//! The form of a film: what the page knows it by, and what its record says of the film.

use koniscope_data::digest::sha256;

use crate::client::{Served, draft, sample};

#[test]
fn a_record_names_its_film_whether_or_not_the_machine_has_read_it() {
    let served = Served::start(&[&sample()], "");
    let anna = served.person("anna");
    let signed = anna.post("/api/films/0/sign/1", &draft().to_string());
    assert_eq!(signed.status, 201, "{}", signed.text());
    let film = signed.json()["film"].clone();
    assert!(film["size"][0].as_u64() > Some(100), "{film}");
    assert!(film["sop_instance_uid"].as_str().unwrap().contains('.'), "{film}");
}

#[test]
fn a_draft_is_kept_by_the_film_s_bytes_and_signed_by_a_click() {
    let served = Served::with_junk("");
    let anna = served.person("anna");
    assert_eq!(anna.get("/api/films/0").json()["sha256"], sha256(b"no picture"));
    // A button of the kind that sends forms would sign at Enter in any line.
    assert!(anna.get("/films/0").text().contains("<button id=\"sign\" type=\"button\">"));
}
