//! Senders that do what others did in the field: a named outcome each, and the service goes on.
#![allow(clippy::unwrap_used)]

mod common;

use std::{sync::Arc, thread, time::Duration};

use common::{
    DX, EXPLICIT, Echoing, IMPLICIT, Peer, TestNode, bytes_of, film, film_of, proposal, request,
    request_with, store_command, value,
};
use dicom_ul::pdu::{AbortRQSource, Pdu, PresentationContextResultReason};
use koniscope_dicom::{VR, tags, uids};
use koniscope_serve::{
    command::{Command, element, field},
    scu,
};

const QUICK: &str = "[timeouts]\nassociation_s = 1\nmessage_s = 1\nidle_s = 1\n";

fn with_node(more: &str, test: impl FnOnce(&TestNode)) {
    let folder = tempfile::tempdir().unwrap();
    let node = TestNode::start(folder.path(), more, Arc::new(Echoing::default()));
    test(&node);
    node.echoes();
}

/// What a peer sends first, and the words of the outcome.
#[test]
fn what_is_no_association_is_named() {
    with_node(QUICK, |node| {
        let whole = bytes_of(&request("TESTER", "KONISCOPE"));
        let cases: [(&[u8], &str); 9] = [
            (b"", "left without a word"),
            (&whole[..3], "inside a PDU"),
            (&whole[..60], "inside a PDU"),
            (b"\x01\x00\x7F\xFF\xFF\xFF", "at most 262144 were expected"),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", "speaks TLS"),
            (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP"),
            (b"\xDE\xAD\xBE\xEF\xDE\xAD\xBE\xEF", "unknown protocol"),
            (b"\x01\x00\x00\x00\x00\x04\x00\x01\x00\x00", "damaged PDU of type 1"),
            (b"\x05\x00\x00\x00\x00\x04\x00\x00\x00\x00", "no request of an association"),
        ];
        for (i, (bytes, words)) in cases.iter().enumerate() {
            let mut peer = Peer::connect(node.address);
            peer.send_bytes(bytes);
            let _ = peer.stream.shutdown(std::net::Shutdown::Write);
            assert!(peer.is_ended());
            let outcome = node.outcome(i + 1);
            assert!(outcome.contains(words), "{words}: {outcome}");
        }
    });
}

#[test]
fn damaged_requests_end_one_association_each() {
    with_node(QUICK, |node| {
        let whole = bytes_of(&request("TESTER", "KONISCOPE"));
        for at in (6..whole.len()).step_by(3) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xFF;
            let mut peer = Peer::connect(node.address);
            peer.send_bytes(&damaged);
            let _ = peer.stream.shutdown(std::net::Shutdown::Write);
            while peer.receive().is_some() {}
        }
        let log = node.log.lock().unwrap();
        assert!(!log.iter().any(|line| line.contains("panic")), "{log:?}");
    });
}

#[test]
fn a_stalled_peer_ends_in_time_at_each_state() {
    with_node(QUICK, |node| {
        let begun = std::time::Instant::now();
        let mut before = Peer::connect(node.address);
        let mut idle = Peer::associated(node.address);
        let mut inside = Peer::associated(node.address);
        inside.send_command(3, &store_command(DX, "2.25.1"));
        inside.send(&Pdu::PData { data: vec![value(3, false, &[0; 100], false)] });
        let mut half = Peer::associated(node.address);
        half.send_bytes(b"\x04\x00\x00\x00\x10\x00\x00\x00");
        for peer in [&mut before, &mut idle, &mut inside, &mut half] {
            assert!(peer.is_ended());
        }
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        node.outcome(4);
        let said: Vec<String> =
            node.overview().associations.into_iter().map(|one| one.outcome).collect();
        for words in ["request of an association was awaited", "next message", "rest of a message"]
        {
            assert!(said.iter().any(|outcome| outcome.contains(words)), "{words}: {said:?}");
        }
        assert_eq!(node.overview().films, []);
    });
}

