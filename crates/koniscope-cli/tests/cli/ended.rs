//! `koniscope read` where it cannot go on: a full disk, and a user who ends it.

use std::{
    fs,
    os::unix::ffi::OsStrExt,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::program::{assert_code, repository, stderr, stdout};

const SAMPLE: &str = "samples/00003507_000.dcm";

fn read(folder: &Path, shell: &str) -> Command {
    let program = env!("CARGO_BIN_EXE_koniscope");
    let mut command = Command::new("sh");
    let line = format!("{shell} exec {program} read films --out out --json --threads 1 --quiet");
    command.args(["-c", &line]).current_dir(folder).env_remove("KONISCOPE_MODELS");
    command
}

fn films(output: &Output) -> Vec<Value> {
    let json: Value = serde_json::from_str(&stdout(output)).unwrap();
    json["films"].as_array().unwrap().clone()
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_does_not_fit_on_the_disk_is_told_and_never_half_there() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("films")).unwrap();
    for name in [&b"a.dcm"[..], b"caf\xE9.dcm"] {
        let film = root.join("films").join(std::ffi::OsStr::from_bytes(name));
        fs::copy(repository().join(SAMPLE), film).unwrap();
    }
    // No file of more than some KiB: room for reading.json, not for overlay.png.
    let full = read(root, "trap '' XFSZ; ulimit -f 40;").output().unwrap();
    assert_code(&full, 1);
    let told = films(&full);
    assert_eq!(told[1]["file"]["path"], "films/caf<E9>.dcm");
    for (film, name) in told.iter().zip(["a", "caf_E9_"]) {
        assert_eq!(film["error"]["kind"], "write");
        let message = film["error"]["message"].as_str().unwrap();
        assert!(message.contains("overlay.png") && message.contains("too large"), "{message}");
        let out = root.join("out").join(name);
        assert_eq!(files(&out), ["reading.json"], "{name}");
        let kept = fs::read_to_string(out.join("reading.json")).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), *film);
    }
    assert_eq!(files(&root.join("out")), ["a", "caf_E9_", "index.html"]);
    // With room again, the same command does it.
    let whole = read(root, "").output().unwrap();
    assert_code(&whole, 0);
    assert_eq!(films(&whole)[1]["file"]["path"], "films/caf<E9>.dcm");
    let all = ["lungs.png", "overlay.png", "reading.json"];
    assert!(["a", "caf_E9_"].iter().all(|name| files(&root.join("out").join(name)) == all));
}

#[test]
fn a_run_that_is_ended_finishes_its_film_and_tells_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("films")).unwrap();
    for i in 0..40 {
        fs::copy(repository().join(SAMPLE), root.join(format!("films/{i:02}.dcm"))).unwrap();
    }
    let mut command = read(root, "");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while !root.join("out/01/reading.json").is_file() {
        assert!(start.elapsed() < Duration::from_secs(120), "no film was read");
        thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    assert_code(&output, 2);
    let films = films(&output);
    let read = films.iter().filter(|film| film["error"].is_null()).count();
    assert!(films.len() == 40 && (2..40).contains(&read), "{read} of {}", films.len());
    for (i, film) in films.iter().enumerate() {
        let out = root.join(format!("out/{i:02}"));
        if i < read {
            assert_eq!(files(&out), ["lungs.png", "overlay.png", "reading.json"]);
        } else {
            assert_eq!(film["error"]["kind"], "stopped");
            assert!(!out.exists());
        }
    }
    let left = format!("{} of 40 films are left", 40 - read);
    assert!(stderr(&output).contains(&left), "{}", stderr(&output));
    let page = fs::read_to_string(root.join("out/index.html")).unwrap();
    assert!(page.contains(&format!("40 films: {read} read, {} not read", 40 - read)));
}
