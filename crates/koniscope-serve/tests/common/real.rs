//! Programs that are peers: Orthanc, and those of dcmtk.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::archive::Held;

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A program that ends with the test.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn start(program: &str, arguments: &[&str]) -> Running {
    let child = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{program}: {e}"));
    Running(child)
}

pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < until, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

pub fn listens(port: u16) {
    wait_until("a peer listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
}

/// Runs a program of dcmtk; what it said.
pub fn run(program: &str, arguments: &[&str]) -> (bool, String) {
    let done = Command::new(program).args(arguments).output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8_lossy(&said).into_owned())
}

pub struct Orthanc {
    _running: Running,
    pub dicom: u16,
    pub http: u16,
}

impl Orthanc {
    /// As `ORTHANC`, which knows a node at `node`, in a folder.
    pub fn start(folder: &Path, node: u16) -> Self {
        let (dicom, http) = (free_port(), free_port());
        let database = folder.join("orthanc");
        let settings = format!(
            r#"{{"Name":"test","StorageDirectory":{database:?},"IndexDirectory":{database:?},"HttpPort":{http},
            "DicomPort":{dicom},"DicomAet":"ORTHANC","RemoteAccessAllowed":false,"AuthenticationEnabled":false,
            "UnknownSopClassAccepted":true,"DicomAlwaysAllowStore":true,"DicomAlwaysAllowGet":true,
            "DicomAlwaysAllowMove":true,"DicomAlwaysAllowFind":true,"Plugins":[],
            "DicomModalities":{{"koniscope":["KONISCOPE","127.0.0.1",{node}]}}}}"#
        );
        let file = folder.join("orthanc.json");
        fs::write(&file, settings).unwrap();
        let running = start("Orthanc", &[file.to_str().unwrap()]);
        listens(http);
        listens(dicom);
        Self { _running: running, dicom, http }
    }

    pub fn ask(&self, method: &str, path: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.http)).unwrap();
        let length = body.len();
        let head =
            format!("{method} {path} HTTP/1.0\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(
            answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.0 200"),
            "{answer}"
        );
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Modalities of all series, in order.
    pub fn modalities(&self) -> Vec<String> {
        let series: Vec<serde_json::Value> =
            serde_json::from_str(&self.ask("GET", "/series?expand", b"")).unwrap();
        let modality =
            |one: &serde_json::Value| one["MainDicomTags"]["Modality"].as_str().unwrap().to_owned();
        let mut found: Vec<String> = series.iter().map(modality).collect();
        found.sort();
        found
    }

    pub fn studies(&self) -> usize {
        let studies: Vec<String> = serde_json::from_str(&self.ask("GET", "/studies", b"")).unwrap();
        studies.len()
    }
}

/// dcmtk's archive, which knows the node, with films.
pub fn dcmqrscp(folder: &Path, port: u16, node: u16, films: &[Held]) -> Running {
    let database = folder.join("database");
    fs::create_dir_all(&database).unwrap();
    let settings = format!(
        "NetworkTCPPort = {port}\nMaxPDUSize = 16384\nMaxAssociations = 16\n\
         HostTable BEGIN\nkoniscope = (KONISCOPE, 127.0.0.1, {node})\nHostTable END\n\
         VendorTable BEGIN\nVendorTable END\n\
         AETable BEGIN\nARCHIVE {} RW (100, 1024mb) ANY\nAETable END\n",
        database.display()
    );
    let file = folder.join("dcmqrscp.cfg");
    fs::write(&file, settings).unwrap();
    let running = start("dcmqrscp", &["-c", file.to_str().unwrap()]);
    listens(port);
    for film in films {
        let path = folder.join("film.dcm");
        fs::write(&path, &film.file).unwrap();
        let arguments = ["-aec", "ARCHIVE", "127.0.0.1", &port.to_string(), path.to_str().unwrap()];
        let (well, said) = run("storescu", &arguments);
        assert!(well, "{said}");
    }
    running
}
