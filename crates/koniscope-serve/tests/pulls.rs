//! Films pulled from archives by script: they come once, or fail for a reason that is told with its remedy.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use common::{
    Echoing, TestNode,
    archive::{Held, Script, archive, held, held_of},
    real::free_port,
};
use koniscope_serve::{
    config::Config,
    pull::{Method, Outcome, Plan, Pull, PullError, Standing, Wanted},
};
use tokio::sync::watch;

/// Two studies with three films of the chest, and series that are not wanted.
fn films() -> Vec<Held> {
    vec![
        held(1, ["1.2.1", "1.2.1.1", "DX", "CHEST"]),
        held(2, ["1.2.1", "1.2.1.1", "DX", "CHEST"]),
        held(3, ["1.2.1", "1.2.1.2", "CT", "CHEST"]),
        held(4, ["1.2.2", "1.2.2.1", "CR", ""]),
        held(5, ["1.2.2", "1.2.2.2", "DX", "HAND"]),
    ]
}

fn text(folder: &Path, archive: SocketAddr, listen: SocketAddr) -> String {
    format!(
        "[node]\nae_title = \"KONISCOPE\"\nlisten = \"{listen}\"\nreserve_mb = 1\nfolder = {folder:?}\n\
         accept_any_caller = true\n[peers.pacs]\nae_title = \"PACS\"\naddress = \"{archive}\"\n\
         [timeouts]\nassociation_s = 2\nmessage_s = 2\nretrieve_s = 2\n"
    )
}

fn nowhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], free_port()))
}

fn of_date() -> Wanted {
    Wanted { study_date: Some("20261130".into()), ..Wanted::default() }
}

/// One pull: what was found, and what came.
fn pull_to(
    config: &str,
    wanted: Wanted,
    to: (Option<Method>, Option<PathBuf>),
    stop: watch::Receiver<bool>,
) -> Result<(Plan, Outcome), PullError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let config = Arc::new(Config::parse(config).unwrap());
    runtime.block_on(async {
        let pull = Pull::new(config, "pacs", wanted, to, Arc::new(|_: &str| {}), stop).await?;
        let plan = pull.find().await?;
        let mut through = 0;
        let outcome = pull.fetch(&plan, &mut |films| through += films).await?;
        assert!(through >= outcome.came, "{through} of {}", outcome.came);
        Ok((plan, outcome))
    })
}

fn pull(config: &str, wanted: Wanted) -> Result<(Plan, Outcome), PullError> {
    pull_to(config, wanted, (None, None), watch::channel(false).1)
}

#[test]
fn films_come_once_by_c_get_and_are_read_by_the_node() {
    let folder = tempfile::tempdir().unwrap();
    let (address, sent) = archive(films(), Script::Get);
    let config = text(folder.path(), address, nowhere());
    // One at first: of a series, so by itself.
    let (plan, outcome) = pull(&config, Wanted { limit: Some(1), ..of_date() }).unwrap();
    let number = |plan: &Plan| {
        [Standing::Coming, Standing::Held, Standing::Beyond].map(|standing| plan.number(standing))
    };
    assert_eq!((number(&plan), plan.by, plan.series_left_out), ([1, 0, 2], "C-GET", 2));
    assert!(plan.text().contains("2 studies, 3 films, 1 to come by C-GET"), "{}", plan.text());
    assert_eq!((outcome.came, outcome.failed.len(), sent.load(Ordering::Relaxed)), (1, 0, 1));
    // The rest goes into the same queue, beside the running node.
    let reader = Arc::new(Echoing::default());
    let node = TestNode::start_with(&config, reader.clone());
    let (plan, outcome) = pull(&config, of_date()).unwrap();
    assert_eq!((number(&plan), outcome.came), ([2, 1, 0], 2));
    assert_eq!(sent.load(Ordering::Relaxed), 3);
    node.wait_for("done", 3);
    assert_eq!(reader.read.lock().unwrap().len(), 3);
    let noted = node.overview().associations;
    assert!(noted.iter().any(|one| one.objects == 2 && one.outcome == "pulled, released"));
    // Nothing is left to come.
    let (plan, outcome) = pull(&config, of_date()).unwrap();
    assert_eq!((number(&plan), outcome.came, sent.load(Ordering::Relaxed)), ([0, 3, 0], 0, 3));
}

#[test]
fn films_come_into_a_folder_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (address, sent) = archive(films(), Script::Get);
    let config = text(&folder.path().join("node"), address, nowhere());
    let out = folder.path().join("out");
    let to = || (Some(Method::Get), Some(out.clone()));
    let wanted = Wanted { modalities: vec!["CR".into()], ..of_date() };
    let (_, outcome) = pull_to(&config, wanted, to(), watch::channel(false).1).unwrap();
    assert_eq!(outcome.came, 1);
    let (_, outcome) = pull_to(&config, of_date(), to(), watch::channel(false).1).unwrap();
    assert_eq!((outcome.came, sent.load(Ordering::Relaxed)), (2, 3));
    for film in films().iter().filter(|film| [1, 2, 4].contains(&film.instance)) {
        let came = fs::read(out.join(format!("2.25.{}.dcm", film.instance))).unwrap();
        let data = |file: &[u8]| koniscope_serve::scu::data_set(file).unwrap().bytes.to_vec();
        assert_eq!(data(&came), data(&film.file));
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), 3);
    assert!(!folder.path().join("node").exists());
}

