//! What the command line asks for.

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

pub(crate) const HELP: &str = "\
Usage: cargo xtask test [OPTIONS] [STEP]...
       cargo xtask fill [--check] [FOLDER]

fill: fills the marked places of README.md, MODEL_CARD.md and docs/ with figures of the reports in
docs/figures, and holds marked sentences to them; with FOLDER, whose folders are evaluations, takes their
reports first; with --check changes nothing, and fails where a place differs.

test: runs every check that CI runs, or only the steps named. It installs nothing: what a step lacks is
named. Tests that need real films, a browser or certain instructions are ignored by the step test and run by
steps of their own, which are skipped where these are not there. With CI set, only real films, certain
instructions, ARM's standard library and the twins' Python packages may be missing.

Options of test:
  --fast         only the steps marked with *
  --keep-going   go on after a failure
  -h, --help     this text

Steps, in order:
";

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(crate) enum Chore {
    Test(Options),
    Fill {
        /// Whose reports are taken first.
        folder: Option<PathBuf>,
        /// Change nothing.
        check: bool,
    },
}

impl Chore {
    /// Nothing if the help is wanted. `steps` are the names of all steps.
    pub(crate) fn parse(
        arguments: impl IntoIterator<Item = String>,
        steps: &[&str],
    ) -> Result<Option<Self>> {
        let mut arguments = arguments.into_iter();
        let chore = arguments.next();
        let arguments: Vec<String> = arguments.collect();
        let help = |argument: &String| ["-h", "--help"].contains(&argument.as_str());
        if arguments.iter().any(help) {
            return Ok(None);
        }
        match chore.as_deref() {
            Some("test") => Ok(Some(Self::Test(Options::parse(arguments, steps)?))),
            Some("fill") => {
                let (options, folders): (Vec<_>, Vec<_>) =
                    arguments.into_iter().partition(|argument| argument.starts_with('-'));
                ensure!(folders.len() < 2, "fill takes one folder at most");
                if let Some(unknown) = options.iter().find(|option| *option != "--check") {
                    bail!("{unknown:?} is no option of fill; --check is");
                }
                let folder = folders.first().map(PathBuf::from);
                Ok(Some(Self::Fill { folder, check: !options.is_empty() }))
            }
            None | Some("-h" | "--help" | "help") => Ok(None),
            Some(other) => bail!("no chore is called {other:?}; there are test and fill"),
        }
    }
}

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Options {
    pub(crate) fast: bool,
    pub(crate) keep_going: bool,
    /// Steps asked for by name; all if empty.
    pub(crate) steps: Vec<String>,
}

impl Options {
    fn parse(arguments: Vec<String>, steps: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--fast" => options.fast = true,
                "--keep-going" => options.keep_going = true,
                name if steps.contains(&name) => options.steps.push(argument),
                other => bail!("neither an option nor a step: {other:?}"),
            }
        }
        ensure!(
            !options.fast || options.steps.is_empty(),
            "--fast chooses the steps; leave it out to name them"
        );
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Chore>> {
        Chore::parse(line.split_whitespace().map(String::from), &["fmt", "doc"])
    }

    #[test]
    fn lines_are_understood_or_refused() {
        for help in ["", "--help", "test --help", "fill -h"] {
            assert_eq!(parse(help).expect(help), None, "{help}");
        }
        let expected =
            Options { keep_going: true, steps: vec!["doc".into()], ..Options::default() };
        assert_eq!(parse("test --keep-going doc").expect("valid"), Some(Chore::Test(expected)));
        let a = Some("a/b".into());
        for (line, folder, check) in
            [("fill", None, false), ("fill a/b", a.clone(), false), ("fill --check a/b", a, true)]
        {
            assert_eq!(parse(line).expect("valid"), Some(Chore::Fill { folder, check }));
        }
        for (line, words) in [
            ("tset", "no chore is called \"tset\""),
            ("fill a b", "one folder at most"),
            ("fill --chek", "no option of fill"),
            ("test --quick", "neither an option nor a step"),
            ("test --fast doc", "--fast chooses the steps"),
        ] {
            let error = parse(line).expect_err(line).to_string();
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
