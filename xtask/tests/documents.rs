//! What must hold so that no figure of the documents is typed by hand. That their reports are by what ships
//! is tested with the program, in `koniscope-cli`.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, process::Command};

#[test]
fn documents_say_what_their_reports_say() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["fill", "--check"])
        .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{failed}");
    // A document without marks would pass.
    let last = said.lines().last().unwrap();
    let count = |word: &str| -> usize {
        let before = last.split(word).next().unwrap().trim();
        before.rsplit(' ').next().unwrap().parse().unwrap()
    };
    assert!(count(" places") > 50 && count(" sentences") > 5, "{last}");
}

#[test]
fn no_report_tells_of_the_computer_that_made_it() {
    for entry in
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/figures")).unwrap()
    {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "json") {
            let text = fs::read_to_string(&path).unwrap();
            let command = text.lines().find(|line| line.trim().starts_with("\"command\": "));
            let absolute = command.is_some_and(|line| line.contains("\"/") || line.contains(" /"));
            assert!(!absolute, "{}: {command:?}", path.display());
        }
    }
}
