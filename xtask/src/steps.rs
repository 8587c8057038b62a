//! The checks, in an order that shares what was compiled and fails early.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::{
    options::Options,
    tools::{CHROMIUM, CMAKE, CXX, Tool},
};

/// One check: a cargo command, and what stands around it.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// Arguments for cargo.
    pub(crate) cargo: &'static [&'static str],
    /// Without these it fails.
    pub(crate) needs: &'static [Tool],
    /// Without these some of its tests skip themselves.
    pub(crate) wants: &'static [Tool],
    /// A cargo extension without which the step is skipped.
    pub(crate) extension: Option<&'static str>,
    /// What must hold once the command was well.
    pub(crate) after: Option<fn(&Path) -> Result<()>>,
    /// Part of `--fast`.
    fast: bool,
    /// Run only where it is named: what it builds takes long and serves few.
    named: bool,
}

const STEP: Step = Step {
    name: "",
    cargo: &[],
    needs: &[],
    wants: &[],
    extension: None,
    after: None,
    fast: false,
    named: false,
};

/// Where the first command writes, under the repository root.
pub(crate) const READING: &str = "target/xtask/reading";

/// All steps. `codecs` keeps the whole workspace selected, so that the tensor framework has the
/// features it had in `test` and is not built again; what the codecs change is decoding, so only
/// those tests run again.
pub(crate) const STEPS: [Step; 9] = [
    Step { name: "fmt", cargo: &["fmt", "--all", "--check"], fast: true, ..STEP },
    Step {
        name: "test",
        cargo: &["test", "--release", "--workspace"],
        wants: &[CHROMIUM],
        fast: true,
        ..STEP
    },
    Step {
        name: "codecs",
        cargo: &[
            "test",
            "--release",
            "--workspace",
            "--features",
            "koniscope-cli/codecs",
            "--test",
            "decode*",
        ],
        needs: &[CXX, CMAKE],
        ..STEP
    },
    Step {
        name: "samples",
        cargo: &["run", "--release", "--", "read", "samples", "--out", READING],
        after: Some(samples_were_read),
        ..STEP
    },
    Step {
        name: "clippy",
        cargo: &["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"],
        fast: true,
        ..STEP
    },
    Step {
        name: "clippy-codecs",
        cargo: &[
            "clippy",
            "--release",
            "--workspace",
            "--all-targets",
            "--features",
            "koniscope-cli/codecs",
            "--",
            "-D",
            "warnings",
        ],
        needs: &[CXX, CMAKE],
        ..STEP
    },
    Step { name: "doc", cargo: &["doc", "--release", "--workspace", "--no-deps"], ..STEP },
    Step {
        name: "deny",
        cargo: &["deny", "check", "licenses", "bans", "sources"],
        extension: Some("cargo-deny"),
        ..STEP
    },
    // Builds all once more with wgpu, a quarter of an hour on two cores: docs/explanation/speed.md.
    Step {
        name: "gpu",
        cargo: &[
            "test",
            "--release",
            "--workspace",
            "--features",
            "koniscope-train/gpu",
            "--test",
            "gpu",
        ],
        named: true,
        ..STEP
    },
];

/// The steps that the options ask for, in order.
pub(crate) fn chosen(options: &Options) -> Vec<&'static Step> {
    let named = |step: &Step| options.steps.iter().any(|name| name == step.name);
    let all = options.steps.is_empty();
    let by_default = |step: &Step| !step.named && (!options.fast || step.fast);
    STEPS.iter().filter(|step| if all { by_default(step) } else { named(step) }).collect()
}

/// A line a step, for the help.
pub(crate) fn list() -> String {
    STEPS.iter().map(|s| format!("  {:14} cargo {}\n", s.name, s.cargo.join(" "))).collect()
}

/// Every sample has its reading, and all are on the page.
fn samples_were_read(root: &Path) -> Result<()> {
    let reading = root.join(READING);
    ensure!(reading.join("index.html").is_file(), "{READING}/index.html is missing");
    let mut films = 0;
    for entry in std::fs::read_dir(root.join("samples"))? {
        let path = entry?.path();
        if path.extension().is_none_or(|e| e == "md") {
            continue;
        }
        let stem = path.file_stem().unwrap_or_default();
        for file in ["reading.json", "lungs.png", "overlay.png"] {
            let written = reading.join(stem).join(file);
            ensure!(written.is_file(), "{} is missing", written.display());
        }
        films += 1;
    }
    ensure!(films > 0, "there is no film in samples");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(options: &Options) -> Vec<&'static str> {
        chosen(options).iter().map(|step| step.name).collect()
    }

    #[test]
    fn options_choose_steps_in_their_order() {
        let all = names(&Options::default());
        assert!(all.len() == STEPS.len() - 1 && !all.contains(&"gpu"));
        let gpu = Options { steps: vec!["gpu".into()], ..Options::default() };
        assert_eq!(names(&gpu), ["gpu"]);
        let fast = Options { fast: true, ..Options::default() };
        assert_eq!(names(&fast), ["fmt", "test", "clippy"]);
        let named = Options { steps: vec!["doc".into(), "fmt".into()], ..Options::default() };
        assert_eq!(names(&named), ["fmt", "doc"]);
    }

    #[test]
    fn a_sample_without_reading_is_found() {
        let root = std::env::temp_dir().join(format!("koniscope-xtask-{}", std::process::id()));
        let write = |file: &str| {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, "").expect("a file");
        };
        for file in ["samples/README.md", "samples/a.jpg", "target/xtask/reading/index.html"] {
            write(file);
        }
        let error = samples_were_read(&root).expect_err("no reading").to_string();
        assert!(error.contains("reading.json is missing"), "{error}");
        for file in ["reading.json", "lungs.png", "overlay.png"] {
            write(&format!("target/xtask/reading/a/{file}"));
        }
        samples_were_read(&root).expect("all is there");
        std::fs::remove_dir_all(&root).expect("removed");
    }
}
