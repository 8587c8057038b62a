//! Orthanc and dcmtk as peers, on loopback.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use common::{
    Echoing, TestNode, film_of,
    real::{Orthanc, free_port, listens, run, start},
};
use koniscope::{decode, model::Device, reader::load_reader};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
#[ignore = "needs Orthanc and dcmtk"]
fn orthanc_routes_a_film_and_finds_its_results_in_the_same_study() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let orthanc = Orthanc::start(folder.path(), port);
    let address = format!("127.0.0.1:{}", orthanc.dicom);
    let text = format!(
        "[node]\nae_title = \"KONISCOPE\"\nlisten = \"127.0.0.1:{port}\"\nfolder = {:?}\nreserve_mb = 1\n\
         [peers.orthanc]\nae_title = \"ORTHANC\"\naddress = \"{address}\"\n[[destinations]]\npeer = \"orthanc\"\n",
        folder.path().join("node")
    );
    let models = repository().join("models");
    let reader = load_reader(&models, &Device::cpu(), None).unwrap();
    let node = TestNode::start_with(&text, Arc::new(reader));

    orthanc.ask("POST", "/modalities/koniscope/echo", b"{}");

    let film = fs::read(repository().join("samples/00003507_000.dcm")).unwrap();
    let stored: serde_json::Value =
        serde_json::from_str(&orthanc.ask("POST", "/instances", &film)).unwrap();
    let (studies, before) = (orthanc.studies(), orthanc.modalities().len());
    let begun = Instant::now();
    let id = stored["ID"].as_str().unwrap();
    orthanc.ask("POST", "/modalities/koniscope/store", id.as_bytes());
    node.wait_for("done", 1);
    let results = folder.path().join("node/results/00000001");
    assert!(results.join("reading.json").is_file());
    let objects = fs::read_dir(&results).unwrap().filter(|entry| {
        entry.as_ref().is_ok_and(|entry| entry.path().extension().is_some_and(|e| e == "dcm"))
    });
    let objects = objects.count();
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(objects >= 2, "{objects} objects");
    assert_eq!(orthanc.modalities().len(), before + objects, "{:?}", orthanc.modalities());
    assert!(orthanc.modalities().contains(&"SEG".to_owned()));
    assert_eq!(orthanc.studies(), studies);

    // The same again: nothing new, neither here nor there.
    orthanc.ask("POST", "/modalities/koniscope/store", id.as_bytes());
    thread::sleep(Duration::from_millis(500));
    assert_eq!(orthanc.modalities().len(), before + objects);
    assert_eq!(node.films("done"), 1);
}

#[test]
#[ignore = "needs dcmtk"]
fn storescu_sends_every_syntax_and_the_pixels_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let node = TestNode::start(&folder.path().join("node"), "", Arc::new(Echoing::default()));
    let port = node.address.port().to_string();
    let conversions: [(&str, &[&str], &str); 6] = [
        ("dcmconv", &["+te"], "-xe"),
        ("dcmconv", &["+ti"], "-xi"),
        ("dcmconv", &["+tb"], "-xb"),
        ("dcmconv", &["+td"], "-xd"),
        ("dcmcjpeg", &["+e1"], "-xs"),
        ("dcmcrle", &[], "-xr"),
    ];
    for (i, (program, options, proposal)) in conversions.iter().enumerate() {
        let (from, to) = (folder.path().join("from.dcm"), folder.path().join("to.dcm"));
        let original = film_of(i as u128 + 1, 100, 40 * i as u16 + 5, &[]);
        fs::write(&from, &original).unwrap();
        let files = [from.to_str().unwrap(), to.to_str().unwrap()];
        let (well, said) = run(program, &[*options, &files].concat());
        assert!(well, "{program}: {said}");
        let arguments = [proposal, "-aec", "KONISCOPE", "127.0.0.1", &port, files[1]];
        let (well, said) = run("storescu", &arguments);
        assert!(well, "{proposal}: {said}");
        node.wait_for("done", i as i64 + 1);
        let result = folder.path().join(format!("node/results/{:08}/sc.dcm", i + 1));
        let limits = decode::Limits::default();
        let came = decode::decode(&fs::read(result).unwrap(), &limits).unwrap();
        assert_eq!(came.stored, decode::decode(&original, &limits).unwrap().stored, "{proposal}");
    }
}

#[test]
#[ignore = "needs dcmtk"]
fn echoscu_is_answered_and_told_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let node = TestNode::start(folder.path(), "", Arc::new(Echoing::default()));
    let port = node.address.port().to_string();
    let (well, said) = run("echoscu", &["-aec", "KONISCOPE", "127.0.0.1", &port]);
    assert!(well, "{said}");
    let (well, said) = run("echoscu", &["-aec", "OTHER", "127.0.0.1", &port]);
    assert!(!well && said.contains("Called AE Title Not Recognized"), "{said}");
    let (well, said) = run("echoscu", &["--abort", "-aec", "KONISCOPE", "127.0.0.1", &port]);
    assert!(well, "{said}");
    assert!(node.outcome(3).contains("aborted"));
}

#[test]
#[ignore = "needs dcmtk"]
fn storescp_takes_large_films_in_small_pdus() {
    for pdu in ["4096", "16384"] {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let to = folder.path().join("to");
        fs::create_dir_all(&to).unwrap();
        let arguments =
            ["-aet", "PACS", "-pdu", pdu, "-od", to.to_str().unwrap(), &port.to_string()];
        let _scp = start("storescp", &arguments);
        listens(port);
        let more = format!(
            "[peers.pacs]\nae_title = \"PACS\"\naddress = \"127.0.0.1:{port}\"\n[peers.sender]\nae_title = \"STORESCU\"\n\
             address = \"127.0.0.1:1\"\n[[destinations]]\npeer = \"pacs\"\n"
        );
        let node =
            TestNode::start(&folder.path().join("node"), &more, Arc::new(Echoing::default()));
        let film = film_of(1, 700, 9, &[]);
        let file = folder.path().join("film.dcm");
        fs::write(&file, &film).unwrap();
        let node_port = node.address.port().to_string();
        let arguments = ["-aec", "KONISCOPE", "127.0.0.1", &node_port, file.to_str().unwrap()];
        let (well, said) = run("storescu", &arguments);
        assert!(well, "{said}");
        node.wait_for("done", 1);
        let came = fs::read_dir(&to).unwrap().next().unwrap().unwrap().path();
        let limits = decode::Limits::default();
        let came = decode::decode(&fs::read(came).unwrap(), &limits).unwrap();
        assert_eq!(came.stored, decode::decode(&film, &limits).unwrap().stored);
    }
}
