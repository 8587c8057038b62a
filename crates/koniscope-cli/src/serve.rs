//! `koniscope serve`: the DICOM node, and its page.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, anyhow};
use koniscope::{Reader, model::Device};
use koniscope_serve::{
    Log,
    config::Config,
    node::ServingNode,
    page::{Clock, Options, Page, PageReader, Settings, Study},
    reading::FilmReader,
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::watch,
};

use crate::{
    reader::ReaderArgs, signals::asked_to_end, standards::FolderArgs, threads, write::print,
};

/// Run a DICOM node: films come by C-STORE, are read, and results go to their destinations. With `[page]` in its
/// file, physicians read and sign them on a page.
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
    let config = Config::parse(&text).and_then(Config::load_tls);
    config.map_err(|words| anyhow!("{}: {words}", file.display()))
}

/// What network and store run on.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().context("no threads")
}

#[expect(clippy::print_stderr, reason = "the service's lines")]
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    threads::set(args.threads)?;
    let config = config(&args.config)?;
    let reader = Arc::new(args.reader.load(&Device::cpu())?);
    let what = format!("{} on {}", config.node.ae_title, config.node.listen);
    if args.check {
        print(&format!("well: {what}, {} destinations\n", config.destinations.len()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = runtime()?;
    let (stop, stopped) = watch::channel(false);
    let log: Log = Arc::new(|line: &str| eprintln!("{line}"));
    runtime.block_on(async {
        let (settings, root) = (config.page.clone(), config.node.folder.clone());
        let node = ServingNode::open(config, Arc::clone(&log)).await?;
        let film_reader: Arc<dyn FilmReader> = match settings {
            None => reader,
            Some(settings) => {
                let page = page(&settings, &root, &reader).await?;
                eprintln!("page: {}", page.address());
                page.bring_to(node.inbox());
                let (follower, store) = (page.follower(&root), node.store());
                tokio::spawn(follower.follow(store, stopped.clone(), Arc::clone(&log)));
                let ended = Arc::clone(&log);
                tokio::spawn(async move {
                    if let Err(error) = page.serve().await {
                        ended(&format!("the page ended: {error}"));
                    }
                });
                Arc::new(PageReader(reader))
            }
        };
        eprintln!("{what}: listening. Research use only. Not a medical device; not for diagnosis.");
        let running = tokio::spawn(node.run(film_reader, stopped));
        asked_to_end().await;
        eprintln!("ending: readings under way are finished");
        let _ = stop.send(true);
        running.await.context("the node ended in a fault of this program")?;
        Ok(ExitCode::SUCCESS)
    })
}

async fn page(settings: &Settings, root: &Path, reader: &Arc<Reader>) -> anyhow::Result<Page> {
    let study = Study { readings: settings.readings, by: settings.agreement };
    let options = Options {
        films: Vec::new(),
        out: root.join("results"),
        mode: settings.mode,
        study,
        standards: FolderArgs::default().folder(),
    };
    let opened = Page::listen(settings, options, Arc::clone(reader), clock()).await;
    opened.with_context(|| format!("cannot open the page on {}", settings.listen))
}

/// The system's clock, in seconds since 1970.
pub(crate) fn clock() -> Clock {
    Arc::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}
