//! `koniscope labels`: public sets, as downloaded, to a table of films and labels.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};
use koniscope_datasets::{Summary, sets, write_labels};

/// Told of each kind of fault on the screen; the JSON has all.
const TOLD: usize = 10;

/// Write labels.csv for a public set, from its folder as downloaded.
///
/// Films stay where they are. Raw films and masks of two files are written again beside the table.
/// docs/how-to/public-datasets.md says where each set is to be had, and on which terms.
///
/// Exit code: 0 if every row has its film, 2 if some were left out, 1 if nothing was written.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The set's name; --list tells all
    #[arg(value_name = "SET")]
    set: Option<String>,
    /// Its folder as downloaded and unpacked
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// The table to write [default: FOLDER/labels.csv]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a table that this command did not write
    #[arg(long)]
    force: bool,
    /// Print the counts as JSON
    #[arg(long)]
    json: bool,
    /// Tell the sets, where they are to be had, their terms and layouts
    #[arg(long, conflicts_with_all = ["set", "folder", "out", "force"])]
    list: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.list {
        list(args.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (Some(name), Some(folder)) = (&args.set, &args.folder) else {
        bail!("name a set and its folder, or ask for --list");
    };
    let set = sets::named(name)?;
    let summary = write_labels(set, folder, args.out.as_deref(), args.force)
        .with_context(|| format!("no table of {} was written", set.title))?;
    report(&summary, args.json)?;
    Ok(match summary.left_out.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(2),
    })
}

#[expect(clippy::print_stdout, reason = "the door speaks")]
fn list(json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(&sets::ALL)?);
        return Ok(());
    }
    for set in sets::ALL {
        println!("{}: {}", set.name, set.title);
        println!("  from:    {}", set.from);
        println!("  terms:   {}", set.license);
        println!("  layout:  {}", set.layout);
        if !set.assumed.is_empty() {
            println!("  assumed: {}", set.assumed);
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the door speaks")]
fn report(summary: &Summary, json: bool) -> anyhow::Result<()> {
    tell("left out", &summary.left_out);
    tell("note", &summary.notes);
    if json {
        println!("{}", serde_json::to_string_pretty(summary)?);
        return Ok(());
    }
    println!(
        "{} films of {} patients in {}, {} with lungs; {} rows or films left out, {} other files \
         not read",
        summary.films,
        summary.patients,
        summary.table.display(),
        summary.masks,
        summary.left_out.len(),
        summary.ignored,
    );
    for (column, counts) in &summary.labels {
        let counts: Vec<String> = counts.iter().map(|(v, n)| format!("{v}: {n}")).collect();
        println!("{column}: {}", counts.join(", "));
    }
    println!("terms: {}", summary.license);
    if !summary.assumed.is_empty() {
        println!("assumed: {}", summary.assumed);
    }
    Ok(())
}

/// The first faults of a kind, on stderr.
#[expect(clippy::print_stderr, reason = "the door speaks")]
fn tell(kind: &str, faults: &[String]) {
    for fault in faults.iter().take(TOLD) {
        eprintln!("{kind}: {fault}");
    }
    if faults.len() > TOLD {
        eprintln!("{kind}: {} more (--json has all)", faults.len() - TOLD);
    }
}
