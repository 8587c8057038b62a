//! What Koniscope's programs share: the folder of models, threads, streams and exit codes.
//!
//! Here, and in the programs, the environment is read and something is printed; nowhere else.
//!
//! Research use only. Not a medical device.

pub mod bench;
pub mod command;
pub mod models;
pub mod threads;
pub mod write;

use std::process::ExitCode;

/// Runs a program: reads its arguments, does `run` with them, and says to the user what failed.
///
/// Help and version go to stdout with 0. A wrong command exits with 1, not clap's 2, which means
/// that some films were not read.
#[expect(clippy::print_stderr, reason = "the one place where an error meets the user")]
pub fn enter<Arguments: clap::Parser>(
    program: &str,
    run: impl FnOnce(&Arguments) -> anyhow::Result<ExitCode>,
) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Where nothing can be printed, the exit code still tells.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    run(&arguments).unwrap_or_else(|error| {
        eprintln!("{program}: {error:#}");
        ExitCode::FAILURE
    })
}

/// `COLUMN=VALUE`.
///
/// # Errors
/// What was expected, where there is no `=`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(c, v)| (c.trim().to_owned(), v.trim().to_owned()));
    pair.ok_or_else(|| "COLUMN=VALUE was expected, as No_Finding=1".into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_read_or_what_was_expected_is_told() {
        assert_eq!(pair("No_Finding = 1").unwrap(), ("No_Finding".into(), "1".into()));
        assert!(pair("No_Finding").unwrap_err().contains("COLUMN=VALUE"));
    }
}
