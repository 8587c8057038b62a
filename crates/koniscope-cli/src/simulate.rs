//! `koniscope simulate`: films with known truth.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::OnceLock,
};

use indicatif::{ProgressBar, ProgressStyle};
use koniscope::{Radiograph, Reader, model::Device, reader::load_reader, segmentation::LungMask};
use koniscope_door::pair;
use koniscope_simulate::{
    Options, Summary, WARNING,
    pattern::Wishes,
    run::{Format, Source, TRUTH_FILE},
    simulate,
};

use crate::{models, threads};

/// Simulate films of pneumoconiosis whose truth is known.
///
/// Draws phantoms, or puts opacities into real films (--onto). Writes films/, masks/ (0 background,
/// 1 right lung, 2 left lung), truth/ (all that is known of each film, as JSON) and truth.csv, a row
/// a film. The same seed gives the same bytes; films that are there already are kept.
///
/// Exit code: 0 if all films were written, 2 if some were not, 1 if none was or the command is
/// wrong.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Number of films
    #[arg(long, value_name = "N")]
    count: usize,
    /// Seed of all that is drawn
    #[arg(long, value_name = "S")]
    seed: u64,
    /// Write into this folder, made where missing
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// Put opacities into the films of this folder: those of its labels.csv (columns image,
    /// patient_id, where there are source and mask), or all pictures in it
    #[arg(long, value_name = "FOLDER")]
    onto: Option<PathBuf>,
    /// Only rows of labels.csv whose column holds this value; may be given again
    #[arg(long = "where", value_name = "COLUMN=VALUE", requires = "onto", value_parser = pair)]
    wanted: Vec<(String, String)>,
    /// Columns and rows of a phantom
    #[arg(long, value_name = "PX", default_value_t = 2048, conflicts_with = "onto")]
    size: usize,
    /// Write DICOM (DX for presentation) rather than PNG of 16 bits
    #[arg(long)]
    dicom: bool,
    /// Half of the DICOM files, drawn, as MONOCHROME1
    #[arg(long, requires = "dicom")]
    monochrome1: bool,
    /// Shares of the stages 0, I, II, III
    #[arg(long, value_name = "SHARES", default_value = "0.4,0.2,0.2,0.2", value_parser = shares)]
    stages: Shares,
    /// Kind of disease
    #[arg(long, value_enum, default_value_t = Kind::Mixed)]
    pattern: Kind,
    /// No film gets an opacity
    #[arg(long)]
    profusion_zero: bool,
    /// One lung of each film, by chance, gets none; stage II takes four zones and is then out of reach
    #[arg(long, conflicts_with = "profusion_zero")]
    one_sided: bool,
    /// Folder of models, to find the lungs of films without a mask [default: $KONISCOPE_MODELS,
    /// models beside the program, or ./models]
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Threads to compute with, and films in memory at once [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// Rounded opacities, more in the upper zones
    Silica,
    /// Irregular opacities, more in the lower zones
    Asbestos,
    /// A quarter asbestos, the rest silica
    Mixed,
}

#[derive(Clone, Copy)]
struct Shares([f64; 4]);

fn shares(text: &str) -> Result<Shares, String> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    let numbers: Option<[f64; 4]> = numbers.ok().and_then(|numbers| numbers.try_into().ok());
    numbers.map(Shares).ok_or_else(|| "four numbers were expected, as 0.4,0.2,0.2,0.2".into())
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    threads::set(args.threads)?;
    let source = match &args.onto {
        Some(folder) => Source::Films { folder: folder.clone(), wanted: args.wanted.clone() },
        None => Source::Phantoms { size: args.size },
    };
    let asbestos = match args.pattern {
        Kind::Silica => 0.0,
        Kind::Asbestos => 1.0,
        Kind::Mixed => Wishes::default().asbestos,
    };
    let format = match args.dicom {
        true => Format::Dicom { monochrome1: args.monochrome1 },
        false => Format::Png,
    };
    let options = Options {
        count: args.count,
        seed: args.seed,
        out: args.out.clone(),
        source,
        wishes: Wishes {
            stages: args.stages.0,
            asbestos,
            none: args.profusion_zero,
            one_sided: args.one_sided,
        },
        format,
    };
    // Loaded for the first film without a mask; where all have one, no model is needed.
    let reader = OnceLock::new();
    let lungs = |film: Radiograph| {
        let reader = reader.get_or_init(|| load(args.models.as_deref()));
        find_lungs(reader, film)
    };
    let progress = progress(args.count, args.quiet);
    let summary = simulate(&options, Some(&lungs), &|| progress.inc(1))?;
    progress.finish_and_clear();
    report(&summary, &args.out);
    Ok(match (summary.films, summary.failures.len()) {
        (0, _) => ExitCode::FAILURE,
        (_, 0) => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    })
}

fn load(folder: Option<&Path>) -> Result<Reader, String> {
    let models = models::find(folder).map_err(|e| e.to_string())?;
    load_reader(&models, &Device::cpu(), None).map_err(|e| e.to_string())
}

fn find_lungs(
    reader: &Result<Reader, String>,
    film: Radiograph,
) -> Result<(Radiograph, LungMask), koniscope::Error> {
    match reader {
        Ok(reader) => reader.find_lungs(film, &mut Vec::new()),
        Err(detail) => Err(koniscope::Error::Model { detail: detail.clone() }),
    }
}

/// A bar with the time left, on stderr; nothing where stderr is no terminal.
fn progress(films: usize, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(films as u64);
    let template = "simulating {wide_bar} {pos}/{len} films, {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the door speaks")]
fn report(summary: &Summary, out: &Path) {
    for (film, reason) in &summary.failures {
        eprintln!("not simulated: {film}: {reason}");
    }
    let [zero, one, two, three] = summary.stages;
    println!(
        "{} films in {} ({} were there), {} not simulated",
        summary.films,
        out.join(TRUTH_FILE).display(),
        summary.kept,
        summary.failures.len()
    );
    println!("stage 0: {zero}, I: {one}, II: {two}, III: {three}");
    println!("{}", koniscope::reading::DISCLAIMER);
    println!("{WARNING}");
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_parts_are_read_or_named() {
        assert_eq!(shares("0, 1,2 ,0.5").unwrap().0, [0.0, 1.0, 2.0, 0.5]);
        for wrong in ["1,2,3", "1,2,3,4,5", "a,b,c,d", ""] {
            assert!(shares(wrong).is_err(), "{wrong}");
        }
    }
}
