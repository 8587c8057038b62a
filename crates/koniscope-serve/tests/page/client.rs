//! A page that runs for a test, and somebody who asks it as a browser or a program would.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use koniscope::{Reader, model::Device, reader::load_reader};
use koniscope_serve::page::{Options, Page, People, Role, Settings, Study};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) const PASSWORD: &str = "a long enough password";

/// A film of the repository.
pub(crate) fn sample() -> PathBuf {
    root().join("samples/00003507_000.dcm")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn reader() -> Arc<Reader> {
    static READER: OnceLock<Arc<Reader>> = OnceLock::new();
    let load = || Arc::new(load_reader(&root().join("models"), &Device::cpu(), None).unwrap());
    Arc::clone(READER.get_or_init(load))
}

/// A page with the readers anna, ben and cora, the admin dora and the program archive.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    pub(crate) folder: TempDir,
    clock: Arc<AtomicU64>,
    _runtime: Runtime,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }

    /// A header of the head, in lower case but for its value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Served {
    /// With films, and more lines of settings.
    pub(crate) fn start(films: &[&Path], more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let users = folder.path().join("users.json");
        let mut people = People::default();
        for (name, role) in [
            ("anna", Role::Reader),
            ("ben", Role::Reader),
            ("cora", Role::Reader),
            ("dora", Role::Admin),
        ] {
            people.add(name, role, PASSWORD).unwrap();
        }
        let token = people.add_service("archive").unwrap();
        people.save(&users).unwrap();
        let text = format!("listen = \"127.0.0.1:0\"\nusers = {users:?}\n{more}");
        let settings: Settings = toml::from_str(&text).unwrap();
        let clock = Arc::new(AtomicU64::new(1_800_000_000));
        let now = Arc::clone(&clock);
        let options = Options {
            films: films.iter().map(|film| film.to_path_buf()).collect(),
            out: folder.path().join("out"),
            mode: settings.mode,
            study: Study { readings: settings.readings, by: settings.agreement },
            standards: None,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let clock_of = Arc::new(move || now.load(Ordering::SeqCst));
        let opened = Page::listen(&settings, options, reader(), clock_of);
        let page = runtime.block_on(opened).unwrap();
        let address = page.address();
        let address = address.split("//").nth(1).unwrap().trim_end_matches('/').parse().unwrap();
        runtime.spawn(page.serve());
        Self { address, token, folder, clock, _runtime: runtime }
    }

    /// One film that is none.
    pub(crate) fn with_junk(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let junk = folder.path().join("junk.png");
        fs::write(&junk, "no picture").unwrap();
        let served = Self::start(&[&junk], more);
        served.when_read();
        served
    }

    pub(crate) fn users(&self) -> PathBuf {
        self.folder.path().join("users.json")
    }

    /// Time goes by.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        // A server may refuse before it has read all.
        let _ = stream.write_all(request);
        answer(&mut stream)
    }

    pub(crate) fn ask(&self, method: &str, path: &str, heads: &str, body: &[u8]) -> Answer {
        self.raw(&request(self.address, method, path, heads, body))
    }

    pub(crate) fn login(&self, name: &str, password: &str) -> Answer {
        let body = json!({ "name": name, "password": password }).to_string();
        self.ask("POST", "/api/login", JSON, body.as_bytes())
    }

    /// Somebody who has logged in.
    #[track_caller]
    pub(crate) fn person(&self, name: &str) -> Person<'_> {
        let answer = self.login(name, PASSWORD);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let mut person = Person { served: self, heads: format!("Cookie: {cookie}\r\n") };
        let page = person.get("/").text();
        let csrf = page.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap();
        person.heads += &format!("X-Koniscope-Csrf: {csrf}\r\n");
        person
    }

    /// The program.
    pub(crate) fn program(&self) -> Person<'_> {
        Person { served: self, heads: format!("Authorization: Bearer {}\r\n", self.token) }
    }

    /// Waits until every film was read or refused.
    pub(crate) fn when_read(&self) -> Value {
        let begun = std::time::Instant::now();
        loop {
            let list = self.program().get("/api/films").json();
            let films = list["films"].as_array().unwrap();
            if films.iter().all(|film| film["state"] == "read" || film["state"] == "refused") {
                return list;
            }
            assert!(begun.elapsed() < Duration::from_secs(300), "{list}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

pub(crate) const JSON: &str = "Content-Type: application/json\r\n";

/// Somebody, by what they send along.
pub(crate) struct Person<'a> {
    pub(crate) served: &'a Served,
    pub(crate) heads: String,
}

impl Person<'_> {
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.served.ask("GET", path, &self.heads, b"")
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.served.ask("POST", path, &format!("{}{JSON}", self.heads), body.as_bytes())
    }
}

pub(crate) fn request(
    host: SocketAddr,
    method: &str,
    path: &str,
    heads: &str,
    body: &[u8],
) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{heads}\
         Content-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

pub(crate) fn answer(stream: &mut impl Read) -> Answer {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let at = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head, body: bytes.get(at + 4..).unwrap_or_default().to_vec() }
}

/// A normal study, complete.
pub(crate) fn draft() -> Value {
    json!({
        "niosh": {
            "image_quality": { "grade": "1" },
            "parenchymal": false, "pleural": false, "other": false,
            "reader": { "printed_name": "R. Reader", "date_of_reading": "2026-11-30" },
        },
    })
}
