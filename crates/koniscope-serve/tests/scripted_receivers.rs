//! Receivers that do what others did in the field: results arrive, or fail for a reason that is shown.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use common::{Echoing, Peer, TestNode, film, film_of, value};
use dicom_ul::pdu::{
    AssociationAC, AssociationRJ, AssociationRJResult, AssociationRJServiceUserReason,
    AssociationRJSource, Pdu, PresentationContextResult, PresentationContextResultReason,
    UserVariableItem,
};
use koniscope_serve::command::{Command, element};

/// What the receiver does.
#[derive(Clone, Copy)]
enum Script {
    /// Takes all, in PDUs of at most so many bytes, with contexts of this transfer syntax alone.
    Take(u32, &'static str),
    /// Rejects the association.
    Reject,
    /// Takes no context.
    NoContext,
    /// Answers each store with a status.
    Status(u16),
    /// Answers nothing, at the association or at the message.
    Stall { associated: bool },
    /// Closes the connection in the middle of the data.
    Close,
    /// Closes it at this instance, and takes all others.
    CloseAt(&'static str),
}

/// What came, of each store: instance, context's syntax, bytes of the data set, greatest PDU, and whether the
/// data began in a PDU of its own. And how many associations, and how many released.
#[derive(Default)]
struct Came {
    stores: Vec<(String, String, usize, usize, bool)>,
    associations: usize,
    released: usize,
}

/// Runs a script for every association, until the test ends.
fn receiver(script: impl Fn(usize) -> Script + Send + 'static) -> (SocketAddr, Arc<Mutex<Came>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let came = Arc::new(Mutex::new(Came::default()));
    let shared = Arc::clone(&came);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let number = {
                let mut came = shared.lock().unwrap();
                came.associations += 1;
                came.associations
            };
            let peer = Peer { stream: stream.unwrap() };
            peer.stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            play(peer, script(number), &shared);
        }
    });
    (address, came)
}

fn play(mut peer: Peer, script: Script, came: &Mutex<Came>) {
    let Some(Pdu::AssociationRQ(request)) = peer.receive() else { return };
    let (limit, only) = match script {
        Script::Reject => {
            let reason = AssociationRJServiceUserReason::CallingAETitleNotRecognized;
            let source = AssociationRJSource::ServiceUser(reason);
            let result = AssociationRJResult::Permanent;
            peer.send(&Pdu::AssociationRJ(AssociationRJ { result, source }));
            return;
        }
        Script::Stall { associated: false } => {
            thread::sleep(Duration::from_secs(4));
            return;
        }
        Script::Take(limit, only) => (limit, only),
        _ => (16_384, ""),
    };
    let mut syntaxes = Vec::new();
    let results = request.presentation_contexts.iter().map(|context| {
        let syntax = &context.transfer_syntaxes[0];
        let is_taken = (only.is_empty() || syntax == only) && !matches!(script, Script::NoContext);
        syntaxes.push((context.id, syntax.clone()));
        let reason = if is_taken {
            PresentationContextResultReason::Acceptance
        } else {
            PresentationContextResultReason::TransferSyntaxesNotSupported
        };
        PresentationContextResult { id: context.id, reason, transfer_syntax: syntax.clone() }
    });
    let presentation_contexts = results.collect();
    peer.send(&Pdu::AssociationAC(AssociationAC {
        protocol_version: 1,
        calling_ae_title: request.calling_ae_title,
        called_ae_title: request.called_ae_title,
        application_context_name: request.application_context_name,
        presentation_contexts,
        user_variables: vec![UserVariableItem::MaxLength(limit)],
    }));
    let (mut command, mut bytes, mut greatest, mut own_pdu) = (None, 0, 0, true);
    loop {
        let data = match peer.receive() {
            Some(Pdu::PData { data }) => data,
            Some(Pdu::ReleaseRQ) => {
                came.lock().unwrap().released += 1;
                return peer.send(&Pdu::ReleaseRP);
            }
            _ => return,
        };
        let has_command =
            data.iter().any(|v| v.value_type == dicom_ul::pdu::PDataValueType::Command);
        own_pdu &= !(has_command && data.len() > 1);
        greatest = greatest.max(data.iter().map(|v| v.data.len() + 6).sum());
        for one in data {
            let context = one.presentation_context_id;
            if has_command {
                command = Some(Command::parse(&one.data).unwrap());
                continue;
            }
            bytes += one.data.len();
            let answered = match script {
                Script::Close => return,
                Script::CloseAt(instance)
                    if command
                        .as_ref()
                        .and_then(|it| it.uid(element::AFFECTED_INSTANCE))
                        .as_deref()
                        == Some(instance) =>
                {
                    return;
                }
                Script::Stall { .. } => {
                    thread::sleep(Duration::from_secs(4));
                    return;
                }
                Script::Status(status) => status,
                _ => 0,
            };
            if one.is_last {
                let command = command.take().unwrap();
                let syntax = syntaxes.iter().find(|(id, _)| *id == context).unwrap().1.clone();
                let instance = command.uid(element::AFFECTED_INSTANCE).unwrap();
                came.lock().unwrap().stores.push((instance, syntax, bytes, greatest, own_pdu));
                (bytes, greatest) = (0, 0);
                let answer = Command::answer(&command, answered).comment("by script");
                peer.send(&Pdu::PData { data: vec![value(context, true, &answer.bytes(), true)] });
            }
        }
    }
}

