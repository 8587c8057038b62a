//! `koniscope`: a thin door to the rooms of the libraries.

mod bench;
mod calibrate;
mod command;
mod compare;
mod evaluate;
mod export;
mod labels;
mod models;
mod operating_point;
mod read;
mod reproduce;
mod simulate;
mod site_file;
mod threads;
mod train;
mod write;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Reads chest radiographs for pneumoconiosis, and trains the networks that do.
///
/// Research use only. Not a medical device; not for diagnosis.
#[derive(Parser)]
#[command(name = "koniscope", version, about, long_about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Read(read::Args),
    Calibrate(calibrate::Args),
    #[command(name = "operating-point", alias = "operate")]
    OperatingPoint(operating_point::Args),
    Train(train::Args),
    Export(export::Args),
    Bench(bench::Args),
    Evaluate(evaluate::Args),
    Compare(compare::Args),
    Reproduce(reproduce::Args),
    Simulate(simulate::Args),
    Labels(labels::Args),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let result = match cli.command {
        Command::Read(args) => read::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::OperatingPoint(args) => operating_point::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Reproduce(args) => reproduce::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Labels(args) => labels::run(&args),
    };
    result.unwrap_or_else(|error| fail(&error))
}

/// Help and version go to stdout with 0. A wrong command exits with 1, not clap's 2, which means
/// that some films were not read.
fn usage(error: &clap::Error) -> ExitCode {
    // Where nothing can be printed, the exit code still tells.
    let _ = error.print();
    if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The one place where an error meets the user.
#[expect(clippy::print_stderr, reason = "the door speaks")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("koniscope: {error:#}");
    ExitCode::FAILURE
}
