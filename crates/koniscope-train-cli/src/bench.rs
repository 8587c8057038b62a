//! `koniscope-train bench`: how fast this machine learns.

use std::process::ExitCode;

use koniscope_door::bench::{self, Rows};
use koniscope_engine::Options;
use koniscope_train::{
    bench::{resnet34, unet},
    network::Device,
};

/// Measure how fast this machine learns.
///
/// Times a training step of each network: batch made, forward, backward, AdamW. Inputs are made up; medians
/// and minima over runs. The figures of a busy machine mean little: compare CPU time too.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    rows: bench::Args,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut rows = Rows::begin(&args.rows)?;
    let work = "training step";
    for device in [Ok(Device::cpu()), Device::cpu_learning_bf16()] {
        let Ok(device) = device else { continue }; // no bf16 here
        let Some(Options { level, precision }) = device.learning() else { continue };
        let kind = (level, precision);
        let name = "ResNet-34";
        if rows.wants(work, name) {
            let mut steps = resnet34(16, 224, &device);
            rows.row(work, name, [16, 3, 224, 224], kind, || Ok(steps.step().map(drop)?))?;
        }
        let name = "U-Net 32";
        if rows.wants(work, name) {
            let mut steps = unet(32, 4, 256, &device);
            rows.row(work, name, [4, 1, 256, 256], kind, || Ok(steps.step().map(drop)?))?;
        }
    }
    rows.end()?;
    Ok(ExitCode::SUCCESS)
}
