//! `koniscope fill`: figures of reports into Markdown.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail, ensure};
use koniscope::reading::DISCLAIMER;
use koniscope_evaluate::fill::{Fault, Filled, Place, Report, Reports, fill};
use serde::Serialize;

use crate::write::{print, write_atomic};

/// Fill figures of evaluations into Markdown, so that none is typed by hand.
///
/// A place is marked by two comments, which a page does not show:
///
///   <!-- figure site "AUC (ROC)" -->0.946 (0.924 to 0.969)<!-- end -->
///
/// Between them comes what the report called "site" says of its figure "AUC (ROC)". A mark may add
/// group=NAME, by=COLUMN, digits=N, and as= one of value, interval, interval-n, range, count, n and
/// data; see docs/reference/fill.md.
///
/// Exit code: 0 if every place is filled, or with --check was; 1 if a place differs, or a mark cannot
/// be followed. Then no file is changed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Markdown files, and folders of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A report.json by `koniscope evaluate`, or a manifest of weights (.toml) with the scores of
    /// their training, and what marks call it; may be given again
    #[arg(long = "report", value_name = "NAME=FILE", value_parser = named, required_unless_present = "reports")]
    named: Vec<(String, PathBuf)>,
    /// Folder of reports, each called as its file is without .json
    #[arg(long, value_name = "DIR")]
    reports: Option<PathBuf>,
    /// Change nothing; name each place that differs
    #[arg(long)]
    check: bool,
    /// Print every place as JSON
    #[arg(long)]
    json: bool,
    /// Print nothing but what is wrong
    #[arg(long, short, conflicts_with = "json")]
    quiet: bool,
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    let pair = text.split_once('=').filter(|(name, file)| !name.is_empty() && !file.is_empty());
    let (name, file) = pair.ok_or("NAME=FILE was expected, as site=evaluation/report.json")?;
    Ok((name.into(), file.into()))
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let reports = reports(args)?;
    let mut documents = Vec::new();
    for path in &args.files {
        match path.is_dir() {
            true => documents.extend(below(path, "md")?),
            false => documents.push(path.clone()),
        }
    }
    ensure!(!documents.is_empty(), "there is no Markdown file (.md) in the folders given");
    let filled = documents.into_iter().map(|path| filled(path, &reports));
    let filled = all_or_faults(filled.collect())?;
    if !args.check {
        for (path, filled) in &filled {
            if filled.places.iter().any(Place::differs) {
                write_atomic(path, filled.text.as_bytes())?;
            }
        }
    }
    let differ = filled.iter().flat_map(|(_, filled)| &filled.places).any(Place::differs);
    if args.json {
        print(&json(&filled, args.check)?)?;
    } else {
        print(&text(&filled, args))?;
    }
    Ok(if args.check && differ { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn reports(args: &Args) -> anyhow::Result<Reports> {
    let mut files = args.named.clone();
    if let Some(folder) = &args.reports {
        let found = fs::read_dir(folder)
            .and_then(|entries| {
                entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>()
            })
            .with_context(|| format!("cannot read {}", folder.display()))?;
        let found: Vec<PathBuf> = found.into_iter().filter(|path| is(path, "json")).collect();
        ensure!(!found.is_empty(), "{} holds no report (.json)", folder.display());
        let name =
            |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        files.extend(found.into_iter().map(|path| (name(&path), path)));
    }
    let mut reports = Reports::new();
    for (name, path) in files {
        if reports.insert(name.clone(), Report::read(&path)?).is_some() {
            bail!("two reports are called {name}; one name a report was expected");
        }
    }
    Ok(reports)
}

fn is(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case(extension)) && path.is_file()
}

/// Files of an extension in a folder and the folders in it, but for hidden ones, by name.
fn below(folder: &Path, extension: &str) -> anyhow::Result<Vec<PathBuf>> {
    let fail = || format!("cannot read {}", folder.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).with_context(fail)? {
        let entry = entry.with_context(fail)?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        // A link to a folder above would lead round and round.
        let is_link = entry.file_type().with_context(fail)?.is_symlink();
        entries.extend((!is_hidden && !is_link).then(|| entry.path()));
    }
    entries.sort();
    let mut files = Vec::new();
    for path in entries {
        if path.is_dir() {
            files.extend(below(&path, extension)?);
        } else if is(&path, extension) {
            files.push(path);
        }
    }
    Ok(files)
}

/// A document filled, or a line for each of its faults.
fn filled(path: PathBuf, reports: &Reports) -> anyhow::Result<Result<(PathBuf, Filled), String>> {
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(fill(&text, reports)
        .map_err(|faults| {
            let line =
                |fault: &Fault| format!("{}:{}: {}", path.display(), fault.line, fault.detail);
            faults.iter().map(line).collect::<Vec<_>>().join("\n")
        })
        .map(|filled| (path, filled)))
}

/// All documents, or all their faults together.
fn all_or_faults(
    documents: Vec<anyhow::Result<Result<(PathBuf, Filled), String>>>,
) -> anyhow::Result<Vec<(PathBuf, Filled)>> {
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    for document in documents {
        match document? {
            Ok(filled) => all.push(filled),
            Err(lines) => faults.push(lines),
        }
    }
    ensure!(faults.is_empty(), "nothing was changed\n{}", faults.join("\n"));
    Ok(all)
}

/// A line a place that differs or was changed, a line a file, and the disclaimer.
fn text(documents: &[(PathBuf, Filled)], args: &Args) -> String {
    let (mut out, verb) = (String::new(), if args.check { "differ" } else { "changed" });
    for (path, Filled { places, .. }) in documents {
        let file = path.display();
        let changed: Vec<&Place> = places.iter().filter(|place| place.differs()).collect();
        for Place { line, report, figure, was, now } in &changed {
            if !args.quiet || args.check {
                let was = was.split_whitespace().collect::<Vec<_>>().join(" ");
                out +=
                    &format!("{file}:{line}: {figure} of {report}: {was:?} stood, {now:?} is so\n");
            }
        }
        if !args.quiet && !places.is_empty() {
            out += &format!("{file}: {} places, {} {verb}\n", places.len(), changed.len());
        }
    }
    if !args.quiet {
        let places: usize = documents.iter().map(|(_, filled)| filled.places.len()).sum();
        out += &format!("{} files, {places} places\n{DISCLAIMER}\n", documents.len());
    }
    out
}

#[derive(Serialize)]
struct Document<'a> {
    disclaimer: &'static str,
    check: bool,
    places: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    file: std::borrow::Cow<'a, str>,
    #[serde(flatten)]
    place: &'a Place,
    differs: bool,
}

fn json(documents: &[(PathBuf, Filled)], check: bool) -> anyhow::Result<String> {
    let rows = documents.iter().flat_map(|(path, filled)| {
        filled.places.iter().map(|place| Row {
            file: path.to_string_lossy(),
            place,
            differs: place.differs(),
        })
    });
    let document = Document { disclaimer: DISCLAIMER, check, places: rows.collect() };
    Ok(serde_json::to_string_pretty(&document).context("cannot print")? + "\n")
}
