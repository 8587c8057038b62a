//! Storage commitment: destinations that promise, refuse or are silent, and reports that the node owes.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use common::{Echoing, IMPLICIT, Peer, TestNode, film, real::free_port, value};
use dicom_ul::pdu::{
    AssociationAC, Pdu, PresentationContextResult, PresentationContextResultReason,
    UserVariableItem,
};
use koniscope_dicom::uids;
use koniscope_serve::{
    command::{Command, element, field},
    commitment::{Asked, Report},
};

const COMMITMENT: &str = uids::STORAGE_COMMITMENT_PUSH_MODEL;

/// What a destination does with a request to keep objects.
#[derive(Clone, Copy, PartialEq)]
enum Script {
    /// It reports on the same association: all is kept, or nothing.
    Same { keeps: bool },
    /// It reports before it answers.
    Early,
    /// It answers, and never reports.
    Silent,
    /// It does not take the request.
    Status(u16),
    /// It does not offer it.
    Unoffered,
}

/// Takes associations on which all classes are taken in their first transfer syntax.
fn accept(peer: &mut Peer, script: Script) -> Option<()> {
    let Some(Pdu::AssociationRQ(request)) = peer.receive() else { return None };
    let result = |context: &dicom_ul::pdu::PresentationContextProposed| {
        use PresentationContextResultReason as Reason;
        let is_taken = script != Script::Unoffered || context.abstract_syntax != COMMITMENT;
        let reason = if is_taken { Reason::Acceptance } else { Reason::AbstractSyntaxNotSupported };
        let transfer_syntax = context.transfer_syntaxes[0].clone();
        PresentationContextResult { id: context.id, reason, transfer_syntax }
    };
    let is_role =
        |item: &&UserVariableItem| matches!(item, UserVariableItem::ScuScpRoleSelectionSubItem(..));
    let roles = request.user_variables.iter().filter(is_role).cloned();
    peer.send(&Pdu::AssociationAC(AssociationAC {
        protocol_version: 1,
        calling_ae_title: request.calling_ae_title,
        called_ae_title: request.called_ae_title,
        application_context_name: request.application_context_name,
        presentation_contexts: request.presentation_contexts.iter().map(result).collect(),
        user_variables: [UserVariableItem::MaxLength(0)].into_iter().chain(roles).collect(),
    }));
    Some(())
}

/// The next message; nothing after release or abort.
fn message(peer: &mut Peer) -> Option<(u8, Command, Vec<u8>)> {
    let (context, command) = match peer.receive()? {
        Pdu::PData { data } => {
            (data[0].presentation_context_id, Command::parse(&data[0].data).unwrap())
        }
        Pdu::ReleaseRQ => {
            peer.send(&Pdu::ReleaseRP);
            return None;
        }
        _ => return None,
    };
    let mut bytes = Vec::new();
    while command.has_data_set() {
        let Some(Pdu::PData { data }) = peer.receive() else { return None };
        bytes.extend(&data[0].data);
        if data[0].is_last {
            break;
        }
    }
    Some((context, command, bytes))
}

/// A destination, until the test ends: its address, and how many objects were stored there.
fn destination(script: Script) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let stored = Arc::new(AtomicUsize::new(0));
    let shared = Arc::clone(&stored);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut peer = Peer { stream: stream.unwrap() };
            peer.stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            if accept(&mut peer, script).is_some() {
                while play(&mut peer, script, &shared).is_some() {}
            }
        }
    });
    (address, stored)
}

fn play(peer: &mut Peer, script: Script, stored: &AtomicUsize) -> Option<()> {
    let (context, command, bytes) = message(peer)?;
    let well = Command::answer(&command, 0);
    if command.get(element::FIELD)? == field::STORE {
        stored.fetch_add(1, Ordering::Relaxed);
        peer.send_command(context, &well);
        return Some(());
    }
    // Explicit comes first in no proposal of this class.
    let asked = Asked::read(&bytes, IMPLICIT).unwrap();
    let keeps = script != Script::Same { keeps: false };
    let report = asked.report(&vec![keeps; asked.objects.len()]);
    let (event, bytes) = report.message(IMPLICIT).unwrap();
    let tell = |peer: &mut Peer| {
        peer.send_command(context, &event);
        peer.send(&Pdu::PData { data: vec![value(context, false, &bytes, true)] });
    };
    match script {
        Script::Status(status) => peer.send_command(context, &Command::answer(&command, status)),
        Script::Silent | Script::Unoffered => peer.send_command(context, &well),
        Script::Same { .. } => {
            peer.send_command(context, &well);
            tell(peer);
            assert_eq!(peer.status(), 0);
        }
        Script::Early => {
            tell(peer);
            peer.send_command(context, &well);
            assert_eq!(peer.status(), 0);
        }
    }
    Some(())
}

