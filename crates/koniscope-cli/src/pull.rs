//! `koniscope pull`: films of an archive into the node's queue, or a folder.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use indicatif::{ProgressBar, ProgressStyle};
use koniscope_serve::pull::{Method, Outcome, Plan, Pull, Standing, Wanted};
use serde::Serialize;
use tokio::{signal, sync::watch};

use crate::{
    serve::{config, runtime},
    write::print,
};

/// Fetch films from an archive: chest radiographs of a date, a patient or a study, into the node's queue.
///
/// What the node holds is not fetched again. Films come by C-GET, or by C-MOVE where the archive does not offer
/// that and the node runs. Ctrl-C ends it in some seconds; the same command goes on from there.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Name of the peer in the node's file
    peer: String,
    /// The node's file, TOML
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Of this study date, or range: 20261130, 20261101-20261130, 20261101-
    #[arg(long, value_name = "DATE")]
    study_date: Option<String>,
    /// Of this patient
    #[arg(long, value_name = "ID")]
    patient_id: Option<String>,
    /// Of this accession number
    #[arg(long, value_name = "NUMBER")]
    accession: Option<String>,
    /// Of this study
    #[arg(long, value_name = "UID")]
    study_uid: Option<String>,
    /// Series of these modalities
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "CR,DX")]
    modality: Vec<String>,
    /// Fetch at most so many films
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Tell what would come, and end
    #[arg(long)]
    dry_run: bool,
    /// Fetch by C-GET alone
    #[arg(long, conflicts_with = "move_")]
    get: bool,
    /// Have the archive send to the running node, by C-MOVE
    #[arg(long = "move")]
    move_: bool,
    /// Write films into this folder, not into the node's queue
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// All that is told to programs.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    found: &'a Plan,
    /// Nothing for a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    fetched: Option<&'a Outcome>,
}

#[expect(clippy::print_stderr, reason = "remarks for people, beside the result on stdout")]
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = Arc::new(config(&args.config)?);
    let wanted = Wanted {
        study_date: args.study_date.clone(),
        patient_id: args.patient_id.clone(),
        accession: args.accession.clone(),
        study_uid: args.study_uid.clone(),
        modalities: args.modality.clone(),
        limit: args.limit,
    };
    let method = match (args.get, args.move_) {
        (true, _) => Some(Method::Get),
        (_, true) => Some(Method::Move),
        _ => None,
    };
    runtime()?.block_on(async {
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(async move {
            if signal::ctrl_c().await.is_ok() {
                let _ = stop.send(true);
            }
        });
        let bar = bar(args.quiet);
        let line = bar.clone();
        let log = Arc::new(move |words: &str| line.suspend(|| eprintln!("{words}")));
        let to = (method, args.out.clone());
        let pull = Pull::new(config, &args.peer, wanted, to, log, stopped).await?;
        let plan = pull.find().await?;
        if args.dry_run {
            tell(args, &plan, None)?;
            return Ok(ExitCode::SUCCESS);
        }
        let coming = plan.number(Standing::Coming);
        bar.set_length(coming as u64);
        let outcome = pull.fetch(&plan, &mut |films| bar.inc(films as u64)).await?;
        bar.finish_and_clear();
        tell(args, &plan, Some(&outcome))?;
        Ok(match (outcome.came, outcome.failed.is_empty()) {
            (_, true) => ExitCode::SUCCESS,
            (0, false) => ExitCode::FAILURE,
            _ => ExitCode::from(2),
        })
    })
}

fn tell(args: &Args, plan: &Plan, fetched: Option<&Outcome>) -> anyhow::Result<()> {
    if args.json {
        let report = Report { found: plan, fetched };
        return print(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    print(&plan.text())?;
    let Some(outcome) = fetched else { return Ok(()) };
    for failure in &outcome.failed {
        print(&format!("not fetched  {}: {}\n", failure.sop_instance_uid, failure.reason))?;
    }
    let to = match &args.out {
        Some(folder) => format!("in {}", folder.display()),
        None => "in the node's queue".into(),
    };
    print(&format!("{} films came and are {to}, {} did not\n", outcome.came, outcome.failed.len()))
}

fn bar(quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    match ProgressStyle::with_template("fetching {wide_bar} {pos}/{len} films, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
