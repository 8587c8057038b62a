//! A node that runs for a test, and a peer that does what the test's script says, right or wrong.
#![allow(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "shared by tests, each of which uses a part"
)]

pub mod archive;
pub mod real;

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use dicom_ul::pdu::{
    AssociationRQ, PDataValue, PDataValueType, Pdu, PresentationContextProposed, UserVariableItem,
    read_pdu, write_pdu,
};
use koniscope::report::Failure;
use koniscope_dicom::{Tag, VR, uids, write};
use koniscope_serve::{
    command::{Command, element, field},
    config::Config,
    node::ServingNode,
    reading::{FilmReader, ResultObject},
    scu,
    store::{Overview, Store},
};
use tokio::{runtime::Runtime, sync::watch};

pub const DX: &str = uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION;
pub const EXPLICIT: &str = uids::EXPLICIT_VR_LITTLE_ENDIAN;
pub const IMPLICIT: &str = uids::IMPLICIT_VR_LITTLE_ENDIAN;

/// A double: its results are the film itself as `sc.dcm`, so that they can be sent on.
#[derive(Default)]
pub struct Echoing {
    /// Paths of the films read, in order.
    pub read: Mutex<Vec<String>>,
}

impl FilmReader for Echoing {
    fn read(&self, film: &Path, results: &Path, name: &str) -> Result<Vec<ResultObject>, Failure> {
        let bytes = fs::read(film).map_err(|e| Failure::write(&e))?;
        fs::create_dir_all(results.join(name)).unwrap();
        fs::write(results.join(name).join("sc.dcm"), bytes).unwrap();
        self.read.lock().unwrap().push(film.display().to_string());
        Ok(vec![ResultObject { kind: "sc".into(), file: "sc.dcm".into() }])
    }
}

/// A node that runs until it is dropped.
pub struct TestNode {
    pub address: SocketAddr,
    pub store: Arc<dyn Store>,
    pub log: Arc<Mutex<Vec<String>>>,
    runtime: Option<Runtime>,
    stop: watch::Sender<bool>,
    running: Option<JoinHandle<()>>,
}

impl TestNode {
    /// Of `[node]` with these lines more, and what follows it.
    pub fn start(folder: &Path, more: &str, reader: Arc<dyn FilmReader>) -> Self {
        let text = format!(
            "[node]\nae_title = \"KONISCOPE\"\nlisten = \"127.0.0.1:0\"\nreserve_mb = 1\nfolder = {folder:?}\n{more}\n"
        );
        Self::start_with(&text, reader)
    }

