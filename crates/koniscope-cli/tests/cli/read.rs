//! `koniscope read` where films fail: weights without skill find no lungs.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    films,
    program::{assert_code, koniscope, repository, stderr, stdout},
    tiny_models,
};

const DISCLAIMER: &str = koniscope::reading::DISCLAIMER;

/// A working folder with tiny models and `films/`: a picture without a chest, an empty file, a
/// cut-off PNG under a name like markup, and a text file.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    tiny_models::write(&folder.path().join("models"));
    let films = folder.path().join("films");
    fs::create_dir(&films).unwrap();
    films::no_chest(&films.join("b.png"));
    fs::write(films.join("empty.dcm"), "").unwrap();
    let whole = fs::read(films.join("b.png")).unwrap();
    fs::write(films.join("a <b>&.png"), &whole[..whole.len() / 2]).unwrap();
    fs::write(films.join("notes.txt"), "no film").unwrap();
    folder
}

#[test]
fn wrong_commands_exit_with_1_and_help_with_0() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "no film").unwrap();
    for (args, said) in [
        (vec!["read"], "PATH"),
        (vec!["read", "--no-such-flag", "."], "--no-such-flag"),
        (vec!["read", "."], "no films found (1 other files passed over)"),
        (vec!["read", "film.png", "--models", "."], "--models . holds no lungs.toml"),
    ] {
        let output = koniscope(folder.path(), args.iter().copied());
        assert_code(&output, 1);
        assert!(stderr(&output).contains(said), "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
    }
    let output = koniscope(folder.path(), ["read", "gone.png", "--threads", "1500"]);
    assert!(stderr(&output).contains("--threads 1500: this machine runs"), "{}", stderr(&output));
    let help = koniscope(folder.path(), ["read", "--help"]);
    assert_code(&help, 0);
    assert!(stdout(&help).contains("--out"));
}

#[test]
fn each_film_gets_its_own_named_error() {
    let folder = folder();
    let args = ["read", "films", "films/notes.txt", "gone.dcm", "--json", "--out", "out"];
    let output = koniscope(folder.path(), args);
    assert_code(&output, 1);
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(json["disclaimer"], DISCLAIMER);
    let films = json["films"].as_array().unwrap();
    let found: Vec<[&str; 3]> = films
        .iter()
        .map(|film| {
            [&film["file"]["path"], &film["file"]["folder"], &film["error"]["kind"]]
                .map(|value| value.as_str().unwrap())
        })
        .collect();
    // Weights that call all of a film one thing: nothing, or one lung without the other.
    let lungs = found[1][2];
    assert!(["lungs_not_found", "lungs_implausible"].contains(&lungs), "{found:?}");
    let expected = [
        ["films/a <b>&.png", "a _b_&", "damaged"],
        ["films/b.png", "b", lungs],
        ["films/empty.dcm", "empty", "empty"],
        ["films/notes.txt", "notes", "not_an_image"],
        ["gone.dcm", "gone", "io"],
    ];
    assert_eq!(found, expected);

    let out = folder.path().join("out");
    for (film, [_, name, _]) in films.iter().zip(expected) {
        let files: Vec<_> = fs::read_dir(out.join(name)).unwrap().map(|e| e.unwrap()).collect();
        assert_eq!(files.len(), 1, "{name}: only reading.json");
        let text = fs::read_to_string(out.join(name).join("reading.json")).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), *film);
        assert!(!film["error"]["message"].as_str().unwrap().is_empty());
    }
    let page = fs::read_to_string(out.join("index.html")).unwrap();
    assert!(page.contains("5 films: 0 read, 5 not read") && page.contains(DISCLAIMER));
    assert!(page.contains("films/a &lt;b&gt;&amp;.png") && !page.contains("<b>&.png"));
}

#[test]
fn the_table_names_failures_and_the_disclaimer() {
    let folder = folder();
    let output = koniscope(folder.path(), ["read", "films"]);
    assert_code(&output, 1);
    let table = stdout(&output);
    assert!(table.contains("not read (empty)") && table.contains("not read (damaged)"), "{table}");
    assert!(table.contains("3 films: 0 read, 3 not read"), "{table}");
    assert_eq!(table.lines().last(), Some(DISCLAIMER));
    assert!(stderr(&output).contains("passed over in folders: 1"), "{}", stderr(&output));
    let quiet = koniscope(folder.path(), ["read", "films", "--quiet"]);
    assert_eq!((stdout(&quiet), stderr(&quiet)), (table, String::new()));
}

#[test]
fn a_second_run_reads_no_result_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let sample = "00003507_000.dcm";
    fs::copy(repository().join("samples").join(sample), folder.path().join(sample)).unwrap();
    let run = || {
        let args = ["read", ".", "--out", "out", "--dicom-out", "out/dicom", "--json", "--quiet"];
        let output = koniscope(folder.path(), args);
        assert_code(&output, 0);
        let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let films = json["films"].as_array().unwrap().iter();
        films.map(|film| film["file"]["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first, [format!("./{sample}")]);
    for result in ["lungs.png", "overlay.png"] {
        assert!(folder.path().join("out/00003507_000").join(result).is_file());
    }
    assert!(folder.path().join("out/dicom/00003507_000/sc.dcm").is_file());
    assert_eq!(run(), first);
    // Of them the program must know what is its own: elsewhere they are pictures like others.
    fs::copy(folder.path().join("out/00003507_000/lungs.png"), folder.path().join("b.png"))
        .unwrap();
    let output = koniscope(folder.path(), ["read", ".", "--out", "out", "--json", "--quiet"]);
    assert!(stdout(&output).contains("./b.png"));
}

#[test]
fn a_result_that_cannot_be_written_is_that_films_error() {
    let folder = folder();
    // A folder stands where one film's result should be.
    fs::create_dir_all(folder.path().join("out/b/reading.json/inside")).unwrap();
    let output = koniscope(folder.path(), ["read", "films", "--out", "out", "--json"]);
    assert_code(&output, 1);
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(json["films"][1]["error"]["kind"], "write");
    assert_eq!(json["films"][2]["error"]["kind"], "empty");
    assert!(fs::read_to_string(folder.path().join("out/index.html")).unwrap().contains("write"));
}

#[test]
fn damaged_weights_are_named_before_any_film_is_read() {
    let folder = folder();
    fs::write(folder.path().join("models/lungs.safetensors"), "x").unwrap();
    let output = koniscope(folder.path(), ["read", "films"]);
    assert_code(&output, 1);
    assert!(stderr(&output).contains("SHA-256"), "{}", stderr(&output));
}
