//! Runs the program.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

pub(crate) use crate::output::{assert_code, stderr, stdout};

/// `koniscope` with arguments, in `folder` and with the models in it, where it has some.
pub(crate) fn koniscope<'a>(folder: &Path, args: impl IntoIterator<Item = &'a str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_koniscope"));
    match folder.join("models").is_dir() {
        // Those of the repository, which are the program's own, would come first.
        true => command.env("KONISCOPE_MODELS", "models"),
        false => command.env_remove("KONISCOPE_MODELS"),
    };
    command.args(args).current_dir(folder).output().unwrap()
}

/// The repository, with its weights and films.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