#[test]
fn wrong_titles_are_rejected_and_told_on_both_sides() {
    let peers = "[peers.pacs]\nae_title = \"TESTER\"\naddress = \"127.0.0.1:104\"\n";
    let folder = tempfile::tempdir().unwrap();
    let node = TestNode::start(folder.path(), peers, Arc::new(Echoing::default()));
    for (i, (calling, called, reason, words)) in [
        ("TESTER", "OTHER", "called AE title not recognized", "it called OTHER, this node is"),
        ("STRANGER", "KONISCOPE", "calling AE title not recognized", "STRANGER is no peer"),
    ]
    .iter()
    .enumerate()
    {
        let mut peer = Peer::connect(node.address);
        peer.send(&request(calling, called));
        let Some(Pdu::AssociationRJ(rejection)) = peer.receive() else { panic!("not rejected") };
        assert_eq!(rejection.source.to_string(), *reason);
        drop(peer);
        let outcome = node.outcome(i + 1);
        assert!(outcome.contains(words), "{outcome}");
    }
    node.echoes();
}

#[test]
fn the_limit_of_associations_is_told() {
    with_node("max_associations = 1", |node| {
        let first = Peer::associated(node.address);
        let mut second = Peer::connect(node.address);
        second.send(&request("TESTER", "KONISCOPE"));
        let Some(Pdu::AssociationRJ(rejection)) = second.receive() else { panic!("not rejected") };
        assert_eq!(rejection.source.to_string(), "local limit exceeded");
        drop(second);
        assert!(node.outcome(1).contains("1 associations run"));
        first.release();
        node.outcome(2);
    });
}

#[test]
fn unknown_classes_and_even_contexts_are_refused_one_by_one() {
    with_node("", |node| {
        let mut peer = Peer::connect(node.address);
        let private = "1.2.840.113619.5.2";
        peer.send(&request_with(
            "TESTER",
            "KONISCOPE",
            vec![
                proposal(1, private, &[IMPLICIT]),
                proposal(2, DX, &[EXPLICIT]),
                proposal(3, DX, &[private, EXPLICIT]),
            ],
        ));
        let Some(Pdu::AssociationAC(accepted)) = peer.receive() else { panic!("not accepted") };
        use PresentationContextResultReason as Reason;
        let reasons: Vec<_> =
            accepted.presentation_contexts.into_iter().map(|c| c.reason).collect();
        let expected = [Reason::AbstractSyntaxNotSupported, Reason::NoReason, Reason::Acceptance];
        assert_eq!(reasons, expected);
        assert_eq!(peer.store(&film(1)), 0);
        peer.release();
        // None at all: told at once, and no time-out.
        let mut none = Peer::connect(node.address);
        none.send(&request_with("TESTER", "KONISCOPE", vec![proposal(1, private, &[IMPLICIT])]));
        assert!(matches!(none.receive(), Some(Pdu::AssociationAC(_))));
        none.release();
        assert!(node.outcome(2).contains("no context could be taken"));
    });
}

#[test]
fn command_and_data_may_share_a_pdu() {
    with_node("", |node| {
        let file = film_of(5, 30, 7, &[]);
        let object = scu::data_set(&file).unwrap();
        let (first, second) = object.bytes.split_at(1001);
        let mut peer = Peer::associated(node.address);
        let command = store_command(&object.class, &object.instance).bytes();
        let data = vec![
            value(3, true, &command[..20], false),
            value(3, true, &command[20..], true),
            value(3, false, first, false),
            value(3, false, second, true),
        ];
        peer.send(&Pdu::PData { data });
        assert_eq!(peer.status(), 0);
        peer.release();
        node.wait_for("done", 1);
    });
}

#[test]
fn a_bad_film_is_refused_by_status_and_the_next_is_taken() {
    with_node("max_film_mb = 1", |node| {
        let mut peer = Peer::associated(node.address);
        // Bytes that are no data set.
        peer.send_command(3, &store_command(DX, "2.25.1"));
        peer.send(&Pdu::PData { data: vec![value(3, false, &[0xFF; 999], true)] });
        assert_eq!(peer.status(), 0xC000);
        // The data set of another instance.
        let file = film(2);
        peer.send_command(3, &store_command(DX, "2.25.3"));
        let object = scu::data_set(&file).unwrap();
        peer.send(&Pdu::PData { data: vec![value(3, false, object.bytes, true)] });
        assert_eq!(peer.status(), 0xA900);
        // A class that is not the context's, and a UID that is a path.
        for (class, instance, status) in
            [(uids::SECONDARY_CAPTURE_IMAGE_STORAGE, "2.25.2", 0x0122), (DX, "../../x", 0x0117)]
        {
            peer.send_command(3, &store_command(class, instance));
            peer.send(&Pdu::PData { data: vec![value(3, false, object.bytes, true)] });
            assert_eq!(peer.status(), status);
        }
        // More than is allowed, then one that is well.
        assert_eq!(peer.store(&film_of(4, 800, 1, &[])), 0xC000);
        assert_eq!(peer.store(&file), 0);
        peer.release();
        node.wait_for("done", 1);
        assert_eq!(node.overview().associations[0].objects, 1);
    });
}

