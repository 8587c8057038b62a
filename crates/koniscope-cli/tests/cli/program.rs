//! Runs the program.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

pub(crate) use crate::output::{assert_code, stderr, stdout};

/// `koniscope` with arguments, in `folder`, without the caller's models.
pub(crate) fn koniscope<'a>(folder: &Path, args: impl IntoIterator<Item = &'a str>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_koniscope"))
        .args(args)
        .current_dir(folder)
        .env_remove("KONISCOPE_MODELS")
        .output()
        .unwrap()
}

/// The repository, with its weights and films.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
