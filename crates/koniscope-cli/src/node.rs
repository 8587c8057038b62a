//! `koniscope node`: how the node and its peers stand.

use std::{fs, path::PathBuf, process::ExitCode, sync::Arc, time::SystemTime};

use anyhow::{Context, anyhow, bail};
use koniscope_serve::{
    check::{self, Light},
    folder::Folder,
    status,
    store::{Store, sqlite::Sqlite},
};

use crate::{
    serve::{config, runtime},
    write::print,
};

/// See how the DICOM node stands, prove a peer, or try again what failed
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Prove a peer: echo, store a test film, have it kept, read it back and compare; a light for each step.
    ///
    /// green: well; yellow: well, and something is to be known or done; red: it does not work. The film stays with the
    /// peer. Exit code 1 if a step is red.
    Check {
        /// Name of the peer in the node's file
        peer: String,
        /// The node's file, TOML
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Store this DICOM file, not a test film made by the program
        #[arg(long, value_name = "FILE")]
        film: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Queue, destinations, failures, disk and the last 100 associations
    Status {
        /// The node's file, TOML
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Queue once more all that failed
    Retry {
        /// The node's file, TOML
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::Check { peer, config, film, json } => prove(peer, config, film.as_ref(), *json),
        What::Status { config: file, json } => {
            let status = runtime()?.block_on(status::status(&config(file)?))?;
            let text =
                if *json { serde_json::to_string_pretty(&status)? + "\n" } else { status.text() };
            print(&text)?;
            Ok(ExitCode::SUCCESS)
        }
        What::Retry { config: file } => {
            let database = Folder::database(&config(file)?.node.folder);
            if !database.is_file() {
                bail!("there is no {}; has `koniscope serve` run?", database.display());
            }
            let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
            let now = i64::try_from(now).unwrap_or(i64::MAX);
            let queued =
                runtime()?.block_on(async { Sqlite::open(&database).await?.retry(now).await })?;
            print(&format!("{queued} tasks queued once more\n"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

#[expect(clippy::print_stderr, reason = "what is heard of the peer, beside the result on stdout")]
fn prove(
    name: &str,
    file: &PathBuf,
    film: Option<&PathBuf>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let config = Arc::new(config(file)?);
    let film = film.map(|film| fs::read(film).with_context(|| film.display().to_string()));
    let log = Arc::new(|line: &str| eprintln!("{line}"));
    let report = runtime()?.block_on(check::peer(config, name, film.transpose()?, log));
    let report = report.map_err(|words| anyhow!("{words}"))?;
    print(&if json { serde_json::to_string_pretty(&report)? + "\n" } else { report.text() })?;
    Ok(if report.light == Light::Red { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
