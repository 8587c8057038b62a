//! `koniscope train`: a recipe and labeled films to weights.

use std::process::ExitCode;

/// Train a network from a recipe and labeled films.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::bail!("train is being built")
}
