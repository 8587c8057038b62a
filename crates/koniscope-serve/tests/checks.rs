//! `node check`, and commitment as its user, with Orthanc, dcmtk's archive and receivers by script.
#![allow(clippy::unwrap_used)]

mod common;

use std::{path::Path, sync::Arc};

use common::{
    Echoing, Peer, TestNode,
    archive::{Script, archive, held},
    film_of,
    real::{Orthanc, dcmqrscp, free_port, listens, start, wait_until},
};
use koniscope_serve::{
    check::{self, Light, Report},
    config::Config,
};

fn config(folder: &Path, listen: u16, (title, port): (&str, u16), more: &str) -> String {
    format!(
        "[node]\nae_title = \"KONISCOPE\"\nlisten = \"127.0.0.1:{listen}\"\nreserve_mb = 1\nfolder = {folder:?}\n\
         [peers.pacs]\nae_title = \"{title}\"\naddress = \"127.0.0.1:{port}\"\n\
         [timeouts]\nassociation_s = 5\nmessage_s = 5\n{more}"
    )
}

fn check(config: &str) -> Report {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let config = Arc::new(Config::parse(config).unwrap());
    runtime.block_on(check::peer(config, "pacs", None, Arc::new(|_: &str| {}))).unwrap()
}

/// Lights in order, as letters, and all words.
fn told(report: &Report) -> (String, String) {
    let letter = |light| match light {
        Light::Green => 'g',
        Light::Yellow => 'y',
        Light::Red => 'r',
    };
    (report.steps.iter().map(|step| letter(step.light)).collect(), report.text())
}

#[test]
#[ignore = "needs Orthanc and dcmtk"]
fn orthanc_passes_with_and_without_a_running_node() {
    let folder = tempfile::tempdir().unwrap();
    let listen = free_port();
    let orthanc = Orthanc::start(folder.path(), listen);
    let text = config(&folder.path().join("node"), listen, ("ORTHANC", orthanc.dicom), "");
    let (lights, words) = told(&check(&text));
    // Only that the film stays is to be known.
    assert_eq!(lights, "gggggggy", "{words}");
    assert!(
        words.contains("it keeps the film, and said so on an association of its own"),
        "{words}"
    );
    assert!(words.contains("by C-GET") && words.contains("the same"), "{words}");
    assert!(words.contains("delete study 2.25.") && words.contains("KONISCOPE-TEST"), "{words}");
    assert!(words.contains("yellow  pacs as a whole"), "{words}");

    let node = TestNode::start_with(&text, Arc::new(Echoing::default()));
    let (lights, words) = told(&check(&text));
    assert_eq!(lights, "gggggggy", "{words}");
    // Both films are of one study, which a person can delete. A test film that comes to the node is not read.
    assert_eq!((orthanc.studies(), node.overview().films.len()), (1, 0));
    let instances: Vec<String> =
        serde_json::from_str(&orthanc.ask("GET", "/instances", b"")).unwrap();
    assert_eq!(instances.len(), 2);
    orthanc.ask("POST", "/modalities/koniscope/store", instances[0].as_bytes());
    node.wait_for("passed over", 1);
}

/// The node is not known there: the report has nowhere to go.
#[test]
#[ignore = "needs dcmtk"]
fn an_archive_without_commitment_is_yellow() {
    let folder = tempfile::tempdir().unwrap();
    let (listen, port) = (free_port(), free_port());
    let _archive = dcmqrscp(folder.path(), port, listen, &[]);
    let text = config(&folder.path().join("node"), listen, ("ARCHIVE", port), "");
    let (lights, words) = told(&check(&text));
    assert_eq!(lights, "ggggyggy", "{words}");
    assert!(words.contains("it does not offer it"), "{words}");
}

