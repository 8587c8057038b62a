//! `koniscope read`: films and folders to readings.

pub(crate) mod find;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::Ordering,
    time::Instant,
};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use koniscope::{
    model::Device,
    output::{
        self, FilmResult, FolderSink, Sink,
        dicom::{DicomSink, Kinds},
    },
    report::{self, Failure, FilmReport, INDEX_FILE},
};

use crate::{
    reader::ReaderArgs,
    signals, threads,
    write::{print, write_atomic},
};

/// Read chest radiographs: DICOM, PNG, JPEG or TIFF.
///
/// Prints a table, or JSON; with --out also writes index.html, and per film reading.json, lungs.png
/// (0 background, 1 right lung, 2 left lung) and overlay.png.
///
/// With --model zones the six zones are graded and the stage follows by the rule of GBZ 70-2015,
/// with its clause; fields of the ILO Classification and axes of large opacities stand in
/// reading.json. With --model paper one classifier sees both lungs and gives a probability alone.
///
/// Ctrl-C finishes the films under way and tells which are left; once more ends at once.
///
/// Exit code: 0 if all films were read, 2 if some were not, 1 if none was or the command is wrong.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Films, and folders of films, which are walked with their subfolders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write results into this folder, made where missing
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write results as DICOM objects of the film's study, for an archive, into this folder, made where
    /// missing: <film>/seg.dcm, sr.dcm, sc.dcm, pdf.dcm and kos.dcm. Films that are no DICOM get none
    #[arg(long, value_name = "DIR")]
    dicom_out: Option<PathBuf>,
    /// Which DICOM objects to write
    #[arg(long, value_name = "KINDS", default_value = "seg,sr,sc,pdf,kos", requires = "dicom_out")]
    dicom_kinds: Kinds,
    /// Print one JSON document instead of the table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reader: ReaderArgs,
    /// Compute with numbers of 16 bits, the same but for rounding: for a processor with AMX, others gain little
    #[arg(long)]
    bf16: bool,
    /// Threads to compute with, and films in memory at once [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// No progress bar and no remarks
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    threads::set(args.threads)?;
    let outs: Vec<&Path> =
        [&args.out, &args.dicom_out].into_iter().flatten().map(|o| &**o).collect();
    let found = find::find(&args.paths, &outs);
    if found.films.is_empty() {
        bail!("no films found ({} other files passed over)", found.skipped);
    }
    let device = if args.bf16 { Device::cpu_bf16()? } else { Device::cpu() };
    let reader = args.reader.load(&device)?;
    for out in &outs {
        fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    }

    let start = Instant::now();
    let clock = || start.elapsed().as_secs_f64() * 1e3;
    let progress = progress(found.films.len(), args.quiet);
    let names = output::names(&found.films, &outs);
    let sinks = sinks(args);
    let stop = signals::stop()?;
    let films = koniscope::many::in_order(found.films.len(), |i| {
        let path = output::path_in_words(&found.films[i]);
        if stop.load(Ordering::Relaxed) {
            return FilmReport { path, folder: None, outcome: Err(Failure::stopped()) };
        }
        let outcome = output::read_file(&reader, &found.films[i], &clock);
        let mut film = output::keep(FilmResult { path, name: names[i].clone(), outcome }, &sinks);
        if args.out.is_none() {
            film.folder = None; // there is nothing for a report to lead to
        }
        progress.inc(1);
        film
    })?;
    progress.finish_and_clear();

    let index = args.out.as_ref().map(|out| out.join(INDEX_FILE));
    let written = match &index {
        Some(index) => write_atomic(index, report::index(&films).into_string().as_bytes()),
        None => Ok(()),
    };
    // Printed in any case: a full disk must not take the readings with it.
    print(&if args.json { report::document(&films) } else { report::text(&films) })?;
    written?;
    if stop.load(Ordering::Relaxed) {
        let is_left = |f: &&FilmReport| f.outcome.as_ref().is_err_and(|e| e.kind == "stopped");
        left(films.iter().filter(is_left).count(), films.len());
    }
    if !args.quiet {
        let no_dicom =
            |f: &&FilmReport| f.outcome.as_ref().is_ok_and(|r| r.film.sop_instance_uid.is_none());
        let without = args.dicom_out.iter().flat_map(|_| films.iter().filter(no_dicom)).count();
        remark(found.skipped, without, index);
    }
    Ok(exit_code(&films))
}

/// Where results go.
fn sinks(args: &Args) -> Vec<Box<dyn Sink>> {
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    if let Some(out) = &args.out {
        sinks.push(Box::new(FolderSink::new(out)));
    }
    if let Some(out) = &args.dicom_out {
        sinks.push(Box::new(DicomSink::new(out, args.dicom_kinds.clone())));
    }
    sinks
}

/// A bar with the time left, on stderr; nothing where stderr is no terminal.
fn progress(films: usize, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(films as u64);
    let template = "reading {wide_bar} {pos}/{len} films, {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[expect(clippy::print_stderr, reason = "a run that was ended says so, even a quiet one")]
fn left(left: usize, all: usize) {
    eprintln!("ended before its time: {left} of {all} films are left");
}

#[expect(clippy::print_stderr, reason = "remarks for people, beside the result on stdout")]
fn remark(skipped: usize, without_dicom: usize, index: Option<PathBuf>) {
    if skipped > 0 {
        eprintln!("passed over in folders: {skipped} that are no films");
    }
    if without_dicom > 0 {
        eprintln!("without DICOM results: {without_dicom} that are no DICOM; read the originals");
    }
    if let Some(index) = index {
        eprintln!("results: open {}", index.display());
    }
}

fn exit_code(films: &[FilmReport]) -> ExitCode {
    match films.iter().filter(|film| film.outcome.is_ok()).count() {
        0 => ExitCode::from(1),
        read if read == films.len() => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}
