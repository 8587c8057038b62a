//! `koniscope calibrate`: a reader set to a site, from an evaluation of the site's own films.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};
use koniscope::{reading::DISCLAIMER, site::Films};
use koniscope_evaluate::{
    figures::Figure,
    predictions::LabeledPredictions,
    report::Software,
    site::{self, Method, Wishes},
};
use serde::Serialize;

use crate::{command::commit, site_file, write::print};

/// Fit a site's file to the films of an evaluation.
///
/// Recalibrates probabilities, makes sets of stages with a stated coverage, and notes what the films
/// look like, so that others are told apart. `koniscope operating-point` adds a threshold; `koniscope read
/// --site` and `koniscope evaluate --site` take the file. Judge it on films of other patients.
///
/// Exit code: 0 if the file was written, 1 if not.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder that `koniscope evaluate` wrote, without a site's file
    #[arg(value_name = "DIR")]
    evaluation: PathBuf,
    /// The file to write
    #[arg(long, short, value_name = "FILE", default_value = "site.toml")]
    out: PathBuf,
    /// How probabilities are recalibrated
    #[arg(long, value_enum, default_value = "best")]
    method: Recalibrated,
    /// Coverage of the sets of stages, above 0 and below 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.9)]
    coverage: f64,
    /// State the coverage within each stage, not for all films together
    #[arg(long)]
    per_class: bool,
    /// Overwrite the file
    #[arg(long)]
    force: bool,
    /// Print films, warnings and how often the sets held the true stage as JSON
    #[arg(long)]
    json: bool,
}

/// As in a report, as far as it is known here.
#[derive(Serialize)]
struct Models {
    classifier: Classifier,
}

#[derive(Serialize)]
struct Classifier {
    id: String,
    sha256: String,
    calibration_sha256: String,
}

/// What is printed.
#[derive(Serialize)]
struct Told<'a> {
    disclaimer: &'a str,
    software: Software,
    models: Models,
    films: &'a Films,
    warnings: &'a [String],
    /// How often sets held the true class, on patients left out in turn.
    figures: Vec<Figure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Recalibrated {
    /// Slope and intercept of the logit
    Logistic,
    /// A rising curve
    Isotonic,
    /// The curve where each answer has 1,000 films and it does better on films that it did not see
    Best,
    /// Probabilities stay as they are
    No,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if !(args.coverage > 0.0 && args.coverage < 1.0) {
        bail!("--coverage {}: above 0 and below 1 was expected", args.coverage);
    }
    if args.out.exists() && !args.force {
        bail!("{} is there already; --force overwrites it", args.out.display());
    }
    let predictions = LabeledPredictions::read(&args.evaluation)?;
    let wishes = Wishes {
        method: match args.method {
            Recalibrated::Logistic => Some(Method::Logistic),
            Recalibrated::Isotonic => Some(Method::Isotonic),
            Recalibrated::Best => Some(Method::Best),
            Recalibrated::No => None,
        },
        coverage: Some(args.coverage),
        per_class: args.per_class,
    };
    let fitted = site::fit(&predictions.films, &predictions.data, predictions.model(), wishes)
        .map_err(anyhow::Error::msg)
        .with_context(|| format!("{} cannot be fitted to", args.evaluation.display()))?;
    site_file::write(&args.out, &fitted.site)?;
    let covered = site::covered(&predictions.films, wishes);
    let classifier = Classifier {
        id: predictions.model,
        sha256: predictions.model_sha256,
        calibration_sha256: predictions.calibration_sha256,
    };
    let told = Told {
        disclaimer: DISCLAIMER,
        software: Software::this(commit().as_deref()),
        models: Models { classifier },
        films: &fitted.site.films,
        warnings: &fitted.warnings,
        figures: site::coverage_figures(&covered, &predictions.data),
    };
    if args.json {
        print(&format!("{}\n", serde_json::to_string_pretty(&told)?))?;
    } else {
        print(&text(&told, args))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(told: &Told, args: &Args) -> String {
    let mut text = String::new();
    for warning in told.warnings {
        text += &format!("warning: {warning}\n");
    }
    let Films { data, films, patients, .. } = told.films;
    let file = args.out.display();
    text += &format!(
        "{file}: {} fitted to {films} films of {patients} patients ({data})\n",
        told.models.classifier.id
    );
    for (place, figure) in told.figures.iter().enumerate() {
        if place == 0 {
            text += &format!("sets stated to cover {} covered\n", args.coverage);
        }
        let interval = match (figure.low, figure.high) {
            (Some(low), Some(high)) => format!("{low:.3} to {high:.3}"),
            _ => "no interval".to_owned(),
        };
        let value = figure.value.unwrap_or(f64::NAN);
        text += &format!("  {}: {value:.3} ({interval}), n = {}\n", figure.name, figure.n);
    }
    text + DISCLAIMER + "\n"
}
