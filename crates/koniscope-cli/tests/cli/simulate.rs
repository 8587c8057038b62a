//! `koniscope simulate`: two small phantoms, and what is wrong.

use std::fs;

use crate::{
    films,
    program::{assert_code, koniscope, stderr, stdout},
};

#[test]
fn two_phantoms_with_their_truth() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["simulate", "--count", "2", "--seed", "3", "--size", "256", "--out", "out"];
    let output = koniscope(folder.path(), args);
    assert_code(&output, 0);
    let text = stdout(&output);
    assert!(text.contains("2 films in") && text.contains(koniscope::reading::DISCLAIMER), "{text}");
    assert_eq!(text.lines().last(), Some(koniscope_simulate::WARNING));
    let table = fs::read_to_string(folder.path().join("out/truth.csv")).unwrap();
    assert_eq!(table.lines().count(), 3);
    for file in ["films/000000-phantom.png", "masks/000001-phantom.png"] {
        assert!(folder.path().join("out").join(file).is_file(), "{file}");
    }
    let again = koniscope(folder.path(), args);
    assert!(stdout(&again).contains("(2 were there)"), "{}", stdout(&again));
}

#[test]
fn wrong_commands_exit_with_1() {
    let folder = tempfile::tempdir().unwrap();
    films::no_chest(&folder.path().join("film.png"));
    let wanted = ["simulate", "--seed", "1", "--out", "out", "--count"];
    for (more, said) in [
        (vec!["0"], "no film asked for"),
        (vec!["1", "--stages", "1,2"], "four numbers"),
        (vec!["1", "--size", "3"], "3 pixels a side"),
        (vec!["1", "--where", "a=1"], "--onto"),
        (vec!["1", "--onto", "gone"], "gone"),
        (vec!["1", "--onto", ".", "--models", "."], "holds no lungs.toml"),
    ] {
        let output = koniscope(folder.path(), wanted.iter().chain(&more).copied());
        assert_code(&output, 1);
        assert!(stderr(&output).contains(said), "{more:?}: {}", stderr(&output));
    }
}
