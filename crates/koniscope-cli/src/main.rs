//! `koniscope`: a thin door to the rooms of the libraries.

mod bench;
mod calibrate;
mod compare;
mod evaluate;
mod export;
mod labels;
mod node;
mod open;
mod operating_point;
mod pull;
mod read;
mod reader;
mod serve;
mod signals;
mod simulate;
mod site_file;
mod standards;
mod trainer;
mod users;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use koniscope_door::{command, models, threads, write};

/// Reads chest radiographs for pneumoconiosis.
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
    Open(open::Args),
    Calibrate(calibrate::Args),
    #[command(name = "operating-point", alias = "operate")]
    OperatingPoint(operating_point::Args),
    /// Train a network from a recipe and labeled films (the program koniscope-train)
    Train(trainer::Args),
    Export(export::Args),
    Bench(bench::Args),
    Evaluate(evaluate::Args),
    Compare(compare::Args),
    /// Run the paper's experiment from start to end (the program koniscope-train)
    Reproduce(trainer::Args),
    Simulate(simulate::Args),
    Labels(labels::Args),
    Standards(standards::Args),
    Serve(serve::Args),
    Pull(pull::Args),
    Node(node::Args),
    Users(users::Args),
}

fn main() -> ExitCode {
    koniscope_door::enter(env!("CARGO_BIN_NAME"), |cli: &Cli| match &cli.command {
        Command::Read(args) => read::run(args),
        Command::Open(args) => open::run(args),
        Command::Calibrate(args) => calibrate::run(args),
        Command::OperatingPoint(args) => operating_point::run(args),
        Command::Train(args) => trainer::run(None, args),
        Command::Export(args) => export::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Reproduce(args) => trainer::run(Some("reproduce"), args),
        Command::Simulate(args) => simulate::run(args),
        Command::Labels(args) => labels::run(args),
        Command::Standards(args) => standards::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Pull(args) => pull::run(args),
        Command::Node(args) => node::run(args),
        Command::Users(args) => users::run(args),
    })
}
