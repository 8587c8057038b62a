//! The checks, in an order that shares what was compiled and fails early.

use std::path::Path;

use anyhow::Result;

use crate::{
    checks,
    options::Options,
    tools::{CMAKE, CXX, Tool},
};

/// What a step runs.
pub(crate) enum Run {
    /// Cargo with these arguments.
    Cargo(&'static [&'static str]),
    /// The tests that are ignored because they need one of these first; see [`crate::ignored`].
    Ignored(&'static [&'static str]),
    /// A check that needs no compiler.
    Check(fn(&Path) -> Result<String>),
    /// A script of `reference/` that tells with `--missing` which packages it lacks.
    Python(&'static str),
}

/// One check, and what stands around it.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
    /// What cargo finds in its environment.
    pub(crate) env: &'static [(&'static str, &'static str)],
    /// Without these it fails.
    pub(crate) needs: &'static [Tool],
    /// A target whose standard library must be there, else the step is skipped.
    pub(crate) target: Option<&'static str>,
    /// What must hold once the command was well.
    pub(crate) after: Option<fn(&Path) -> Result<String>>,
    /// Part of `--fast`.
    fast: bool,
    /// Run only where it is named: what it builds takes long and serves few.
    named: bool,
}

const STEP: Step = Step {
    name: "",
    run: Run::Cargo(&[]),
    env: &[],
    needs: &[],
    target: None,
    after: None,
    fast: false,
    named: false,
};

/// Types are checked for this one too: its processors have none of the engine's wide loops.
const ARM: &str = "aarch64-unknown-linux-gnu";

