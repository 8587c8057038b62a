//! Programs that a step needs, found on PATH or installed where that is possible.

use std::{path::PathBuf, process::Command, sync::OnceLock};

/// A program and the Debian package that brings it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tool {
    program: &'static str,
    package: &'static str,
}

/// Builds the JPEG-LS decoder.
pub(crate) const CMAKE: Tool = Tool { program: "cmake", package: "cmake" };
/// Compiles both decoders.
pub(crate) const CXX: Tool = Tool { program: "c++", package: "g++" };
/// Opens the page of readings in its test.
pub(crate) const CHROMIUM: Tool = Tool { program: "chromium", package: "chromium" };

impl Tool {
    /// Finds the tool, or installs it, or says in a sentence what to do.
    pub(crate) fn provide(self) -> Result<(), String> {
        if on_path(self.program) {
            return Ok(());
        }
        if can_install() {
            println!("installing {}", self.package);
            if refresh_packages() {
                apt_get(&["install", "-y", "--no-install-recommends", self.package]);
            }
            if on_path(self.program) {
                return Ok(());
            }
        }
        Err(format!(
            "{} is missing; install it, as on Debian by `apt-get install {}`",
            self.program, self.package
        ))
    }
}

/// Whether a program of this name lies on PATH.
pub(crate) fn on_path(program: &str) -> bool {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder: PathBuf| folder.join(&name)).any(|f| f.is_file())
}

/// Root on a system with apt-get.
fn can_install() -> bool {
    let is_root = || {
        let id = Command::new("id").arg("-u").output();
        id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
    };
    on_path("apt-get") && is_root()
}

/// `apt-get update`, once a run.
fn refresh_packages() -> bool {
    static DONE: OnceLock<bool> = OnceLock::new();
    *DONE.get_or_init(|| apt_get(&["update"]))
}

fn apt_get(arguments: &[&str]) -> bool {
    let status = Command::new("apt-get")
        .arg("-qq")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_is_found_and_nonsense_is_not() {
        assert!(on_path("cargo"));
        assert!(!on_path("no-program-has-this-name"));
    }
}
