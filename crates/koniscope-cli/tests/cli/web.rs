//! The page of `koniscope open`, asked as a browser or anybody else would.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::program::repository;

/// A page that is served until this is dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) port: u16,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        let told = || panic!("{} {}", self.status, String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap_or_else(|_| told())
    }
}

impl Served {
    /// Opens films of `samples/` with results in `out`.
    pub(crate) fn open(films: &[&str], out: &Path, mode: &str) -> Self {
        Self::of(Self::start(films, out, mode))
    }

    /// What a command opens.
    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().trim_end_matches('/').rsplit(':').next().unwrap();
        Self { port: port.parse().unwrap_or_else(|_| panic!("{line:?} is no address")), child }
    }

    /// The page of a node, of its file.
    pub(crate) fn serve(config: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_koniscope"));
        command.env_remove("KONISCOPE_MODELS").current_dir(repository());
        command.arg("serve").arg("--config").arg(config).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut told = String::new();
        let page =
            lines.by_ref().inspect(|line| told += line).find(|line| line.starts_with("page: "));
        let page = page.unwrap_or_else(|| panic!("no page: {told}"));
        let port = page.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
        // What nobody reads would hold the node up.
        std::thread::spawn(move || lines.for_each(drop));
        Self { port, child }
    }

    pub(crate) fn start(films: &[&str], out: &Path, mode: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_koniscope"));
        command.env_remove("KONISCOPE_MODELS").env("KONISCOPE_STANDARDS", out).arg("open");
        command.args(films.iter().map(|film| repository().join("samples").join(film)));
        command.arg("--out").arg(out).args(["--mode", mode, "--no-browser"]);
        command
    }

    /// Sends a request as it is, and reads the answer to its end.
    pub(crate) fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        // A server may refuse before it has read all.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let at = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer {
            status: status.unwrap_or(0),
            body: bytes.get(at + 4..).unwrap_or_default().to_vec(),
            head: head.to_lowercase(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let port = self.port;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        self.raw(request.as_bytes())
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        let (port, length) = (self.port, body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.raw(request.as_bytes())
    }

    /// The list, once every film was read or refused.
    pub(crate) fn when_read(&self) -> Value {
        let begun = Instant::now();
        loop {
            let list = self.get("/api/films").json();
            let films = list["films"].as_array().unwrap();
            if films.iter().all(|film| film["state"] == "read" || film["state"] == "refused") {
                return list;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "{list}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
