//! Rows of a measurement: what was timed, on what, and how long it took.

mod clock;

use std::path::Path;

use anyhow::{bail, ensure};
use koniscope_engine::{Level, Precision};
use serde::Serialize;

use crate::write::{print, write_atomic};
use clock::{Times, measure};

/// What is measured, and where the rows go.
#[derive(clap::Args)]
pub struct Args {
    /// Write the rows into this file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<std::path::PathBuf>,
    /// Only rows whose work or network contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Runs of each
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Threads [default: one per core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
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

/// Rows measured so far.
pub struct Rows<'a> {
    args: &'a Args,
    rows: Vec<Row>,
}

impl<'a> Rows<'a> {
    /// Begins to measure, with the threads asked for.
    ///
    /// # Errors
    /// If the rows could not be written later, which should not show after minutes of measuring, or
    /// threads cannot be made.
    pub fn begin(args: &'a Args) -> anyhow::Result<Self> {
        crate::threads::set(args.threads)?;
        if let Some(folder) = args.json.as_deref().and_then(Path::parent)
            && folder != Path::new("")
        {
            ensure!(folder.is_dir(), "--json: there is no folder {}", folder.display());
        }
        Ok(Self { args, rows: Vec::new() })
    }

    /// Whether a row is asked for.
    pub fn wants(&self, work: &str, network: &str) -> bool {
        let name = format!("{work} {network}");
        self.args.only.as_ref().is_none_or(|only| name.contains(only))
    }

    /// Measures one thing on an input `[n, channels, h, w]` and prints its row.
    ///
    /// # Errors
    /// That of `run`.
    pub fn row(
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

    /// Writes the rows where that is asked for.
    ///
    /// # Errors
    /// If there is no row, or the file cannot be written.
    pub fn end(self) -> anyhow::Result<()> {
        if self.rows.is_empty() {
            bail!("nothing measured: --only fits no row (a whole read needs --film)");
        }
        if let Some(file) = &self.args.json {
            let json = serde_json::to_string_pretty(&self.rows)?;
            write_atomic(file, json.as_bytes())?;
        }
        Ok(())
    }
}

fn print_row(row: &Row) -> anyhow::Result<()> {
    let Row { work, network, input: [w, h], batch, precision, kernels, times, .. } = row;
    let what = format!("{work}, {network}, {w} x {h}, batch {batch}, {precision} {kernels}");
    let cpu = times.cpu_ms.map(|cpu| format!(", CPU {cpu:.1} ms")).unwrap_or_default();
    let Times { median_ms, min_ms, .. } = times;
    print(&format!("{what:66} median {median_ms:9.2} ms, least {min_ms:9.2} ms{cpu}\n"))
}