#[test]
fn an_abort_or_a_broken_rule_ends_the_association_alone() {
    with_node("max_pdu = 4096", |node| {
        let mut aborting = Peer::associated(node.address);
        aborting.send_command(3, &store_command(DX, "2.25.1"));
        aborting.send(&Pdu::PData { data: vec![value(3, false, &[8; 500], false)] });
        aborting.send(&Pdu::AbortRQ { source: AbortRQSource::ServiceUser });
        assert!(aborting.is_ended());
        assert!(node.outcome(1).contains("aborted"));
        let large = Pdu::PData { data: vec![value(3, false, &[8; 5000], true)] };
        let unknown =
            Pdu::PData { data: vec![value(9, true, &store_command(DX, "1").bytes(), true)] };
        let data_first = Pdu::PData { data: vec![value(3, false, &[8; 50], true)] };
        let again = request("TESTER", "KONISCOPE");
        for (i, (pdu, words)) in [
            (&large, "5006 bytes; at most 4096"),
            (&unknown, "context 9, which was not accepted"),
            (&data_first, "without its command"),
            (&again, "a second request"),
        ]
        .iter()
        .enumerate()
        {
            let mut peer = Peer::associated(node.address);
            peer.send(pdu);
            assert!(peer.is_ended());
            let outcome = node.outcome(i + 2);
            assert!(outcome.contains(words), "{outcome}");
        }
        assert_eq!(node.overview().films, []);
    });
}

#[test]
fn the_same_film_twice_is_read_once_and_other_bytes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Arc::new(Echoing::default());
    let node = TestNode::start(folder.path(), "", reader.clone());
    for file in [film(1), film(1), film_of(1, 64, 101, &[])] {
        let mut peer = Peer::associated(node.address);
        assert_eq!(peer.store(&file), 0);
        peer.release();
    }
    node.wait_for("done", 1);
    node.wait_for("failed", 1);
    assert_eq!(reader.read.lock().unwrap().len(), 1);
    let failed = node.overview().failed;
    assert!(failed[0].reason.contains("other bytes under the SOP Instance UID of film 1"));
    node.echoes();
}

/// Names in the character sets of Chinese hospitals, also under labels that are wrong or none.
#[test]
fn odd_character_sets_stop_nothing() {
    with_node("", |node| {
        let labels = ["GB18030", "GBK", "ISO_IR 100", "\\ISO 2022 IR 58", "ISO 2022 IR 100/6", ""];
        let mut peer = Peer::associated(node.address);
        for (i, label) in labels.iter().enumerate() {
            // A name of the same length is put in place of this one, as its bytes are in GBK: Wang Xiaodong.
            let texts = [
                (tags::SPECIFIC_CHARACTER_SET, VR::CS, *label),
                (tags::PATIENT_NAME, VR::PN, "Wang^XY"),
            ];
            let mut file = film_of(i as u128 + 1, 16, 5, &texts);
            let at = file.windows(7).position(|window| window == b"Wang^XY").unwrap();
            file[at..at + 7].copy_from_slice(b"\xCD\xF5^\xD0\xA1\xB6\xAB");
            assert_eq!(peer.store(&file), 0, "{label}");
        }
        peer.release();
        node.wait_for("done", labels.len() as i64);
        let log = node.log.lock().unwrap().join("\n");
        assert!(!log.contains("Wang"), "{log}");
    });
}

#[test]
fn what_no_rule_wants_is_kept_and_not_read() {
    with_node("", |node| {
        let mut peer = Peer::associated(node.address);
        let lateral = film_of(1, 16, 5, &[(tags::VIEW_POSITION, VR::CS, "LL")]);
        assert_eq!(peer.store(&lateral), 0);
        assert_eq!(peer.store(&film(2)), 0);
        peer.release();
        node.wait_for("passed over", 1);
        node.wait_for("done", 1);
    });
}

