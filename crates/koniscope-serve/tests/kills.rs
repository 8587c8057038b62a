//! The node is killed again and again while films arrive and the destination goes up and down: no film that
//! was acknowledged is lost, none has two results, and the queue drains.
//!
//! `KONISCOPE_KILLS=200 cargo test --release -p koniscope-serve --test kills -- --nocapture` kills more often
//! than the usual 10 times, with five films for every two kills.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use common::{Echoing, Peer, TestNode, film_of, request, store_command, value};
use dicom_ul::pdu::Pdu;
use koniscope::report::Failure;
use koniscope_serve::{
    command::{self, element},
    config::Config,
    reading::{FilmReader, ResultObject},
    scu, status,
};

/// Names the configuration of the process that is to be killed: this test's own program, started once more.
const VICTIM: &str = "KONISCOPE_KILL_THIS_NODE";

/// A double that takes its time, so that it is killed while it reads.
struct Slow(Echoing);

impl FilmReader for Slow {
    fn read(&self, film: &Path, results: &Path, name: &str) -> Result<Vec<ResultObject>, Failure> {
        thread::sleep(Duration::from_millis(30));
        self.0.read(film, results, name)
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The status with which a film was answered, if it was.
fn try_store(to: SocketAddr, file: &[u8]) -> Option<u16> {
    let stream = TcpStream::connect(to).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut peer = Peer { stream };
    peer.send(&request("TESTER", "KONISCOPE"));
    let Some(Pdu::AssociationAC(_)) = peer.receive() else { return None };
    let object = scu::data_set(file).unwrap();
    peer.send_command(3, &store_command(&object.class, &object.instance));
    peer.send(&Pdu::PData { data: vec![value(3, false, object.bytes, true)] });
    let Some(Pdu::PData { data }) = peer.receive() else { return None };
    let status = command::Command::parse(&data[0].data).unwrap().get(element::STATUS);
    peer.send(&Pdu::ReleaseRQ);
    peer.receive();
    status
}

fn victim(config: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kills_lose_nothing"])
        .env(VICTIM, config)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn kills_lose_nothing() {
    if let Ok(config) = std::env::var(VICTIM) {
        let _node = TestNode::start_with(&config, Arc::new(Slow(Echoing::default())));
        loop {
            thread::sleep(Duration::from_secs(60));
        }
    }
    let kills: usize =
        std::env::var("KONISCOPE_KILLS").map_or(10, |number| number.parse().unwrap());
    let films = kills * 5 / 2;
    let folder = tempfile::tempdir().unwrap();
    let (own, archive_port) = (free_port(), free_port());
    let archive_text = format!(
        "[node]\nae_title = \"PACS\"\nlisten = \"127.0.0.1:{archive_port}\"\nreserve_mb = 1\nfolder = {:?}\n\
         [[rules]]\nmodality = [\"NONE\"]\n",
        folder.path().join("archive")
    );
    let archive = || TestNode::start_with(&archive_text, Arc::new(Echoing::default()));
    let text = format!(
        "[node]\nae_title = \"KONISCOPE\"\nlisten = \"127.0.0.1:{own}\"\nreserve_mb = 1\naccept_any_caller = true\n\
         folder = {:?}\n[peers.pacs]\nae_title = \"PACS\"\naddress = \"127.0.0.1:{archive_port}\"\n\
         [[destinations]]\npeer = \"pacs\"\n[retries]\nattempts = 100000\nfirst_s = 1\nlongest_s = 1\n",
        folder.path().join("node")
    );
    let killed = Arc::new(AtomicUsize::new(0));
    let progress = Arc::clone(&killed);
    let to = SocketAddr::from(([127, 0, 0, 1], own));
    let sender = thread::spawn(move || {
        let mut refused = 0;
        for i in 0..films {
            // Films arrive all the while.
            while i * kills > (progress.load(Ordering::Relaxed) + 1) * films {
                thread::sleep(Duration::from_millis(5));
            }
            let file = film_of(i as u128 + 1, 100, i as u16, &[]);
            while try_store(to, &file) != Some(0) {
                refused += 1;
                thread::sleep(Duration::from_millis(10));
            }
        }
        refused
    });
    let begun = Instant::now();
    let mut up = Some(archive());
    let mut random = 1u64;
    for kill in 0..kills {
        let mut node = victim(&text);
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        thread::sleep(Duration::from_millis(100 + (random >> 33) % 500));
        node.kill().unwrap();
        node.wait().unwrap();
        killed.store(kill + 1, Ordering::Relaxed);
        match kill % 7 {
            2 => drop(up.take()),
            4 if up.is_none() => up = Some(archive()),
            _ => {}
        }
    }
    let mut node = victim(&text);
    let archive = up.unwrap_or_else(archive);
    let refused = sender.join().unwrap();
    let config = Config::parse(&text).unwrap();
    let films = films as i64;
    let until = Instant::now() + Duration::from_secs(300);
    let done = loop {
        let found = archive.block_on(status::status(&config)).unwrap().store.films;
        let done = found.iter().find(|count| count.state == "done").map_or(0, |c| c.number);
        if done == films || Instant::now() > until {
            break found;
        }
        thread::sleep(Duration::from_millis(100));
    };
    node.kill().unwrap();
    node.wait().unwrap();
    assert!(done.len() == 1 && done[0].state == "done" && done[0].number == films, "{done:?}");
    // The archive holds every result once: other bytes under a known UID would be failed there.
    let held = archive.overview().films;
    assert!(held.len() == 1 && held[0].state == "passed over", "{held:?}");
    assert_eq!(held[0].number, films);
    #[expect(clippy::print_stdout, reason = "the figures of the run")]
    {
        let seconds = begun.elapsed().as_secs();
        println!(
            "{kills} kills, {films} films, {refused} refused attempts, nothing lost, {seconds} s"
        );
    }
}
