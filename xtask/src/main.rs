//! The project's own chores. `cargo xtask test` runs every check that CI runs.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore speaks to its terminal")]

mod checks;
mod fill;
mod ignored;
mod options;
mod runner;
mod steps;
mod tests_told;
mod tools;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use options::{Chore, HELP};

fn main() -> ExitCode {
    let names: Vec<&str> = steps::STEPS.iter().map(|step| step.name).collect();
    let chore = match Chore::parse(std::env::args().skip(1), &names) {
        Ok(Some(chore)) => chore,
        Ok(None) => {
            print!("{HELP}{}", steps::list());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("xtask: {error:#}\n\n{HELP}{}", steps::list());
            return ExitCode::FAILURE;
        }
    };
    // Cargo's word at run time goes first: a target folder may be shared by several checkouts.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let own = own.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let root = own.parent().unwrap_or(Path::new("."));
    let done = match chore {
        Chore::Test(options) => runner::run(&steps::chosen(&options), root, options.keep_going),
        Chore::Fill { folder, check } => match fill::run(root, folder.as_deref(), check) {
            Ok(()) => true,
            Err(error) => {
                eprintln!("xtask: {error:#}");
                false
            }
        },
    };
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
