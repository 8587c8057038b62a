//! `koniscope operating-point`: the threshold of a site.

use std::{path::PathBuf, process::ExitCode};

use anyhow::bail;
use koniscope::site::{Criterion, Site};
use koniscope_evaluate::{
    predictions::LabeledPredictions,
    site::{Goal, operating_point},
};

use crate::{site_file, write::print};

/// Set from which probability a film is called positive.
///
/// Adds it to a site's file that `koniscope calibrate` wrote: the highest threshold that keeps a
/// sensitivity, or the lowest that keeps a specificity or a positive predictive value. Says what is
/// reached with its 95 % interval, and where the films are too few to promise it.
///
/// Exit code: 0 if the file was written, 1 if not.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("goal").required(true))]
pub(crate) struct Args {
    /// Folder that `koniscope evaluate` wrote, without a site's file
    #[arg(value_name = "DIR")]
    evaluation: PathBuf,
    /// The site's file, which gets the threshold
    #[arg(long, value_name = "FILE", default_value = "site.toml")]
    site: PathBuf,
    /// Keep this sensitivity, as 0.95
    #[arg(long, value_name = "SHARE", group = "goal")]
    sensitivity: Option<f64>,
    /// Keep this specificity
    #[arg(long, value_name = "SHARE", group = "goal")]
    specificity: Option<f64>,
    /// Keep this positive predictive value, at --prevalence
    #[arg(long, value_name = "SHARE", group = "goal")]
    ppv: Option<f64>,
    /// Share of the sick among those to be read
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    prevalence: f64,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let wishes = [
        (Criterion::Sensitivity, args.sensitivity),
        (Criterion::Specificity, args.specificity),
        (Criterion::Ppv, args.ppv),
    ];
    let wish = wishes.into_iter().find_map(|(criterion, share)| Some((criterion, share?)));
    let Some((criterion, wanted)) = wish else {
        bail!("name --sensitivity, --specificity or --ppv");
    };
    for (name, share) in [("the share wanted", wanted), ("--prevalence", args.prevalence)] {
        if !(share > 0.0 && share <= 1.0) {
            bail!("{name} is {share}; above 0 and at most 1 was expected");
        }
    }
    let predictions = LabeledPredictions::read(&args.evaluation)?;
    let mut site = Site::read(&args.site)?;
    let classes = predictions.films.first().map_or(2, |film| film.probabilities.len());
    site.fits(predictions.model(), classes)?;
    let goal = Goal { criterion, wanted, prevalence: args.prevalence };
    let (point, warnings) =
        operating_point(&predictions.films, &site, goal).map_err(anyhow::Error::msg)?;
    let [sensitivity, specificity] = [point.sensitivity, point.specificity]
        .map(|[value, low, high]| format!("{value:.3} ({low:.3} to {high:.3})"));
    let threshold = point.threshold;
    site.operating = Some(point);
    site_file::write(&args.site, &site)?;
    for warning in warnings {
        print(&format!("warning: {warning}\n"))?;
    }
    print(&format!(
        "{}: positive from {threshold:.4}; sensitivity {sensitivity}, specificity {specificity} on the \
         {} films it was chosen on ({})\n",
        args.site.display(),
        predictions.films.len(),
        predictions.data
    ))?;
    print(&format!("{}\n", koniscope::reading::DISCLAIMER))?;
    Ok(ExitCode::SUCCESS)
}
