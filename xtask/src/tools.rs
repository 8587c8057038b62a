//! Programs that a step needs. They are looked for and named, never installed.

use std::path::{Path, PathBuf};

/// A program, and what brings it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tool {
    /// Any of these.
    programs: &'static [&'static str],
    remedy: &'static str,
}

/// Builds the JPEG-LS decoder.
pub(crate) const CMAKE: Tool =
    Tool { programs: &["cmake"], remedy: "install it, on Debian by `apt-get install cmake`" };
/// Compiles both decoders.
pub(crate) const CXX: Tool = Tool {
    programs: &["c++"],
    remedy: "install a C++ compiler, on Debian by `apt-get install g++`",
};
/// Opens pages in tests; `KONISCOPE_BROWSER` may name another.
pub(crate) const CHROMIUM: Tool = Tool {
    programs: &["chromium", "chromium-browser", "google-chrome"],
    remedy: "install Chromium, on Debian by `apt-get install chromium`",
};
/// An archive to talk to in tests.
pub(crate) const ORTHANC: Tool =
    Tool { programs: &["Orthanc"], remedy: "install it, on Debian by `apt-get install orthanc`" };
/// Senders and receivers to talk to in tests.
pub(crate) const DCMTK: Tool =
    Tool { programs: &["storescu"], remedy: "install dcmtk, on Debian by `apt-get install dcmtk`" };

/// Judges objects by what the standard asks of them.
pub(crate) const DICOM3TOOLS: Tool = Tool {
    programs: &["dciodvfy"],
    remedy: "install dicom3tools, on Debian by `apt-get install dicom3tools`",
};

impl Tool {
    /// Whether it is there; if not, a sentence that says what to do.
    pub(crate) fn find(self) -> Result<(), String> {
        if self.programs.iter().any(|program| on_path(program)) {
            return Ok(());
        }
        Err(format!("{} is missing; {}", self.programs.join(" or "), self.remedy))
    }
}

/// Whether a program of this name lies on PATH.
pub(crate) fn on_path(program: &str) -> bool {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder: PathBuf| folder.join(&name)).any(|f| f.is_file())
}

/// The Python of the twins: the one that `KONISCOPE_PYTHON` names, else that of `reference/venv`, else any.
pub(crate) fn python(root: &Path) -> PathBuf {
    let own = root.join("reference/venv/bin/python");
    match std::env::var_os("KONISCOPE_PYTHON") {
        Some(named) => named.into(),
        None if own.is_file() => own,
        None => "python3".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_is_found_and_nonsense_is_not() {
        assert!(on_path("cargo"));
        let nonsense = Tool { programs: &["no-program-has-this-name"], remedy: "do without" };
        let error = nonsense.find().expect_err("it is not there");
        assert_eq!(error, "no-program-has-this-name is missing; do without");
    }
}
