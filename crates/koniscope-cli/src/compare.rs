//! `koniscope compare`: two evaluations of the same films, film by film.

use std::{path::PathBuf, process::ExitCode};

use koniscope_evaluate::compare::{self, Options, Summary, compare};

use crate::{
    command::{command, commit},
    threads,
    write::print,
};

/// Compare two evaluations of the same films.
///
/// A and B are folders that `koniscope evaluate` wrote: of two models, of two versions of one, or of
/// one with and without a site's file. Tells for each figure what A and B reach, A less B with its
/// 95 % interval by patient, and p where there is a test, also adjusted for all of them; and the films
/// on which they disagree. Only films that both read count; their labels must be the same.
///
/// Exit code: 0 if all films of both were compared, 2 if some were left out, 1 if nothing was.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder of the first evaluation
    #[arg(value_name = "A")]
    a: PathBuf,
    /// Folder of the second
    #[arg(value_name = "B")]
    b: PathBuf,
    /// By what films are matched
    #[arg(long, value_enum, default_value = "image")]
    key: Key,
    /// Folder for compare.html (one page with plots, that prints on A4) and compare.json, made where
    /// missing
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Seed of the resamples of the intervals
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Print compare.json instead of the table
    #[arg(long)]
    json: bool,
    /// Threads to compute with [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// No remarks
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Key {
    /// The picture's path, as the tables say it
    Image,
    /// The picture's file name, without its folder
    Name,
    /// The patient's id, where each patient has one film
    Patient,
}

impl From<Key> for compare::Key {
    fn from(key: Key) -> Self {
        match key {
            Key::Image => Self::Image,
            Key::Name => Self::Name,
            Key::Patient => Self::Patient,
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    threads::set(args.threads)?;
    let Summary { json, text, left_out } = compare(&Options {
        folders: [args.a.clone(), args.b.clone()],
        key: args.key.into(),
        seed: args.seed,
        out: args.out.clone(),
        command: command(),
        commit: commit(),
    })?;
    print(if args.json { &json } else { &text })?;
    if !args.quiet {
        remark(args);
    }
    Ok(if left_out == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

#[expect(clippy::print_stderr, reason = "a remark for people, beside the result on stdout")]
fn remark(args: &Args) {
    if let Some(out) = &args.out {
        eprintln!("results: open {}", out.join("compare.html").display());
    }
}
