//! `koniscope export`: a network for other programs.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};
use koniscope::{export::to_onnx, weights::load_graph};

use crate::{models, write::write_atomic};

/// Write a network as ONNX, for any runtime that reads it.
///
/// The file takes gray pictures in [0, 1], `[n, 1, rows, columns]`, and scales them itself. It
/// gives logits: what makes probabilities of them, softmax and temperature or a sigmoid an output,
/// is the caller's and stands in the file's metadata.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A manifest of a folder of models, as lungs.toml, or its path
    #[arg(value_name = "MANIFEST")]
    model: PathBuf,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    onnx: PathBuf,
    /// Folder of models [default: $KONISCOPE_MODELS, models beside the program, or ./models]
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let manifest = if args.model.is_file() {
        args.model.clone()
    } else {
        models::find(args.models.as_deref())?.join(&args.model)
    };
    if manifest.extension().is_none_or(|e| e != "toml") {
        bail!("{} is no manifest; name the .toml beside the weights", manifest.display());
    }
    // Above all not over the weights themselves.
    if args.onnx.extension().is_none_or(|e| e != "onnx") {
        bail!("{} does not end in .onnx; name a file that does", args.onnx.display());
    }
    let (graph, manifest) = load_graph(&manifest)?;
    let bytes = to_onnx(&graph, &manifest);
    write_atomic(&args.onnx, &bytes).with_context(|| format!("{} was not written", manifest.id))?;
    print_written(&manifest.id, args, bytes.len());
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the door speaks")]
fn print_written(id: &str, args: &Args, bytes: usize) {
    println!("{id}: {} ({:.1} MB)", args.onnx.display(), bytes as f64 / 1e6);
    println!("{}", koniscope::reading::DISCLAIMER);
}