    /// Of a whole configuration.
    pub fn start_with(text: &str, reader: Arc<dyn FilmReader>) -> Self {
        let config = Config::parse(text).and_then(Config::load_tls).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&log);
        let logged = Arc::new(move |line: &str| lines.lock().unwrap().push(line.to_owned()));
        let node = runtime.block_on(ServingNode::open(config, logged)).unwrap();
        let (address, store) = (node.address().unwrap(), node.store());
        let (stop, stopped) = watch::channel(false);
        let handle = runtime.handle().clone();
        let running = thread::spawn(move || handle.block_on(node.run(reader, stopped)));
        Self { address, store, log, runtime: Some(runtime), stop, running: Some(running) }
    }

    pub fn overview(&self) -> Overview {
        self.runtime.as_ref().unwrap().block_on(self.store.overview()).unwrap()
    }

    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.as_ref().unwrap().block_on(future)
    }

    /// How many films are in a state.
    pub fn films(&self, state: &str) -> i64 {
        let films = self.overview().films;
        films.iter().find(|count| count.state == state).map_or(0, |count| count.number)
    }

    /// Waits until so many films are in a state.
    pub fn wait_for(&self, state: &str, number: i64) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.films(state) != number {
            let found = self.overview().films;
            assert!(Instant::now() < until, "no {number} films {state}, but {found:?}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The outcome of the last association, once there are `number` of them.
    pub fn outcome(&self, number: usize) -> String {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let found = self.overview().associations;
            if found.len() >= number {
                return found[0].outcome.clone();
            }
            assert!(Instant::now() < until, "no {number} associations, but {found:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The service is alive: it echoes, once those before are noted and make way.
    pub fn echoes(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        let mut peer = Peer::connect(self.address);
        peer.send(&request("TESTER", "KONISCOPE"));
        while !matches!(peer.receive(), Some(Pdu::AssociationAC(_))) {
            assert!(Instant::now() < until, "no association");
            thread::sleep(Duration::from_millis(100));
            peer = Peer::connect(self.address);
            peer.send(&request("TESTER", "KONISCOPE"));
        }
        let echo = Command::new(field::ECHO).with_uid(element::AFFECTED_CLASS, uids::VERIFICATION);
        peer.send_command(1, &echo.number(element::MESSAGE, 7));
        assert_eq!(peer.status(), 0);
        peer.release();
    }
}

impl Drop for TestNode {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(running) = self.running.take() {
            let _ = running.join();
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

/// A peer by script.
pub struct Peer {
    pub stream: TcpStream,
}

impl Peer {
    pub fn connect(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    /// With the usual contexts: 1 for echo, 3 for Digital X-Ray, explicit.
    pub fn associated(to: SocketAddr) -> Self {
        let mut peer = Self::connect(to);
        peer.send(&request("TESTER", "KONISCOPE"));
        assert!(matches!(peer.receive(), Some(Pdu::AssociationAC(_))));
        peer
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    pub fn send(&mut self, pdu: &Pdu) {
        self.send_bytes(&bytes_of(pdu));
    }

    pub fn send_command(&mut self, context: u8, command: &Command) {
        self.send(&Pdu::PData { data: vec![value(context, true, &command.bytes(), true)] });
    }

    /// The next PDU; nothing once the connection is closed.
    pub fn receive(&mut self) -> Option<Pdu> {
        let mut header = [0; 6];
        self.stream.read_exact(&mut header).ok()?;
        let length = u32::from_be_bytes(*header.last_chunk().unwrap()) as usize;
        let mut bytes = header.to_vec();
        bytes.resize(6 + length, 0);
        self.stream.read_exact(&mut bytes[6..]).ok()?;
        read_pdu(&bytes[..], 1 << 20, false).unwrap()
    }

    /// Status of the answer that comes next.
    pub fn status(&mut self) -> u16 {
        let Some(Pdu::PData { data }) = self.receive() else { panic!("no answer") };
        let answer = Command::parse(&data[0].data).unwrap();
        answer.get(element::STATUS).unwrap()
    }

    /// Stores a file's data set on context 3, in pieces.
    pub fn store(&mut self, file: &[u8]) -> u16 {
        let object = scu::data_set(file).unwrap();
        self.send_command(3, &store_command(&object.class, &object.instance));
        let pieces: Vec<&[u8]> = object.bytes.chunks(16_000).collect();
        for (i, piece) in pieces.iter().enumerate() {
            let value = value(3, false, piece, i + 1 == pieces.len());
            self.send(&Pdu::PData { data: vec![value] });
        }
        self.status()
    }

    pub fn release(mut self) {
        self.send(&Pdu::ReleaseRQ);
        assert_eq!(self.receive(), Some(Pdu::ReleaseRP));
    }

    /// Whether the node ends the connection, with or without an abort.
    pub fn is_ended(&mut self) -> bool {
        loop {
            match self.receive() {
                None => return true,
                Some(Pdu::AbortRQ { .. }) => {}
                Some(other) => panic!("{other:?}"),
            }
        }
    }
}

pub fn bytes_of(pdu: &Pdu) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_pdu(&mut bytes, pdu).unwrap();
    bytes
}

pub fn value(context: u8, is_command: bool, data: &[u8], is_last: bool) -> PDataValue {
    let value_type = if is_command { PDataValueType::Command } else { PDataValueType::Data };
    PDataValue { presentation_context_id: context, value_type, is_last, data: data.to_vec() }
}

pub fn proposal(id: u8, class: &str, syntaxes: &[&str]) -> PresentationContextProposed {
    PresentationContextProposed {
        id,
        abstract_syntax: class.into(),
        transfer_syntaxes: syntaxes.iter().map(|syntax| (*syntax).into()).collect(),
    }
}

pub fn request_with(
    calling: &str,
    called: &str,
    contexts: Vec<PresentationContextProposed>,
) -> Pdu {
    Pdu::AssociationRQ(AssociationRQ {
        protocol_version: 1,
        calling_ae_title: calling.into(),
        called_ae_title: called.into(),
        application_context_name: "1.2.840.10008.3.1.1.1".into(),
        presentation_contexts: contexts,
        user_variables: vec![UserVariableItem::MaxLength(16_384)],
    })
}

pub fn request(calling: &str, called: &str) -> Pdu {
    let contexts = vec![
        proposal(1, uids::VERIFICATION, &[IMPLICIT]),
        proposal(3, DX, &[EXPLICIT]),
        proposal(5, uids::STORAGE_COMMITMENT_PUSH_MODEL, &[IMPLICIT]),
    ];
    request_with(calling, called, contexts)
}

pub fn store_command(class: &str, instance: &str) -> Command {
    Command::new(field::STORE)
        .with_uid(element::AFFECTED_CLASS, class)
        .with_uid(element::AFFECTED_INSTANCE, instance)
        .number(element::MESSAGE, 9)
        .number(element::PRIORITY, 0)
        .with_data_set()
}

/// A film of `side` x `side` pixels, of a value.
pub fn film_of(instance: u128, side: usize, value: u16, texts: &[(Tag, VR, &str)]) -> Vec<u8> {
    let radiograph = write::Radiograph {
        width: side,
        height: side,
        bits: 12,
        spacing_mm: [0.2, 0.2],
        monochrome1: false,
        uids: [instance, 2, 3],
        texts,
    };
    write::radiograph(&vec![value; side * side], &radiograph).unwrap()
}

pub fn film(instance: u128) -> Vec<u8> {
    film_of(instance, 64, 100, &[])
}
