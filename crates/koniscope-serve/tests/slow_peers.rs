//! Peers that send a little at a time, each part in time: none of them holds a place for ever.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use common::{DX, Echoing, Peer, TestNode, store_command, value};
use dicom_ul::pdu::Pdu;
use koniscope_dicom::uids;
use koniscope_serve::command::{Command, element, field};

/// A peer begins, and does its worst until the node ends the association, the only one that it takes at once: the
/// outcome, and how long it took.
fn until_ended(
    limits: &str,
    begin: impl Fn(&mut Peer),
    worst: impl Fn(&mut Peer),
) -> (String, Duration) {
    let folder = tempfile::tempdir().unwrap();
    let more = format!("max_associations = 1\n[timeouts]\n{limits}\n");
    let node = TestNode::start(folder.path(), &more, Arc::new(Echoing::default()));
    let mut peer = Peer::associated(node.address);
    begin(&mut peer);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(10) && node.overview().associations.is_empty() {
        worst(&mut peer);
        thread::sleep(Duration::from_millis(50));
    }
    let took = begun.elapsed();
    let outcome = node.outcome(1);
    // Its place is free again.
    node.echoes();
    (outcome, took)
}

#[test]
fn a_message_of_tiny_pdus_must_be_whole_in_time() {
    let begin = |peer: &mut Peer| peer.send_command(3, &store_command(DX, "2.25.1"));
    let (outcome, took) = until_ended("whole_message_s = 1", begin, |peer| {
        peer.send(&Pdu::PData { data: vec![value(3, false, &[0], false)] });
    });
    assert_eq!(outcome, "a message took more than 1 s in all");
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn a_command_of_empty_pdus_must_be_whole_in_time() {
    let (outcome, took) = until_ended(
        "whole_message_s = 1",
        |_| {},
        |peer| {
            peer.send(&Pdu::PData { data: vec![value(1, true, &[], false)] });
        },
    );
    assert_eq!(outcome, "a message took more than 1 s in all");
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn messages_without_end_have_one() {
    let (outcome, took) = until_ended(
        "whole_association_s = 1",
        |_| {},
        |peer| {
            let echo =
                Command::new(field::ECHO).with_uid(element::AFFECTED_CLASS, uids::VERIFICATION);
            peer.send_command(1, &echo.number(element::MESSAGE, 7));
        },
    );
    assert_eq!(outcome, "an association took more than 1 s in all");
    assert!(took < Duration::from_secs(4), "{took:?}");
}