#[test]
#[ignore = "needs dcmtk"]
fn a_receiver_that_only_stores_is_yellow_and_one_that_is_not_there_red() {
    let folder = tempfile::tempdir().unwrap();
    let (listen, port) = (free_port(), free_port());
    let text = config(&folder.path().join("node"), listen, ("PACS", port), "");
    let (lights, words) = told(&check(&text));
    assert_eq!(lights, "r", "{words}");
    assert!(words.contains("-> see whether the peer runs"), "{words}");
    let to = folder.path().to_str().unwrap();
    let _scp = start("storescp", &["-aet", "PACS", "-od", to, &port.to_string()]);
    listens(port);
    let (lights, words) = told(&check(&text));
    assert_eq!(lights, "ggggyyy", "{words}");
    assert!(words.contains("it offers neither C-GET nor C-MOVE"), "{words}");
}

#[test]
fn an_archive_that_cannot_even_echo_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let films = vec![held(1, ["1.2.1", "1.2.1.1", "DX", "CHEST"])];
    let (address, _) = archive(films, Script::FindStatus(0));
    let text = config(folder.path(), free_port(), ("PACS", address.port()), "");
    let report = check(&text.replace("127.0.0.1:1\"", "x"));
    let (lights, words) = told(&report);
    assert_eq!(lights, "gr", "{words}");
    assert!(words.contains("red     echo as KONISCOPE to PACS"), "{words}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["light"], &json["steps"][1]["light"]), (&"red".into(), &"red".into()));
    assert!(json["steps"][0]["ms"].is_u64() && json["steps"][1]["remedy"].is_string());
}

/// An object is done once the destination has said that it keeps it.
#[test]
#[ignore = "needs Orthanc and dcmtk"]
fn results_are_done_once_orthanc_has_committed() {
    let folder = tempfile::tempdir().unwrap();
    let listen = free_port();
    let orthanc = Orthanc::start(folder.path(), listen);
    let more = "[[destinations]]\npeer = \"pacs\"\ncommitment = true\n[peers.sender]\nae_title = \"TESTER\"\naddress = \"127.0.0.1:1\"\n";
    let text = config(&folder.path().join("node"), listen, ("ORTHANC", orthanc.dicom), more);
    let node = TestNode::start_with(&text, Arc::new(Echoing::default()));
    let mut peer = Peer::associated(node.address);
    for instance in 1..=3 {
        assert_eq!(peer.store(&film_of(instance, 100, 5, &[])), 0);
    }
    peer.release();
    node.wait_for("done", 3);
    assert_eq!(orthanc.modalities().len(), 1);
    wait_until("the report is noted", || {
        node.overview().associations.iter().any(|one| {
            one.outcome == "released" && one.direction == "in" && one.peer.starts_with("ORTHANC")
        })
    });
}

/// The node reports on an association of its own.
#[test]
#[ignore = "needs Orthanc and dcmtk"]
fn orthanc_is_told_that_its_film_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let listen = free_port();
    let orthanc = Orthanc::start(folder.path(), listen);
    let text = config(&folder.path().join("node"), listen, ("ORTHANC", orthanc.dicom), "");
    let node = TestNode::start_with(&text, Arc::new(Echoing::default()));
    let stored = orthanc.ask("POST", "/instances", &film_of(1, 100, 5, &[]));
    let stored: serde_json::Value = serde_json::from_str(&stored).unwrap();
    let id = stored["ID"].as_str().unwrap();
    orthanc.ask("POST", "/modalities/koniscope/store", id.as_bytes());
    let asked = format!(r#"{{"Resources":["{id}"]}}"#);
    let asked = orthanc.ask("POST", "/modalities/koniscope/storage-commitment", asked.as_bytes());
    let asked: serde_json::Value = serde_json::from_str(&asked).unwrap();
    let transaction = format!("/storage-commitment/{}", asked["ID"].as_str().unwrap());
    wait_until("the report of storage commitment is there", || {
        !orthanc.ask("GET", &transaction, b"").contains("Pending")
    });
    let told = orthanc.ask("GET", &transaction, b"");
    assert!(told.contains(r#""Status" : "Success""#), "{told}");
    node.wait_for("done", 1);
}
