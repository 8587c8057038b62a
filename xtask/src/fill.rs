//! `cargo xtask fill`: figures of the reports in docs/figures into the documents, and their sentences
//! held to them.

mod claim;
mod document;
mod mark;
mod report;
mod written;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use document::{Fault, Place, fill};
use report::{Report, Reports};

/// Where reports are kept, under the root.
const REPORTS: &str = "docs/figures";

/// What is filled: files, and folders of Markdown.
const DOCUMENTS: [&str; 3] = ["README.md", "MODEL_CARD.md", "docs"];

/// Manifests whose scores the documents cite, and what marks call them.
const MANIFESTS: [(&str, &str); 2] =
    [("trained-lungs", "models/lungs.toml"), ("trained-classifier", "models/classifier.toml")];

/// Parts of a report that name films, by paths of whoever made it.
const FILMS: [&str; 2] = ["worst", "failures"];

/// Takes the reports of the evaluations in `folder`, where one is given, then fills all documents; with
/// `check` nothing is written, and a place that differs is an error.
pub(crate) fn run(root: &Path, folder: Option<&Path>, check: bool) -> Result<()> {
    if let Some(folder) = folder {
        let taken = take(folder, &root.join(REPORTS))?;
        println!("{REPORTS}: {} reports taken: {}", taken.len(), taken.join(", "));
    }
    let reports = reports(root)?;
    let mut all = Vec::new();
    let mut lines = Vec::new();
    for path in documents(root)? {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let text = fs::read_to_string(&path).with_context(|| name.clone())?;
        match fill(&text, &reports) {
            Ok(filled) => all.push((path, name, filled)),
            Err(faults) => lines.extend(told(&name, &faults)),
        }
    }
    ensure!(lines.is_empty(), "nothing was changed\n{}", lines.join("\n"));
    let (mut places, mut checks, mut differing) = (0, 0, 0);
    for (path, name, filled) in &all {
        let changed: Vec<&Place> = filled.places.iter().filter(|place| place.differs()).collect();
        for Place { line, report, figure, was, now } in &changed {
            let was = was.split_whitespace().collect::<Vec<_>>().join(" ");
            println!("{name}:{line}: {figure} of {report}: {was:?} stood, {now:?} is so");
        }
        if !check && !changed.is_empty() {
            fs::write(path, &filled.text).with_context(|| name.clone())?;
        }
        lines.extend(told(name, &filled.untrue));
        places += filled.places.len();
        checks += filled.checks;
        differing += changed.len();
    }
    let verb = if check { "differ" } else { "filled anew" };
    println!("{} documents: {places} places, {differing} {verb}; {checks} sentences", all.len());
    ensure!(lines.is_empty(), "sentences that the reports contradict\n{}", lines.join("\n"));
    ensure!(!check || differing == 0, "`cargo xtask fill` fills these places");
    Ok(())
}

fn told(document: &str, faults: &[Fault]) -> Vec<String> {
    faults.iter().map(|fault| format!("{document}:{}: {}", fault.line, fault.detail)).collect()
}

/// Reports by what marks call them: the file's name without `.json`, and the manifests.
fn reports(root: &Path) -> Result<Reports> {
    let mut reports = Reports::new();
    for path in files(&root.join(REPORTS), "json")? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path)?;
        let report = Report::parse(&text).with_context(|| path.display().to_string())?;
        reports.insert(name, report);
    }
    for (name, path) in MANIFESTS {
        let text = fs::read_to_string(root.join(path)).with_context(|| path.to_owned())?;
        let report = Report::of_manifest(&text).with_context(|| path.to_owned())?;
        reports.insert(name.into(), report);
    }
    Ok(reports)
}

fn documents(root: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for path in DOCUMENTS.map(|name| root.join(name)) {
        match path.is_dir() {
            true => all.extend(below(&path)?),
            false => all.push(path),
        }
    }
    Ok(all)
}

/// Markdown in a folder and the folders in it, by name.
fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = files(folder, "md")?;
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        found.extend(below(&path)?);
    }
    Ok(found)
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let is = |path: &PathBuf| path.is_file() && path.extension().is_some_and(|e| e == extension);
    Ok(entries(folder)?.into_iter().filter(is).collect())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).and_then(|e| e.map(|entry| Ok(entry?.path())).collect());
    let mut paths: Vec<PathBuf> = entries.with_context(|| folder.display().to_string())?;
    paths.sort();
    Ok(paths)
}

/// Copies `NAME/report.json` to `NAME.json` for each evaluation, without what names films.
fn take(folder: &Path, to: &Path) -> Result<Vec<String>> {
    let mut taken = Vec::new();
    for entry in entries(folder)? {
        let report = entry.join("report.json");
        let Some(name) = entry.file_name().filter(|_| report.is_file()) else { continue };
        let name = name.to_string_lossy().into_owned();
        let text = fs::read_to_string(&report)?;
        let text = slim(&text).with_context(|| report.display().to_string())?;
        fs::write(to.join(format!("{name}.json")), text)?;
        taken.push(name);
    }
    ensure!(!taken.is_empty(), "{} holds no NAME/report.json", folder.display());
    Ok(taken)
}

fn slim(text: &str) -> Result<String> {
    let mut report: Value = serde_json::from_str(text)?;
    let fields = report.as_object_mut().context("no report: an object was expected")?;
    fields.retain(|name, _| !FILMS.contains(&name.as_str()));
    Ok(serde_json::to_string_pretty(&report)? + "\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
