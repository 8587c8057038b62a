//! `koniscope calibrate`: a reader set to a site, from an evaluation of the site's own films.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};
use koniscope::stage::gbz70::Stage;
use koniscope_evaluate::{
    judged::Judgments,
    site::{self, Covered, Method, Wishes},
};

use crate::{site_file, write::print};

/// Fit a site's file to the films of an evaluation.
///
/// Recalibrates probabilities, makes sets of stages with a stated coverage, and notes what the films
/// look like, so that others are told apart. `koniscope operate` adds a threshold; `koniscope read
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
    let judged = Judgments::read(&args.evaluation)?;
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
    let fitted = site::fit(&judged.films, &judged.data, &judged.model_sha256, wishes)
        .map_err(anyhow::Error::msg)
        .with_context(|| format!("{} cannot be fitted to", args.evaluation.display()))?;
    site_file::write(&args.out, &fitted.site)?;
    for warning in &fitted.warnings {
        print(&format!("warning: {warning}\n"))?;
    }
    let films = &fitted.site.films;
    print(&format!(
        "{}: {} fitted to {} films of {} patients ({})\n",
        args.out.display(),
        judged.model,
        films.films,
        films.patients,
        films.data
    ))?;
    print(&coverage(&site::covered(&judged.films, wishes), args.coverage))?;
    print(&format!("{}\n", koniscope::reading::DISCLAIMER))?;
    Ok(ExitCode::SUCCESS)
}

/// How often sets held the true class, a line each.
fn coverage(covered: &[Covered], stated: f64) -> String {
    let classes = covered.iter().filter(|c| c.class.is_some()).count();
    let mut text = String::new();
    for Covered { class, share } in covered {
        let of = match *class {
            None => format!("sets stated to cover {stated}, patients left out in turn"),
            Some(class) if classes > 2 => format!("  stage {}", Stage::ALL[class].name()),
            Some(0) => "  normal".to_owned(),
            Some(_) => "  disease".to_owned(),
        };
        let interval = match share.low < share.high {
            true => format!("{:.3} to {:.3}", share.low, share.high),
            false => "no interval".to_owned(),
        };
        text += &format!("{of}: {:.3} ({interval}), n = {}\n", share.value, share.n);
    }
    text
}