/// A node with this one destination; a film is stored in it and read.
fn with_destination(address: SocketAddr, retries: &str, test: impl FnOnce(&TestNode)) {
    let folder = tempfile::tempdir().unwrap();
    let more = format!(
        "accept_any_caller = true\n[peers.pacs]\nae_title = \"PACS\"\naddress = \"{address}\"\n[[destinations]]\npeer = \"pacs\"\n\
         [timeouts]\nassociation_s = 1\nmessage_s = 1\n[retries]\nfirst_s = 0\n{retries}\n"
    );
    let node = TestNode::start(folder.path(), &more, Arc::new(Echoing::default()));
    let mut peer = Peer::associated(node.address);
    assert_eq!(peer.store(&film_of(1, 150, 9, &[])), 0);
    peer.release();
    test(&node);
    node.echoes();
}

fn why_failed(node: &TestNode) -> String {
    node.wait_for("failed", 1);
    let failed = node.overview().failed;
    assert_eq!(failed[0].destination.as_deref(), Some("pacs"));
    format!("{} attempts: {}", failed[0].attempts, failed[0].reason)
}

#[test]
fn data_are_cut_to_the_peers_size_and_begin_in_a_pdu_of_their_own() {
    for limit in [4096, 16_384, 0] {
        let (address, came) = receiver(move |_| Script::Take(limit, ""));
        with_destination(address, "attempts = 1", |node| node.wait_for("done", 1));
        let came = came.lock().unwrap();
        let (instance, syntax, bytes, greatest, own_pdu) = &came.stores[0];
        assert_eq!((instance.as_str(), syntax.as_str()), ("2.25.1", common::EXPLICIT));
        assert!(*bytes > 45_000 && *own_pdu, "{bytes} bytes");
        assert!(limit == 0 || *greatest <= limit as usize, "a PDU of {greatest} for {limit}");
        assert_eq!((came.stores.len(), came.associations, came.released), (1, 1, 1));
    }
}

#[test]
fn an_object_is_written_anew_where_its_syntax_is_refused() {
    let (address, came) = receiver(|_| Script::Take(16_384, common::IMPLICIT));
    with_destination(address, "attempts = 1", |node| node.wait_for("done", 1));
    assert_eq!(came.lock().unwrap().stores[0].1, common::IMPLICIT);
}

