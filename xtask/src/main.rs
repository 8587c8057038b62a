//! The project's own chores. `cargo xtask test` runs every check that CI runs.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore speaks to its terminal")]

mod options;
mod runner;
mod steps;
mod tools;

use std::{path::Path, process::ExitCode};

use options::{HELP, Options};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}{}", steps::list());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("xtask: {error:#}\n\n{HELP}{}", steps::list());
            return ExitCode::FAILURE;
        }
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    if runner::run(&steps::chosen(&options), root, options.keep_going) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