#[test]
fn films_come_by_c_move_to_the_running_node() {
    let folder = tempfile::tempdir().unwrap();
    let own = nowhere();
    let (address, sent) = archive(films(), Script::Move(own));
    let config = text(folder.path(), address, own);
    let error = pull(&config, of_date()).unwrap_err().to_string();
    assert!(
        error.contains("none listens on") && error.contains("start `koniscope serve`"),
        "{error}"
    );
    let node = TestNode::start_with(&config, Arc::new(Echoing::default()));
    let (plan, outcome) = pull(&config, of_date()).unwrap();
    assert_eq!((plan.by, outcome.came, outcome.failed.len()), ("C-MOVE", 3, 0));
    node.wait_for("done", 3);
    assert_eq!(sent.load(Ordering::Relaxed), 3);
    // Not into a folder, and not by a way that the peer does not have.
    let to = |method, out: Option<&str>| (method, out.map(|out| folder.path().join(out)));
    for (to, told) in [
        (to(Some(Method::Move), Some("out")), "not into a folder"),
        (to(None, Some("out")), "by C-MOVE alone"),
        (to(Some(Method::Get), None), "does not send films by C-GET"),
    ] {
        let wanted = Wanted { study_uid: Some("1.2.1".into()), ..Wanted::default() };
        fs::remove_dir_all(folder.path().join("out")).ok();
        let held = Wanted { modalities: vec!["CT".into()], ..wanted };
        let error = pull_to(&config, held, to, watch::channel(false).1).unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
    }
}

#[test]
fn archives_that_fail_are_named_with_what_helps() {
    for (script, told) in [
        (Script::NoRole, "sends films neither by C-GET nor by C-MOVE"),
        (Script::FindStatus(0xA700), "status A700 (out of resources); the peer is short"),
        (Script::FindStatus(0x0124), "not authorized); have the peer allow it"),
        (Script::FindStatus(0xC001), "cannot understand what was sent); see the peer's log"),
        (
            Script::FindStall,
            "2 s passed while the answer to a message was awaited; the peer is slow",
        ),
        (Script::FindGarbage, "an answer that cannot be read (damaged: "),
        (Script::FindEndless { obeys: false }, "found more than 10000; ask for less"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (address, _) = archive(films(), script);
        let config = text(folder.path(), address, nowhere());
        let error = pull(&config, of_date()).unwrap_err().to_string();
        assert!(error.contains(told), "{script:?}: {error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let config = text(folder.path(), nowhere(), nowhere());
    let error = pull(&config, of_date()).unwrap_err().to_string();
    assert!(error.contains("no connection") && error.contains("whether the peer runs"), "{error}");
}

#[test]
fn films_that_do_not_come_are_told_one_by_one() {
    for (script, came, failed, told) in [
        (
            Script::RetrieveStatus(0xA801),
            0,
            3,
            "not know where to send to); add this node's AE title",
        ),
        (Script::RetrieveStatus(0xB000), 0, 3, "the peer did not send it"),
        (Script::Break, 1, 2, "closed the connection without release; see the peer's log"),
        (
            Script::OtherUid,
            0,
            3,
            "it was refused here: command and data set name different objects",
        ),
        (Script::Lazy, 2, 1, "the peer did not send it"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (address, _) = archive(films(), script);
        let config = text(folder.path(), address, nowhere());
        let (_, outcome) = pull(&config, of_date()).unwrap();
        assert_eq!((outcome.came, outcome.failed.len()), (came, failed), "{script:?}");
        for failure in &outcome.failed {
            assert!(failure.reason.contains(told), "{script:?}: {}", failure.reason);
        }
    }
}

#[test]
fn a_film_that_is_too_large_is_refused_and_the_others_come() {
    let folder = tempfile::tempdir().unwrap();
    let mut films = films();
    films[0] = held_of(1, 800, ["1.2.1", "1.2.1.1", "DX", "CHEST"]);
    let (address, _) = archive(films, Script::Get);
    let config = text(folder.path(), address, nowhere());
    let config = config.replace("reserve_mb = 1\n", "reserve_mb = 1\nmax_film_mb = 1\n");
    let (_, outcome) = pull(&config, of_date()).unwrap();
    assert_eq!((outcome.came, outcome.failed.len()), (2, 1));
    let failure = &outcome.failed[0];
    assert_eq!(failure.sop_instance_uid, "2.25.1");
    assert!(failure.reason.contains("larger than 1 MB"), "{}", failure.reason);
}

#[test]
fn a_pull_ends_soon_after_it_was_asked_to() {
    for (script, longest_s) in [(Script::FindEndless { obeys: true }, 3), (Script::FindStall, 8)] {
        let folder = tempfile::tempdir().unwrap();
        let (address, _) = archive(films(), script);
        let config =
            text(folder.path(), address, nowhere()).replace("message_s = 2", "message_s = 60");
        let (stop, stopped) = watch::channel(false);
        let asking = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            let _ = stop.send(true);
            std::thread::sleep(Duration::from_secs(15));
        });
        let begun = Instant::now();
        let error = pull_to(&config, of_date(), (None, None), stopped).unwrap_err().to_string();
        assert!(error.contains("given up, as was asked for"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(longest_s), "{:?}", begun.elapsed());
        drop(asking);
    }
}

#[test]
fn a_peer_that_is_not_named_and_a_wish_without_end_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let config = text(folder.path(), nowhere(), nowhere());
    let error = pull(&config, Wanted::default()).unwrap_err().to_string();
    assert!(error.contains("all of the archive"), "{error}");
    let error = Config::parse(&config).unwrap().peer("other").unwrap_err();
    assert!(error.contains("no peer other; it has: pacs"), "{error}");
}