#[test]
fn a_full_disk_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    // More than any disk has.
    let text = format!(
        "[node]\nae_title = \"KONISCOPE\"\nlisten = \"127.0.0.1:0\"\nfolder = {:?}\nreserve_mb = 99999999999",
        folder.path()
    );
    let node = TestNode::start_with(&text, Arc::new(Echoing::default()));
    let mut peer = Peer::associated(node.address);
    assert_eq!(peer.store(&film(1)), 0xA700);
    peer.release();
    node.echoes();
}

/// An element in Implicit VR Little Endian.
fn implicit(group: u16, element: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), element.to_le_bytes()].concat();
    bytes.extend((value.len() as u32).to_le_bytes());
    bytes.extend(value);
    bytes
}

#[test]
fn commitment_pairs_class_and_instance() {
    with_node("", |node| {
        let mut peer = Peer::associated(node.address);
        assert_eq!(peer.store(&film(1)), 0);
        let padded = |uid: &str| [uid.as_bytes(), &b"\0"[..uid.len() % 2]].concat();
        let ask = |peer: &mut Peer, class: &str, list: Option<&[u8]>| {
            let action = Command::new(field::ACTION)
                .with_uid(element::REQUESTED_CLASS, uids::STORAGE_COMMITMENT_PUSH_MODEL)
                .with_uid(element::REQUESTED_INSTANCE, uids::STORAGE_COMMITMENT_PUSH_MODEL_INSTANCE)
                .number(element::MESSAGE, 3)
                .number(element::ACTION, 1)
                .with_data_set();
            let pair = [
                implicit(0x0008, 0x1150, &padded(class)),
                implicit(0x0008, 0x1155, &padded("2.25.1")),
            ]
            .concat();
            let whole = [
                implicit(0x0008, 0x1195, &padded("2.25.99")),
                implicit(0x0008, 0x1199, &implicit(0xFFFE, 0xE000, &pair)),
            ]
            .concat();
            peer.send_command(5, &action);
            peer.send(&Pdu::PData { data: vec![value(5, false, list.unwrap_or(&whole), true)] });
            peer.status()
        };
        // The event: 1 for all held, 2 where the class is another's.
        for (class, event) in [(DX, 1), (uids::SECONDARY_CAPTURE_IMAGE_STORAGE, 2)] {
            assert_eq!(ask(&mut peer, class, None), 0);
            let Some(Pdu::PData { data }) = peer.receive() else { panic!("no report") };
            let report = Command::parse(&data[0].data).unwrap();
            assert_eq!(report.get(element::FIELD), Some(field::EVENT_REPORT));
            assert_eq!(report.get(element::EVENT), Some(event));
            let Some(Pdu::PData { data }) = peer.receive() else { panic!("no data set") };
            let failed = implicit(0x0008, 0x1197, &0x0112u16.to_le_bytes());
            let has_reason = data[0].data.windows(failed.len()).any(|bytes| bytes == failed);
            assert_eq!(has_reason, event == 2);
            peer.send_command(5, &Command::answer(&report, 0));
        }
        assert_eq!(ask(&mut peer, DX, Some(&[0xFF; 40])), 0x0110);
        peer.release();
    });
}

#[test]
fn five_hundred_associations_in_a_row_and_eight_at_once() {
    with_node("", |node| {
        let address = node.address;
        for i in 0..500 {
            let mut peer = Peer::associated(address);
            if i % 10 == 0 {
                assert_eq!(peer.store(&film_of(i + 1, 16, 3, &[])), 0);
            }
            peer.release();
        }
        let senders: Vec<_> = (0..8u128)
            .map(|sender| {
                thread::spawn(move || {
                    let mut peer = Peer::associated(address);
                    for i in 0..5 {
                        assert_eq!(peer.store(&film_of(1000 + 10 * sender + i, 100, 3, &[])), 0);
                    }
                    peer.release();
                })
            })
            .collect();
        for sender in senders {
            sender.join().unwrap();
        }
        node.wait_for("done", 90);
    });
}
