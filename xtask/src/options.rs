//! What the command line asks for.

use anyhow::{Result, bail, ensure};

use crate::steps::STEPS;

pub(crate) const HELP: &str = "\
Usage: cargo xtask test [OPTIONS] [STEP]...

Runs every check that CI runs, or only the steps named. Installs the system packages that a step
needs where it can (as root, with apt-get); says what to install where it cannot. Tests that need
real films read the folder named by KONISCOPE_DATA and are skipped where it is not set.

Options:
  --fast         only fmt, clippy and test
  --keep-going   go on after a failure
  -h, --help     this text

Steps, in order:
";

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Options {
    pub(crate) fast: bool,
    pub(crate) keep_going: bool,
    /// Steps asked for by name; all if empty.
    pub(crate) steps: Vec<String>,
}

impl Options {
    /// Nothing if the help is wanted.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Option<Self>> {
        let mut arguments = arguments.into_iter();
        match arguments.next().as_deref() {
            Some("test") => {}
            None | Some("-h" | "--help" | "help") => return Ok(None),
            Some(other) => bail!("no chore is called {other:?}; there is one: test"),
        }
        let mut options = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "-h" | "--help" => return Ok(None),
                "--fast" => options.fast = true,
                "--keep-going" => options.keep_going = true,
                name if STEPS.iter().any(|step| step.name == name) => options.steps.push(argument),
                other => bail!("neither an option nor a step: {other:?}"),
            }
        }
        ensure!(
            !options.fast || options.steps.is_empty(),
            "--fast chooses the steps; leave it out to name them"
        );
        Ok(Some(options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>> {
        Options::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn lines_are_understood_or_refused() {
        for help in ["", "--help", "test --help"] {
            assert_eq!(parse(help).expect(help), None, "{help}");
        }
        let expected =
            Options { keep_going: true, steps: vec!["doc".into()], ..Options::default() };
        assert_eq!(parse("test --keep-going doc").expect("valid"), Some(expected));
        for (line, words) in [
            ("tset", "no chore is called \"tset\""),
            ("test --quick", "neither an option nor a step"),
            ("test --fast doc", "--fast chooses the steps"),
        ] {
            let error = parse(line).expect_err(line).to_string();
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
