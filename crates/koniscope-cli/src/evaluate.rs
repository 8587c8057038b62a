//! `koniscope evaluate`: films and labels to figures with their intervals.

use std::{path::PathBuf, process::ExitCode};

use indicatif::{ProgressBar, ProgressStyle};
use koniscope::model::Device;
use koniscope_door::pair;
use koniscope_evaluate::{
    Observer, Options, Summary,
    cases::{Choice, TEST},
    evaluate,
};

use crate::{
    command::{command, commit, processor},
    reader::ReaderArgs,
    threads,
    write::print,
};

/// Evaluate the reader on films with labels.
///
/// Reads every film of the tables as `koniscope read` does and writes report.html (one page with
/// plots, that prints on A4), report.json (every figure with its interval) and cases.csv (a row a
/// film) into a folder: detection, calibration, stages, zones and lungs, as far as the tables have
/// labels or masks, over all films and by source, view and further columns. Where several readers
/// graded the films (columns as reader_NAME_stage), their agreement with each other, with their
/// consensus and with the model, and disagreements.csv.
///
/// Answers are kept in the folder: the same command goes on where it was stopped.
///
/// Exit code: 0 if all films were read, 2 if some were not, 1 if none was or the command is wrong.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Table of films with labels, see docs/reference/labels-csv.md; may be given again
    #[arg(long, required = true, value_name = "CSV")]
    labels: Vec<PathBuf>,
    /// Folder of the evaluation, made where missing
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// Column that says whether a film shows the disease [default: pneumoconiosis, else stage I and
    /// above]
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Only films that hold this in their column, as source=Montgomery; may be given again
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = pair)]
    wanted: Vec<(String, String)>,
    /// Only films of patients that a training run held back: its split.csv
    #[arg(long, value_name = "CSV")]
    split: Option<PathBuf>,
    /// Which part of --split: test, tuning or training
    #[arg(long, value_name = "PART", default_value = TEST, requires = "split")]
    part: String,
    /// Read films without a label too, for the share that a site's threshold calls positive
    #[arg(long)]
    unlabeled: bool,
    /// Column whose values part the films; may be given again
    #[arg(long = "subgroup", value_name = "COLUMN")]
    subgroups: Vec<String>,
    /// Prevalence for predictive values and the decision curve; surveillance has about 0.05
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    prevalence: f64,
    /// Read every film again with exposure, contrast, noise, turn, size, JPEG, border, markers removed,
    /// and lungs blanked, grown, shrunk and moved: fifteen more readings a film
    #[arg(long)]
    robustness: bool,
    /// Seed of the resamples of the intervals
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    reader: ReaderArgs,
    /// Read without a site's file, as for `koniscope calibrate`
    #[arg(long, conflicts_with = "site")]
    no_site: bool,
    /// Print report.json instead of the table
    #[arg(long)]
    json: bool,
    /// Threads to compute with, and films in memory at once [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// No progress bar and no remarks
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    threads::set(args.threads)?;
    let reader = match args.no_site {
        true => args.reader.load_without_site(&Device::cpu())?,
        false => args.reader.load(&Device::cpu())?,
    };
    let options = Options {
        tables: args.labels.clone(),
        label: args.label.clone(),
        choice: Choice {
            wanted: args.wanted.clone(),
            split: args.split.clone().map(|split| (split, args.part.clone())),
            unlabeled: args.unlabeled,
        },
        subgroups: args.subgroups.clone(),
        prevalence: args.prevalence,
        robustness: args.robustness,
        seed: args.seed,
        out: args.out.clone(),
        command: command(),
        commit: commit(),
        processor: processor(),
    };
    let bar = Bar { bar: ProgressBar::hidden(), quiet: args.quiet };
    let summary = evaluate(&reader, &options, &bar)?;
    bar.bar.finish_and_clear();
    print(if args.json { &summary.json } else { &summary.text })?;
    if !args.quiet {
        remark(&summary, args);
    }
    Ok(match (summary.read, summary.failed) {
        (0, _) => ExitCode::FAILURE,
        (_, 0) => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    })
}

/// A bar with the time left, on stderr; nothing where stderr is no terminal.
struct Bar {
    bar: ProgressBar,
    quiet: bool,
}

impl Observer for Bar {
    fn begin(&self, what: &'static str, films: usize) {
        if self.quiet {
            return;
        }
        self.bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
        self.bar.reset();
        self.bar.set_length(films as u64);
        let template = format!("{what} {{wide_bar}} {{pos}}/{{len}} films, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            self.bar.set_style(style);
        }
    }

    fn done(&self) {
        self.bar.inc(1);
    }
}

#[expect(clippy::print_stderr, reason = "remarks for people, beside the result on stdout")]
fn remark(summary: &Summary, args: &Args) {
    if summary.kept > 0 {
        eprintln!("{} films had been read by an earlier run", summary.kept);
    }
    eprintln!("results: open {}", args.out.join("report.html").display());
}
