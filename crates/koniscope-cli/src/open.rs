//! `koniscope open`: films on a page, read and signed by a physician.

use std::{
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context, bail};
use koniscope::{form::signed, model::Device};
use koniscope_serve::page::{Options, Page, Study};

use crate::{
    read::find, reader::ReaderArgs, serve::clock, standards::FolderArgs, threads, write::print,
};

/// Open films on a page in the browser, read them on the official form and sign.
///
/// The page is this program's own: it listens on this machine alone, needs no network, and ends with
/// the program (Ctrl-C). The machine reads the films meanwhile; a signed reading is a file that never
/// changes, beside the film's results.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Films, and folders of films, which are walked with their subfolders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Folder of results and signed readings, made where missing
    #[arg(long, short, value_name = "DIR", default_value = "koniscope-readings")]
    out: PathBuf,
    /// When the reader sees what the machine says
    #[arg(long, value_enum, value_name = "MODE", default_value = "reader-first")]
    mode: Mode,
    /// Port on this machine [default: any that is free]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Print the address and open no browser
    #[arg(long)]
    no_browser: bool,
    #[command(flatten)]
    standards: FolderArgs,
    #[command(flatten)]
    reader: ReaderArgs,
    /// Threads to read with, and films in memory at once [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// When the reader sees what the machine says.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Mode {
    /// Once the first reading of a film is signed
    ReaderFirst,
    /// From the start: it fills in the form as a proposal
    MachineFirst,
    /// Never
    MachineOff,
}

impl From<Mode> for signed::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::ReaderFirst => Self::ReaderFirst,
            Mode::MachineFirst => Self::MachineFirst,
            Mode::MachineOff => Self::MachineOff,
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    threads::set(args.threads)?;
    let found = find::find(&args.paths, &[&args.out]);
    if found.films.is_empty() {
        bail!("no films found ({} other files passed over)", found.skipped);
    }
    let reader = args.reader.load(&Device::cpu())?;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot create {}", args.out.display()))?;
    let options = Options {
        films: found.films,
        out: args.out.clone(),
        mode: args.mode.into(),
        study: Study::default(),
        standards: args.standards.folder(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot begin to serve")?;
    runtime.block_on(async {
        let page = Page::open(options, reader, clock(), args.port)
            .await
            .with_context(|| format!("cannot open the page on port {}", args.port))?;
        let address = page.address();
        print(&format!("{address}\n"))?;
        if !args.no_browser {
            browse(&address);
        }
        page.serve().await.context("the page ended")
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Opens the address in the system's browser. Where there is none, the address was printed.
fn browse(address: &str) {
    let (program, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(before).arg(address);
    drop(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn());
}