#[test]
fn refusals_end_after_their_attempts_with_a_reason() {
    for (script, attempts, told) in [
        (Script::Reject, 3, "3 attempts: the peer rejected the association: calling AE title not"),
        (Script::NoContext, 3, "3 attempts: the peer takes none of the 2 kinds"),
        (
            Script::Status(0xA700),
            3,
            "3 attempts: the peer answered with status A700 (out of resources)",
        ),
        (Script::Status(0x0110), 3, "status 0110 (processing failure)"),
        // These cannot pass, so they are not tried again.
        (
            Script::Status(0xC000),
            1,
            "1 attempts: the peer answered with status C000 (it cannot understand",
        ),
        (Script::Status(0x0124), 1, "status 0124 (not authorized)"),
        (Script::Close, 3, "3 attempts: "),
        (
            Script::Stall { associated: false },
            1,
            "1 attempts: 1 s passed while the answer to our association",
        ),
        (
            Script::Stall { associated: true },
            1,
            "1 attempts: 1 s passed while the answer to a message",
        ),
    ] {
        let (address, came) = receiver(move |_| script);
        // One that stalls is deaf for a while: it is tried once.
        let most = if matches!(script, Script::Stall { .. }) { 1 } else { 3 };
        with_destination(address, &format!("attempts = {most}"), |node| {
            let why = why_failed(node);
            assert!(why.contains(told), "{told}: {why}");
            // A peer's own words may name a patient.
            assert!(!why.contains("by script"), "{why}");
        });
        assert_eq!(came.lock().unwrap().associations, attempts, "{told}");
    }
}

#[test]
fn a_stalled_peer_costs_less_than_twice_the_setting() {
    let (address, _) = receiver(|_| Script::Stall { associated: true });
    let begun = Instant::now();
    with_destination(address, "attempts = 1", |node| {
        why_failed(node);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    });
}

#[test]
fn a_destination_that_comes_back_gets_what_waited() {
    // Rejected, broken off, short of room, then well: tried on by itself.
    let (address, came) = receiver(|number| match number {
        1 => Script::Reject,
        2 => Script::Close,
        3 => Script::Status(0xA700),
        _ => Script::Take(16_384, ""),
    });
    with_destination(address, "attempts = 9", |node| node.wait_for("done", 1));
    assert_eq!(came.lock().unwrap().associations, 4);
}

#[test]
fn a_failed_object_goes_once_a_person_asks_for_it() {
    let (address, came) =
        receiver(
            |number| {
                if number == 1 { Script::Status(0xC000) } else { Script::Take(16_384, "") }
            },
        );
    with_destination(address, "attempts = 2", |node| {
        why_failed(node);
        assert_eq!(node.block_on(node.store.retry(0)), Ok(1));
        node.wait_for("done", 1);
    });
    assert_eq!(came.lock().unwrap().stores.len(), 2);
}

#[test]
fn an_object_that_ends_associations_fails_alone() {
    let (address, _) = receiver(|number| {
        // The others come meanwhile, and share the next association.
        thread::sleep(Duration::from_millis(if number == 1 { 700 } else { 0 }));
        Script::CloseAt("2.25.2")
    });
    with_destination(address, "attempts = 2", |node| {
        let mut peer = Peer::associated(node.address);
        for i in 2..=6 {
            assert_eq!(peer.store(&film(i)), 0);
        }
        peer.release();
        node.wait_for("done", 5);
        assert!(why_failed(node).starts_with("2 attempts"));
    });
}

#[test]
fn an_instance_that_the_peer_has_is_there() {
    let (address, _) = receiver(|_| Script::Status(0x0111));
    with_destination(address, "attempts = 1", |node| node.wait_for("done", 1));
}

#[test]
fn many_objects_share_an_association() {
    let (address, came) = receiver(|_| Script::Take(0, ""));
    with_destination(address, "attempts = 2", |node| {
        let mut peer = Peer::associated(node.address);
        for i in 2..=40 {
            assert_eq!(peer.store(&film(i)), 0);
        }
        peer.release();
        node.wait_for("done", 40);
    });
    let came = came.lock().unwrap();
    assert_eq!((came.stores.len(), came.released), (40, came.associations));
}