fn with_destination(script: Script, more: &str, test: impl FnOnce(&TestNode, usize)) {
    let folder = tempfile::tempdir().unwrap();
    let (address, stored) = destination(script);
    let more = format!(
        "accept_any_caller = true\n[peers.pacs]\nae_title = \"PACS\"\naddress = \"{address}\"\n\
         [[destinations]]\npeer = \"pacs\"\ncommitment = true\n[retries]\nfirst_s = 0\nattempts = 2\n{more}\n"
    );
    let node = TestNode::start(folder.path(), &more, Arc::new(Echoing::default()));
    let mut peer = Peer::associated(node.address);
    assert_eq!(peer.store(&film(1)), 0);
    peer.release();
    node.wait_for(
        if matches!(script, Script::Same { keeps: true } | Script::Early) {
            "done"
        } else {
            "failed"
        },
        1,
    );
    test(&node, stored.load(Ordering::Relaxed));
    node.echoes();
}

#[test]
fn an_object_is_done_once_the_destination_keeps_it() {
    for script in [Script::Same { keeps: true }, Script::Early] {
        with_destination(script, "", |node, stored| {
            assert_eq!((stored, node.films("failed")), (1, 0));
        });
    }
}

#[test]
fn what_is_not_kept_fails_with_its_reason() {
    let silent = "[timeouts]\ncommitment_s = 1\n";
    for (script, more, objects, told) in [
        (Script::Same { keeps: false }, "", 1, "does not keep it: reason 0112"),
        (Script::Silent, silent, 2, "the peer never said that it keeps it"),
        (Script::Status(0x0110), "", 2, "status 0110 (processing failure)"),
        (Script::Status(0x0124), "", 1, "status 0124 (not authorized)"),
        (Script::Unoffered, "", 2, "the peer takes none of the 2 kinds of objects proposed"),
    ] {
        with_destination(script, more, |node, stored| {
            let failed = node.overview().failed;
            assert!(failed[0].reason.contains(told), "{told}: {}", failed[0].reason);
            assert_eq!(stored, objects, "{told}");
        });
    }
}

/// Asks the node, as a peer with an address, to keep film 1.
fn ask(node: &TestNode) {
    let mut peer = Peer::associated(node.address);
    assert_eq!(peer.store(&film(1)), 0);
    let objects = vec![(common::DX.to_owned(), "2.25.1".to_owned())];
    let asked = Asked { transaction: "2.25.99".into(), objects };
    let (action, bytes) = asked.message(IMPLICIT).unwrap();
    peer.send_command(5, &action.number(element::MESSAGE, 3));
    peer.send(&Pdu::PData { data: vec![value(5, false, &bytes, true)] });
    assert_eq!(peer.status(), 0);
    peer.release();
}

fn owing(folder: &Path, port: u16) -> TestNode {
    let more = format!(
        "[peers.tester]\nae_title = \"TESTER\"\naddress = \"127.0.0.1:{port}\"\n[retries]\nfirst_s = 1\n"
    );
    TestNode::start(folder, &more, Arc::new(Echoing::default()))
}

#[test]
fn a_report_that_is_owed_outlives_the_node() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let node = owing(folder.path(), port);
    ask(&node);
    // The peer is not there: the report waits.
    common::real::wait_until("an attempt failed", || {
        node.log.lock().unwrap().iter().any(|line| line.contains("no report of storage commitment"))
    });
    drop(node);
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let node = owing(folder.path(), port);
    let mut peer = Peer { stream: listener.accept().unwrap().0 };
    peer.stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    accept(&mut peer, Script::Silent).unwrap();
    let (context, command, bytes) = message(&mut peer).unwrap();
    assert_eq!(command.get(element::FIELD), Some(field::EVENT_REPORT));
    let report = Report::read(&bytes, IMPLICIT).unwrap();
    assert_eq!(
        (report.transaction.as_str(), report.held.len(), report.failed.len()),
        ("2.25.99", 1, 0)
    );
    peer.send_command(context, &Command::answer(&command, 0));
    assert!(message(&mut peer).is_none());
    let reports = || {
        node.overview()
            .reports
            .iter()
            .map(|one| format!("{} {}", one.number, one.state))
            .collect::<Vec<_>>()
    };
    common::real::wait_until("the report is noted", || reports() == ["1 done"]);
}

#[test]
fn a_report_that_nobody_asked_for_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let node = TestNode::start(folder.path(), "", Arc::new(Echoing::default()));
    let mut peer = Peer::associated(node.address);
    let pair = (common::DX.to_owned(), "2.25.1".to_owned());
    let report = Report { transaction: "2.25.5".into(), held: vec![pair], failed: Vec::new() };
    let (event, bytes) = report.message(IMPLICIT).unwrap();
    for (bytes, status) in [(&bytes[..], 0x0110), (&[0xFF; 30], 0x0110)] {
        peer.send_command(5, &event);
        peer.send(&Pdu::PData { data: vec![value(5, false, bytes, true)] });
        assert_eq!(peer.status(), status);
    }
    peer.release();
    node.echoes();
}
