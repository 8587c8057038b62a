//! `koniscope`: a thin door to the rooms of the libraries.

mod models;
mod read;
mod train;

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
    Train(train::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Read(args) => read::run(&args),
        Command::Train(args) => train::run(&args),
    };
    result.unwrap_or_else(|error| fail(&error))
}

/// The one place where an error meets the user.
#[expect(clippy::print_stderr, reason = "the door speaks")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("koniscope: {error:#}");
    ExitCode::FAILURE
}
