//! `koniscope train` and `koniscope reproduce`: another program does it, found as it should be.
#![cfg(unix)]

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use crate::program::{assert_code, stderr, stdout};

/// The program alone in a folder of its own.
fn alone(folder: &Path) -> PathBuf {
    fs::create_dir_all(folder).unwrap();
    let program = folder.join("koniscope");
    let own = env!("CARGO_BIN_EXE_koniscope");
    fs::hard_link(own, &program).or_else(|_| fs::copy(own, &program).map(drop)).unwrap();
    program
}

/// A stand-in for the program that trains: it says its name, its arguments and what it hears.
fn stand_in(folder: &Path, name: &str, code: i32) {
    fs::create_dir_all(folder).unwrap();
    let file = folder.join("koniscope-train");
    let script =
        format!("#!/bin/sh\necho {name}: \"$#\" \"$@\"\necho heard: \"$(cat)\" >&2\nexit {code}\n");
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

fn run(program: &Path, path: &Path, args: &[&str]) -> Output {
    let mut child = Command::new(program)
        .args(args)
        .env("PATH", format!("{}:/bin:/usr/bin", path.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Nobody may listen.
    let _ = child.stdin.take().unwrap().write_all(b"a word");
    child.wait_with_output().unwrap()
}

#[test]
fn arguments_streams_and_exit_code_are_the_other_programs() {
    let folder = tempfile::tempdir().unwrap();
    let program = alone(&folder.path().join("bin"));
    stand_in(&folder.path().join("bin"), "beside", 7);
    stand_in(&folder.path().join("path"), "in PATH", 3);
    let cases: [(&[&str], &str); 4] = [
        (&["train", "zones", "a b.toml", "--fold", "all"], "beside: 4 zones a b.toml --fold all\n"),
        (&["train", "--help"], "beside: 1 --help\n"),
        (&["train"], "beside: 0\n"),
        (&["reproduce", "--quick", "-o", "x"], "beside: 4 reproduce --quick -o x\n"),
    ];
    for (args, said) in cases {
        let output = run(&program, &folder.path().join("path"), args);
        assert_code(&output, 7);
        assert_eq!((stdout(&output).as_str(), stderr(&output).as_str()), (said, "heard: a word\n"));
    }
}

#[test]
fn it_may_lie_in_path() {
    let folder = tempfile::tempdir().unwrap();
    let program = alone(&folder.path().join("bin"));
    stand_in(&folder.path().join("path"), "in PATH", 3);
    let output = run(&program, &folder.path().join("path"), &["train", "lungs"]);
    assert_code(&output, 3);
    assert_eq!(stdout(&output), "in PATH: 1 lungs\n");
}

#[test]
fn where_it_is_missing_the_remedy_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let program = alone(&folder.path().join("bin"));
    for args in [&["train", "lungs"][..], &["reproduce", "--quick"]] {
        let output = run(&program, &folder.path().join("path"), args);
        assert_code(&output, 1);
        let said = stderr(&output);
        assert_eq!(said.lines().count(), 1, "{said}");
        for words in
            ["koniscope-train", "cargo build --release -p koniscope-train-cli", "cargo install"]
        {
            assert!(said.contains(words), "{said}");
        }
    }
}
