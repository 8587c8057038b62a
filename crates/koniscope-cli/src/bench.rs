//! `koniscope bench`: how fast this machine reads and learns.

mod clock;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clock::{Times, measure};
use koniscope::{
    Reader,
    manifest::Region,
    model::{Device, described::Described, resnet::ResNet, unet::UNet},
    reader::{CLASSIFIER_MANIFEST, LUNGS_MANIFEST, ZONES_MANIFEST, load_reader},
    report::{self, FilmReport},
    weights::load_graph,
};
use koniscope_engine::{Graph, Level, Network, Options, Precision};
use koniscope_train::bench::{resnet34, unet};
use serde::Serialize;

use crate::{
    models, threads,
    write::{print, write_atomic},
};

/// Measure how fast this machine reads and trains.
///
/// Times the shipped networks and the sizes that others publish, a training step of each network,
/// and, with --film, whole reads. Random inputs; medians and minima over runs. The figures of a
/// busy machine mean little: compare CPU time too.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write the rows into this file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Only rows whose work or network contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// A film, read from bytes to report
    #[arg(long, value_name = "FILE")]
    film: Option<PathBuf>,
    /// Runs of each
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Folder of models [default: $KONISCOPE_MODELS, models beside the program, or ./models]
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
}

/// One thing measured.
#[derive(Serialize)]
struct Row {
    /// `network`, `training step` or `whole read`.
    work: &'static str,
    network: String,
    /// Columns and rows.
    input: [usize; 2],
    batch: usize,
    precision: &'static str,
    /// The engine's level, as `avx512`.
    kernels: &'static str,
    threads: usize,
    #[serde(flatten)]
    times: Times,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    threads::set(args.threads)?;
    // What is wrong with a path should not show after minutes of measuring.
    if let Some(folder) = args.json.as_deref().and_then(Path::parent)
        && folder != Path::new("")
        && !folder.is_dir()
    {
        bail!("--json: there is no folder {}", folder.display());
    }
    let mut rows = Rows { args, rows: Vec::new() };
    rows.networks()?;
    rows.training()?;
    if let Some(film) = &args.film {
        rows.whole_read(film)?;
    }
    if rows.rows.is_empty() {
        bail!("nothing measured: --only fits no row (a whole read needs --film)");
    }
    if let Some(file) = &args.json {
        let json = serde_json::to_string_pretty(&rows.rows)?;
        write_atomic(file, json.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

struct Rows<'a> {
    args: &'a Args,
    rows: Vec<Row>,
}

impl Rows<'_> {
    fn networks(&mut self) -> anyhow::Result<()> {
        let models = models::find(self.args.models.as_deref())?;
        let device = Device::cpu();
        let mut cases: Vec<(String, Graph, Vec<[usize; 4]>)> = Vec::new();
        let zones = models.join(ZONES_MANIFEST);
        for path in [models.join(LUNGS_MANIFEST), models.join(CLASSIFIER_MANIFEST), zones] {
            // A folder may lack one of the two second stages.
            if !path.ends_with(LUNGS_MANIFEST) && !path.is_file() {
                continue;
            }
            let (graph, manifest) = load_graph(&path)?;
            let input = &manifest.input;
            let batch = if manifest.region == Region::Zones { 6 } else { 1 };
            let shape = [batch, input.channels, input.height, input.width];
            cases.push((manifest.id.clone(), graph, vec![shape]));
        }
        let wide = UNet::new(64, 4, 3, device.burn()).graph();
        cases.push(("U-Net 64".into(), wide, vec![[1, 1, 256, 256], [1, 1, 512, 512]]));
        if let Some(network) = ResNet::new(34, 2, device.burn()) {
            let shapes = vec![[1, 3, 224, 224], [1, 3, 512, 512], [8, 3, 224, 224]];
            cases.push(("ResNet-34".into(), network.graph(), shapes));
        }
        for (name, graph, shapes) in cases {
            if !self.wants("network", &name) {
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
                    self.row("network", &name, *shape, (level, precision), || {
                        network.run(&input, *shape).map(drop).map_err(Into::into)
                    })?;
                }
            }
        }
        Ok(())
    }

    fn training(&mut self) -> anyhow::Result<()> {
        let work = "training step";
        for device in [Ok(Device::cpu()), Device::cpu_learning_bf16()] {
            let Ok(device) = device else { continue }; // no bf16 here
            let Options { level, precision } = device.learning();
            let kind = (level, precision);
            let name = "ResNet-34";
            if self.wants(work, name) {
                let mut steps = resnet34(16, 224, &device);
                self.row(work, name, [16, 3, 224, 224], kind, || Ok(steps.step().map(drop)?))?;
            }
            let name = "U-Net 32";
            if self.wants(work, name) {
                let mut steps = unet(32, 4, 256, &device);
                self.row(work, name, [4, 1, 256, 256], kind, || Ok(steps.step().map(drop)?))?;
            }
        }
        Ok(())
    }

    /// From bytes to everything that `koniscope read --out` writes, weights loaded.
    fn whole_read(&mut self, film: &Path) -> anyhow::Result<()> {
        let (work, name) = ("whole read", "both");
        if !self.wants(work, name) {
            return Ok(());
        }
        let bytes = fs::read(film).with_context(|| format!("cannot read {}", film.display()))?;
        let models = models::find(self.args.models.as_deref())?;
        let devices = [(Precision::F32, Ok(Device::cpu())), (Precision::Bf16, Device::cpu_bf16())];
        for (precision, device) in devices {
            let Ok(device) = device else { continue }; // no bf16 here
            let reader = load_reader(&models, &device, None)?;
            let film = reader.read(&bytes, &|| 0.0)?.reading.film;
            let shape = [1, 1, film.height, film.width];
            let level = Level::best(precision);
            self.row(work, name, shape, (level, precision), || read_whole(&reader, &bytes))?;
        }
        Ok(())
    }

    fn wants(&self, work: &str, network: &str) -> bool {
        let name = format!("{work} {network}");
        self.args.only.as_ref().is_none_or(|only| name.contains(only))
    }

    fn row(
        &mut self,
        work: &'static str,
        network: &str,
        [batch, _, height, width]: [usize; 4],
        (level, precision): (Level, Precision),
        mut run: impl FnMut() -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let row = Row {
            work,
            network: network.to_owned(),
            input: [width, height],
            batch,
            precision: precision.name(),
            kernels: level.name(),
            threads: rayon::current_num_threads(),
            times: measure(self.args.runs as usize, &mut run)?,
        };
        print_row(&row)?;
        self.rows.push(row);
        Ok(())
    }
}

fn read_whole(reader: &Reader, bytes: &[u8]) -> anyhow::Result<()> {
    let film = reader.read(bytes, &|| 0.0)?;
    let (mask, overlay) = rayon::join(|| report::label_map(&film.mask), || report::overlay(&film));
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

fn print_row(row: &Row) -> anyhow::Result<()> {
    let Row { work, network, input: [w, h], batch, precision, kernels, times, .. } = row;
    let what = format!("{work}, {network}, {w} x {h}, batch {batch}, {precision} {kernels}");
    let cpu = times.cpu_ms.map(|cpu| format!(", CPU {cpu:.1} ms")).unwrap_or_default();
    let Times { median_ms, min_ms, .. } = times;
    print(&format!("{what:66} median {median_ms:9.2} ms, least {min_ms:9.2} ms{cpu}\n"))
}
