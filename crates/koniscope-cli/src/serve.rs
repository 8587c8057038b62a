//! `koniscope serve`: the DICOM node.

use std::{fs, path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, anyhow};
use koniscope::model::Device;
use koniscope_serve::{config::Config, node::ServingNode};
use tokio::{
    runtime::{Builder, Runtime},
    signal,
    sync::watch,
};

use crate::{reader::ReaderArgs, threads, write::print};

/// Run a DICOM node: films come by C-STORE, are read, and results go to their destinations.
///
/// Listens on loopback unless the configuration names another address. Nothing is acknowledged before it is on
/// the disk; what was not finished goes on at the next start. Lines about associations and films go to stderr.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The node's file, TOML
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Check the file and the models, and end
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    reader: ReaderArgs,
    /// Threads to compute with [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// The configuration of a file.
pub(crate) fn config(file: &PathBuf) -> anyhow::Result<Config> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Config::parse(&text).map_err(|words| anyhow!("{}: {words}", file.display()))
}

/// What network and store run on.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().context("no threads")
}

#[expect(clippy::print_stderr, reason = "the service's lines")]
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    threads::set(args.threads)?;
    let config = config(&args.config)?;
    let reader = args.reader.load(&Device::cpu())?;
    let node = &config.node;
    let what = format!("{} on {}", node.ae_title, node.listen);
    if args.check {
        print(&format!("well: {what}, {} destinations\n", config.destinations.len()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = runtime()?;
    let (stop, stopped) = watch::channel(false);
    runtime.block_on(async {
        let node = ServingNode::open(config, Arc::new(|line: &str| eprintln!("{line}"))).await?;
        eprintln!("{what}: listening. Research use only. Not a medical device; not for diagnosis.");
        let running = tokio::spawn(node.run(Arc::new(reader), stopped));
        asked_to_end().await;
        eprintln!("ending: readings under way are finished");
        let _ = stop.send(true);
        running.await.context("the node ended in a fault of this program")?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Waits for Ctrl-C, or the signal by which services are ended.
async fn asked_to_end() {
    #[cfg(unix)]
    if let Ok(mut term) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = term.recv() => {}
            _ = signal::ctrl_c() => {}
        }
        return;
    }
    let _ = signal::ctrl_c().await;
}
