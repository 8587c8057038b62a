//! Films pulled from Orthanc and from dcmtk's archive, on loopback.
#![allow(clippy::unwrap_used)]

mod common;

use std::{path::Path, sync::Arc};

use common::{
    Echoing, TestNode,
    archive::{Held, held},
    real::{Orthanc, dcmqrscp, free_port},
};
use koniscope_serve::{
    config::Config,
    pull::{Method, Outcome, Plan, Pull, Wanted},
};
use tokio::sync::watch;

fn films() -> Vec<Held> {
    vec![
        held(1, ["1.2.1", "1.2.1.1", "DX", "CHEST"]),
        held(2, ["1.2.1", "1.2.1.1", "DX", "CHEST"]),
        held(3, ["1.2.1", "1.2.1.2", "CT", "CHEST"]),
        held(4, ["1.2.2", "1.2.2.1", "CR", "CHEST"]),
    ]
}

fn config(folder: &Path, listen: u16, (title, port): (&str, u16)) -> String {
    format!(
        "[node]\nae_title = \"KONISCOPE\"\nlisten = \"127.0.0.1:{listen}\"\nreserve_mb = 1\nfolder = {folder:?}\n\
         [peers.pacs]\nae_title = \"{title}\"\naddress = \"127.0.0.1:{port}\"\n"
    )
}

fn pull(node: &TestNode, config: &str, wanted: Wanted, method: Option<Method>) -> (Plan, Outcome) {
    let config = Arc::new(Config::parse(config).unwrap());
    node.block_on(async {
        let stop = watch::channel(false).1;
        let log = Arc::new(|_: &str| {});
        let pull = Pull::new(config, "pacs", wanted, (method, None), log, stop).await.unwrap();
        let plan = pull.find().await.unwrap();
        let outcome = pull.fetch(&plan, &mut |_| {}).await.unwrap();
        assert_eq!(outcome.failed.len(), 0, "{outcome:?}");
        (plan, outcome)
    })
}

/// Pulls one film, then the rest, and nothing a third time.
fn pulls_all(folder: &Path, peer: (&str, u16), listen: u16, method: Option<Method>, by: &str) {
    let config = config(&folder.join("node"), listen, peer);
    let node = TestNode::start_with(&config, Arc::new(Echoing::default()));
    let of = |study: &str| Wanted { study_uid: Some(study.into()), ..Wanted::default() };
    let first = Wanted { limit: Some(1), ..of("1.2.1") };
    for (wanted, studies, came) in [
        (first, 1, 1),
        (of("1.2.1"), 1, 1),
        (of("1.2.2"), 1, 1),
        (of("1.2.1"), 1, 0),
        (of("1.2.9"), 0, 0),
    ] {
        let (plan, outcome) = pull(&node, &config, wanted, method);
        assert_eq!((plan.by, plan.studies.len(), outcome.came), (by, studies, came));
    }
    node.wait_for("done", 3);
    let named = Wanted { patient_id: Some("NOBODY".into()), ..Wanted::default() };
    assert_eq!(pull(&node, &config, named, method).0.studies.len(), 0);
}

#[test]
#[ignore = "needs Orthanc and dcmtk"]
fn orthanc_gives_its_films_by_c_get_and_c_move() {
    for (method, by) in [(None, "C-GET"), (Some(Method::Move), "C-MOVE")] {
        let folder = tempfile::tempdir().unwrap();
        let listen = free_port();
        let orthanc = Orthanc::start(folder.path(), listen);
        for film in films() {
            orthanc.ask("POST", "/instances", &film.file);
        }
        pulls_all(folder.path(), ("ORTHANC", orthanc.dicom), listen, method, by);
    }
}

#[test]
#[ignore = "needs dcmtk"]
fn dcmqrscp_gives_its_films_by_c_get_and_c_move() {
    for (method, by) in [(None, "C-GET"), (Some(Method::Move), "C-MOVE")] {
        let folder = tempfile::tempdir().unwrap();
        let (listen, port) = (free_port(), free_port());
        let _archive = dcmqrscp(folder.path(), port, listen, &films());
        pulls_all(folder.path(), ("ARCHIVE", port), listen, method, by);
    }
}
