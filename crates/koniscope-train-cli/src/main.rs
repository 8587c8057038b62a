//! `koniscope-train`: what `koniscope train` and `koniscope reproduce` call. A program of its own, so that
//! the one that reads films needs no tensor framework.

mod bench;
mod reproduce;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Trains the networks that read chest radiographs for pneumoconiosis: koniscope train NETWORK.
///
/// Research use only. Not a medical device; not for diagnosis.
#[derive(Parser)]
#[command(name = "koniscope-train", version, about, long_about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Train(train::Network),
    Reproduce(reproduce::Args),
    Bench(bench::Args),
}

fn main() -> ExitCode {
    koniscope_door::enter(env!("CARGO_BIN_NAME"), |cli: &Cli| match &cli.command {
        Command::Train(network) => train::run(network),
        Command::Reproduce(args) => reproduce::run(args),
        Command::Bench(args) => bench::run(args),
    })
}
