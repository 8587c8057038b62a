//! `koniscope read`: films and folders to readings.

use std::process::ExitCode;

/// Read chest radiographs.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::bail!("read is being built")
}
