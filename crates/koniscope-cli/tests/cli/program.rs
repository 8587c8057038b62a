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

/// The repository, if it has weights and films.
pub(crate) fn repository() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    if root.join("models/lungs.toml").is_file() && root.join("samples").is_dir() {
        return Some(root);
    }
    eprintln!("skipped: no models/ and samples/ in the repository");
    None
}
