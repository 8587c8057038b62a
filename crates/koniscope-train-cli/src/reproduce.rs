//! `koniscope reproduce`: the paper's experiment from start to end.

mod watch;

use std::{path::PathBuf, process::ExitCode};

use anyhow::bail;
use koniscope_door::{
    command::{command, commit, processor},
    models, pair, threads,
    write::print,
};
use koniscope_reproduce::{
    Learning, Lungs, Options, Plan, Settings, Source, model::Model, plan, reproduce,
};
use koniscope_train::network::Device;

use watch::Terminal;

/// Films of the paper.
const COUNT: usize = 1760;

/// Folds where none are given.
const FOLDS: usize = 5;

/// Folds, phantoms and their side in pixels of a rehearsal.
const QUICK: [usize; 3] = [3, 36, 512];

/// Run the paper's experiment from start to end: train in folds, read, report.
///
/// Deals the patients of a folder of films into folds; on each fold trains the paper's classifier of
/// two and of four classes, the grader of the six zones, and as a baseline the paper's on the whole film,
/// without cutting out the lungs; and writes one report.html and report.json with all models side by
/// side, every film answered by the model that did not see its patient, and one cases.csv per model.
///
/// Films come from FOLDER (labels.csv or truth.csv with image, patient_id, and stage or
/// pneumoconiosis; zones and masks where known), or are simulated onto normal films (--onto). With
/// --quick and neither, phantoms are drawn: the whole experiment in minutes, with figures that mean
/// nothing.
///
/// A full run takes days on two cores. It can be stopped at any time: the same command goes on where
/// it was. --plan tells the steps, and which are done.
///
/// Exit code: 0 if all films were answered by all models, 2 if some were not, 1 if there is no
/// report or the command is wrong.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder of films with labels.csv or truth.csv
    #[arg(conflicts_with = "onto")]
    folder: Option<PathBuf>,
    /// Folder of the experiment, made where missing
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// Simulate opacities onto the normal films of this folder first, as koniscope simulate does
    #[arg(long, value_name = "FOLDER")]
    onto: Option<PathBuf>,
    /// Only rows of its labels.csv whose column holds this value; may be given again
    #[arg(long = "where", value_name = "COLUMN=VALUE", requires = "onto", value_parser = pair)]
    wanted: Vec<(String, String)>,
    /// Films to simulate [default: 1760, the paper's number; 36 with --quick]
    #[arg(long, value_name = "N", conflicts_with = "folder")]
    count: Option<usize>,
    /// Folds, at least 3 [default: 5; 3 with --quick]
    #[arg(long, value_name = "K")]
    folds: Option<usize>,
    /// Seed of all that is drawn: films, folds, weights, variation, resamples
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// A rehearsal: small networks, few epochs, at most about 60 films
    #[arg(long)]
    quick: bool,
    /// Only these models: paper2, paper4, zones, whole2, whole4
    #[arg(long, value_name = "MODELS", value_delimiter = ',')]
    only: Vec<Model>,
    /// Who finds the lungs: the network that ships, or one a fold trained on the table's masks
    #[arg(long, value_enum, default_value_t = LungsBy::Shipped)]
    lungs: LungsBy,
    /// Folder of recipes that take the place of those built in, by their names: unet_lungs.toml,
    /// resnet34_disease.toml, resnet34_stages.toml, resnet34_zones.toml
    #[arg(long, value_name = "DIR")]
    recipes: Option<PathBuf>,
    /// Weights that the ResNets start from, by torchvision's names, as the paper's start from
    /// ImageNet [default: random weights]
    #[arg(long, value_name = "FILE")]
    init: Option<PathBuf>,
    /// Folder of models, for the lungs [default: $KONISCOPE_MODELS, models beside the program,
    /// or ./models]
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Learn on a GPU
    #[arg(long)]
    gpu: bool,
    /// Learn with numbers of 16 bits: meant for a processor with AMX
    #[arg(long, conflicts_with = "gpu")]
    bf16: bool,
    /// Print the steps and which are done, and do nothing
    #[arg(long)]
    plan: bool,
    /// Print report.json, or with --plan the plan as JSON, instead of text
    #[arg(long)]
    json: bool,
    /// Threads to compute with, and films in memory at once [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// No progress bar and no remarks
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum LungsBy {
    /// The U-Net of the folder of models
    Shipped,
    /// A U-Net a fold
    Train,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    threads::set(args.threads)?;
    let options = options(args)?;
    if args.plan {
        let plan = plan(&options)?;
        print(&if args.json { serde_json::to_string_pretty(&plan)? + "\n" } else { shown(&plan) })?;
        return Ok(ExitCode::SUCCESS);
    }
    let terminal = Terminal::new(args.quiet);
    let summary = reproduce(&options, &terminal)?;
    terminal.clear();
    print(if args.json { &summary.json } else { &summary.text })?;
    if !args.quiet {
        remark(&summary, args);
    }
    Ok(if summary.not_read == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn options(args: &Args) -> anyhow::Result<Options> {
    let [quick_folds, quick_count, size] = QUICK;
    let count = args.count.unwrap_or(if args.quick { quick_count } else { COUNT });
    let source = match (&args.folder, &args.onto) {
        (Some(folder), _) => Source::Films { folder: folder.clone() },
        (None, Some(folder)) => {
            Source::Onto { folder: folder.clone(), wanted: args.wanted.clone(), count }
        }
        (None, None) if args.quick => Source::Phantoms { count, size },
        (None, None) => bail!(
            "no films. Name a folder of films with labels, or normal films to simulate onto with \
             --onto FOLDER. For phantoms make a folder with koniscope simulate; --quick draws some \
             itself"
        ),
    };
    let (learning, device) = match (args.gpu, args.bf16) {
        (true, _) => (Learning::Gpu, Device::gpu()?),
        (_, true) => (Learning::Bf16, Device::cpu_learning_bf16()?),
        _ => (Learning::F32, Device::cpu()),
    };
    let (lungs, models) = match args.lungs {
        LungsBy::Shipped => (Lungs::Shipped, models::find(args.models.as_deref())?),
        // Only needed where films without masks are simulated onto, and missed there.
        LungsBy::Train => (Lungs::Train, models::find(args.models.as_deref()).unwrap_or_default()),
    };
    Ok(Options {
        settings: Settings {
            source,
            folds: args.folds.unwrap_or(if args.quick { quick_folds } else { FOLDS }),
            seed: args.seed,
            quick: args.quick,
            lungs,
            init: args.init.clone(),
            learning,
        },
        out: args.out.clone(),
        models,
        recipes: args.recipes.clone(),
        only: args.only.clone(),
        device,
        command: command(),
        processor: processor(),
        commit: commit(),
    })
}

/// The plan as a table.
fn shown(plan: &Plan) -> String {
    let mut out = String::new();
    for (step, is_done) in &plan.steps {
        out += &format!("{}  {step}\n", if *is_done { "done " } else { "to do" });
    }
    for (model, reason) in &plan.not_done {
        out += &format!("{model} cannot be done: {reason}\n");
    }
    out + "then the report\n" + koniscope::reading::DISCLAIMER + "\n"
}

#[expect(clippy::print_stderr, reason = "remarks for people, beside the result on stdout")]
fn remark(summary: &koniscope_reproduce::Summary, args: &Args) {
    if summary.kept > 0 {
        eprintln!("{} steps had been done by an earlier run, {} now", summary.kept, summary.done);
    }
    eprintln!("results: open {}", args.out.join("report.html").display());
}