/// All steps. What is compiled is compiled in one profile, `checked`, with all of the workspace selected, so
/// that features are the same in every step and nothing is built twice.
pub(crate) const STEPS: [Step; 22] = [
    Step { name: "fmt", run: Run::Cargo(&["fmt", "--all", "--check"]), fast: true, ..STEP },
    Step { name: "layers", run: Run::Check(checks::layers), fast: true, ..STEP },
    Step { name: "sizes", run: Run::Check(checks::sizes), fast: true, ..STEP },
    Step { name: "links", run: Run::Check(checks::links), fast: true, ..STEP },
    Step { name: "licenses", run: Run::Check(checks::licenses), ..STEP },
    Step {
        name: "test",
        run: Run::Cargo(&["test", "--profile", "checked", "--workspace"]),
        fast: true,
        ..STEP
    },
    Step { name: "browser", run: Run::Ignored(&["Chromium"]), ..STEP },
    Step { name: "node", run: Run::Ignored(&["Orthanc", "dcmtk"]), ..STEP },
    Step { name: "archive", run: Run::Ignored(&["dicom3tools"]), ..STEP },
    Step { name: "processor", run: Run::Ignored(&["AVX-512", "bf16", "AMX"]), ..STEP },
    Step { name: "real", run: Run::Ignored(&["KONISCOPE_DATA"]), ..STEP },
    Step {
        name: "samples",
        run: Run::Cargo(&["build", "--profile", "checked", "--workspace", "--bin", "koniscope"]),
        after: Some(checks::samples_are_read),
        ..STEP
    },
    Step {
        name: "codecs",
        run: Run::Cargo(&[
            "test",
            "--profile",
            "checked",
            "--workspace",
            "--features",
            "koniscope-cli/codecs",
            "--test",
            "decode*",
        ]),
        needs: &[CXX, CMAKE],
        ..STEP
    },
    Step {
        name: "clippy",
        run: Run::Cargo(&[
            "clippy",
            "--profile",
            "checked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]),
        fast: true,
        ..STEP
    },
    Step {
        name: "clippy-codecs",
        run: Run::Cargo(&[
            "clippy",
            "--profile",
            "checked",
            "--workspace",
            "--all-targets",
            "--features",
            "koniscope-cli/codecs",
            "--",
            "-D",
            "warnings",
        ]),
        needs: &[CXX, CMAKE],
        ..STEP
    },
    Step {
        name: "doc",
        run: Run::Cargo(&["doc", "--profile", "checked", "--workspace", "--no-deps"]),
        ..STEP
    },
    Step {
        name: "aarch64",
        // Without the node, whose SQLite is in C and would ask for a compiler of that target.
        run: Run::Cargo(&[
            "check",
            "--profile",
            "checked",
            "-p",
            "koniscope-evaluate",
            "--target",
            ARM,
        ]),
        target: Some(ARM),
        ..STEP
    },
    Step { name: "twins", run: Run::Python("reference/twins.py"), ..STEP },
    // What the engine runs on processors that have no loops of their own.
    Step {
        name: "portable",
        run: Run::Cargo(&[
            "test",
            "--profile",
            "checked",
            "-p",
            "koniscope-engine",
            "--features",
            "koniscope-engine/portable",
        ]),
        ..STEP
    },
    // The engine's memory, read and written by AddressSanitizer's leave: five minutes of processor time.
    Step {
        name: "asan",
        run: Run::Cargo(&[
            "test",
            "--profile",
            "checked",
            "-p",
            "koniscope-engine",
            "--lib",
            "--tests",
            "--target",
            "x86_64-unknown-linux-gnu",
        ]),
        // A sanitizer is a matter of nightly compilers, but the released one has it too.
        env: &[("RUSTC_BOOTSTRAP", "1"), ("RUSTFLAGS", "-Zsanitizer=address")],
        named: true,
        ..STEP
    },
    // The engine's plain code by the rules of Rust's memory: needs `rustup +nightly component add miri rust-src`.
    Step {
        name: "miri",
        run: Run::Cargo(&["+nightly", "miri", "test", "-p", "koniscope-engine", "--lib", "small"]),
        // Rayon's own: threads that outlive the test, and pointers kept as numbers.
        env: &[(
            "MIRIFLAGS",
            "-Zmiri-tree-borrows -Zmiri-ignore-leaks -Zmiri-permissive-provenance",
        )],
        named: true,
        ..STEP
    },
    // Builds all once more with wgpu, a quarter of an hour on two cores: docs/explanation/speed.md.
    Step {
        name: "gpu",
        run: Run::Cargo(&[
            "test",
            "--profile",
            "checked",
            "--workspace",
            "--features",
            "koniscope-train/gpu",
            "--test",
            "gpu",
            "--",
            "--include-ignored",
        ]),
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

impl Run {
    /// In words, for the help and the log.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Cargo(arguments) => format!("cargo {}", arguments.join(" ")),
            Self::Ignored(needs) => format!("the ignored tests that need {}", needs.join(" or ")),
            Self::Check(_) => "a check of the sources and documents".into(),
            Self::Python(script) => format!("python {script}"),
        }
    }
}

/// One line per step, for the help.
pub(crate) fn list() -> String {
    let mark = |step: &Step| if step.fast { '*' } else { ' ' };
    STEPS.iter().map(|s| format!("{} {:14} {}\n", mark(s), s.name, s.run.words())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ignored::NEEDS;

    fn names(options: &Options) -> Vec<&'static str> {
        chosen(options).iter().map(|step| step.name).collect()
    }

    #[test]
    fn options_choose_steps_in_their_order() {
        let all = names(&Options::default());
        let by_name = ["asan", "miri", "gpu"];
        assert_eq!(all.len(), STEPS.len() - by_name.len());
        assert!(!by_name.iter().any(|name| all.contains(name)));
        let gpu = Options { steps: vec!["gpu".into()], ..Options::default() };
        assert_eq!(names(&gpu), ["gpu"]);
        let fast = Options { fast: true, ..Options::default() };
        assert_eq!(names(&fast), ["fmt", "layers", "sizes", "links", "test", "clippy"]);
        let named = Options { steps: vec!["doc".into(), "fmt".into()], ..Options::default() };
        assert_eq!(names(&named), ["fmt", "doc"]);
    }

    #[test]
    fn every_need_of_an_ignored_test_has_its_step() {
        for need in NEEDS {
            let runs =
                |step: &Step| matches!(step.run, Run::Ignored(names) if names.contains(&need.name));
            assert!(STEPS.iter().any(runs), "no step runs tests that need {}", need.name);
        }
    }
}
