//! `koniscope bench`: how fast this machine reads.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use koniscope::{
    Reader,
    manifest::Region,
    model::{Device, resnet, unet},
    reader::{CLASSIFIER_MANIFEST, LUNGS_MANIFEST, ZONES_MANIFEST, load_reader},
    report::{self, FilmReport},
    weights::load_graph,
};
use koniscope_door::bench::{self, Rows};
use koniscope_engine::{Graph, Level, Network, Options, Precision, Tensor};

use crate::models;

/// Measure how fast this machine reads.
///
/// Times the shipped networks and the sizes that others publish, and, with --film, whole reads;
/// training steps by koniscope-train bench. Inputs are made up; medians and minima over runs. The figures
/// of a busy machine mean little: compare CPU time too.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    rows: bench::Args,
    /// A film, read from bytes to report
    #[arg(long, value_name = "FILE")]
    film: Option<PathBuf>,
    /// Folder of models [default: $KONISCOPE_MODELS, models beside the program, or ./models]
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut rows = Rows::begin(&args.rows)?;
    let models = models::find(args.models.as_deref())?;
    networks(&mut rows, &models)?;
    if let Some(film) = &args.film {
        whole_read(&mut rows, &models, film)?;
    }
    rows.end()?;
    Ok(ExitCode::SUCCESS)
}

fn networks(rows: &mut Rows, models: &Path) -> anyhow::Result<()> {
    let mut cases: Vec<(String, Graph, Vec<[usize; 4]>)> = Vec::new();
    for name in [LUNGS_MANIFEST, CLASSIFIER_MANIFEST, ZONES_MANIFEST] {
        let path = models.join(name);
        // A folder may lack one of the two second stages.
        if name != LUNGS_MANIFEST && !path.is_file() {
            continue;
        }
        let (graph, manifest) = load_graph(&path)?;
        let input = &manifest.input;
        let batch = if manifest.region == Region::Zones { 6 } else { 1 };
        let shape = [batch, input.channels, input.height, input.width];
        cases.push((manifest.id.clone(), graph, vec![shape]));
    }
    // As fast as any other weights.
    let mut some =
        |_: &str, shape: &[usize]| Tensor::new(shape, vec![1e-3; shape.iter().product()]);
    let wide = unet::graph([64, 4], 3, &mut some);
    cases.push(("U-Net 64".into(), wide, vec![[1, 1, 256, 256], [1, 1, 512, 512]]));
    if let Some(network) = resnet::graph([34, 64], 2, &mut some) {
        let shapes = vec![[1, 3, 224, 224], [1, 3, 512, 512], [8, 3, 224, 224]];
        cases.push(("ResNet-34".into(), network, shapes));
    }
    for (name, graph, shapes) in cases {
        if !rows.wants("network", &name) {
            continue;
        }
        let levels = Level::available().into_iter();
        let kinds = levels.flat_map(|l| [Precision::F32, Precision::Bf16].map(|p| (l, p)));
        for (level, precision) in kinds.filter(|(l, p)| p.is_there(*l)) {
            let options = Options { level, precision };
            let network = Network::new(graph.clone(), &options)?;
            for shape in &shapes {
                // What is always there is there for any machine, not for speed.
                if level == Level::Portable && Level::best(Precision::F32) != level {
                    continue;
                }
                let input = noise(shape.iter().product());
                rows.row("network", &name, *shape, (level, precision), || {
                    network.run(&input, *shape).map(drop).map_err(Into::into)
                })?;
            }
        }
    }
    Ok(())
}

/// From bytes to everything that `koniscope read --out` writes, weights loaded.
fn whole_read(rows: &mut Rows, models: &Path, film: &Path) -> anyhow::Result<()> {
    let (work, name) = ("whole read", "both");
    if !rows.wants(work, name) {
        return Ok(());
    }
    let bytes = fs::read(film).with_context(|| format!("cannot read {}", film.display()))?;
    let devices = [(Precision::F32, Ok(Device::cpu())), (Precision::Bf16, Device::cpu_bf16())];
    for (precision, device) in devices {
        let Ok(device) = device else { continue }; // no bf16 here
        let reader = load_reader(models, &device, None)?;
        let film = reader.read(&bytes, &|| 0.0)?.reading.film;
        let shape = [1, 1, film.height, film.width];
        let level = Level::best(precision);
        rows.row(work, name, shape, (level, precision), || read_whole(&reader, &bytes))?;
    }
    Ok(())
}

fn read_whole(reader: &Reader, bytes: &[u8]) -> anyhow::Result<()> {
    let film = reader.read(bytes, &|| 0.0)?;
    let (mask, overlay) =
        rayon::join(|| report::label_map(&film.lungs_in_file()), || report::overlay(&film));
    for picture in [mask, overlay] {
        picture.map_err(|failure| anyhow::anyhow!(failure.message))?;
    }
    let outcome = Ok(film.reading);
    report::film(&FilmReport { path: String::new(), folder: None, outcome });
    Ok(())
}

fn noise(n: usize) -> Vec<f32> {
    (0..n).map(|i| (i * 7919 % 1013) as f32 / 506.5 - 1.0).collect()
}
