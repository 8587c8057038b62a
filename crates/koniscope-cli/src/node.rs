//! `koniscope node`: how the node and its peers stand.

use std::{fs, path::PathBuf, process::ExitCode, time::SystemTime};

use anyhow::{Context, anyhow, bail};
use koniscope_serve::{
    check,
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
    /// Prove a peer: connect, echo, and with --film store a film twice; a line for each step.
    ///
    /// The film stays with the peer: give a test film. Exit code 1 if a step failed.
    Check {
        /// Name of the peer in the node's file
        peer: String,
        /// The node's file, TOML
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Store this DICOM file
        #[arg(long, value_name = "FILE")]
        film: Option<PathBuf>,
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
        What::Check { peer, config, film } => prove(peer, config, film.as_ref()),
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

fn prove(name: &str, file: &PathBuf, film: Option<&PathBuf>) -> anyhow::Result<ExitCode> {
    let config = config(file)?;
    let peer = config.peers.get(name).ok_or_else(|| {
        let known: Vec<&str> = config.peers.keys().map(String::as_str).collect();
        anyhow!("no peer {name} in {}; it has: {}", file.display(), known.join(", "))
    })?;
    let film = film.map(|film| fs::read(film).with_context(|| film.display().to_string()));
    let film = film.transpose()?;
    let calling = &config.node.ae_title;
    let steps =
        runtime()?.block_on(check::peer(name, peer, calling, film.as_deref(), &config.timeouts));
    for step in &steps {
        print(&format!("{}  {}\n", if step.well { "well  " } else { "FAILED" }, step.words))?;
    }
    let is_well = steps.iter().all(|step| step.well);
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
