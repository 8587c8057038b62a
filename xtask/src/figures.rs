//! `cargo xtask figures`: reports into docs/figures, and their figures into the documents.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Where reports are kept, under the root.
const REPORTS: &str = "docs/figures";

/// Manifests whose scores the documents cite, and what marks call them.
const TRAINED: [&str; 2] =
    ["trained-lungs=models/lungs.toml", "trained-classifier=models/classifier.toml"];

/// Parts of a report that name films, by paths of whoever made it.
const FILMS: [&str; 2] = ["worst", "failures"];

/// Takes the reports of the evaluations in `folder`, where one is given, then fills all documents.
pub(crate) fn run(root: &Path, folder: Option<&Path>) -> Result<()> {
    if let Some(folder) = folder {
        let taken = take(folder, &root.join(REPORTS))?;
        println!("{REPORTS}: {} reports taken: {}", taken.len(), taken.join(", "));
    }
    let documents = ["README.md", "MODEL_CARD.md", "docs"];
    let status = Command::new("cargo")
        .args(["run", "--quiet", "--release", "--", "fill", "--reports", REPORTS])
        .args(TRAINED.iter().flat_map(|named| ["--report", named]))
        .args(documents)
        .current_dir(root)
        .status()
        .context("cargo did not start")?;
    ensure!(status.success(), "the documents were not filled");
    Ok(())
}

/// Copies `NAME/report.json` to `NAME.json` for each evaluation, without what names films.
fn take(folder: &Path, to: &Path) -> Result<Vec<String>> {
    let mut taken = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let report = entry?.path().join("report.json");
        let Some(name) = report.parent().and_then(Path::file_name).filter(|_| report.is_file())
        else {
            continue;
        };
        let name = name.to_string_lossy().into_owned();
        let text = fs::read_to_string(&report)?;
        let text = slim(&text).with_context(|| report.display().to_string())?;
        fs::write(to.join(format!("{name}.json")), text)?;
        taken.push(name);
    }
    ensure!(!taken.is_empty(), "{} holds no NAME/report.json", folder.display());
    taken.sort();
    Ok(taken)
}

fn slim(text: &str) -> Result<String> {
    let mut report: Value = serde_json::from_str(text)?;
    let fields = report.as_object_mut().context("no report: an object was expected")?;
    fields.retain(|name, _| !FILMS.contains(&name.as_str()));
    Ok(serde_json::to_string_pretty(&report)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_taken_without_names_of_films() {
        let root = std::env::temp_dir().join(format!("koniscope-figures-{}", std::process::id()));
        let evaluation = root.join("site");
        fs::create_dir_all(&evaluation).expect("a folder");
        assert!(take(&root, &root).is_err(), "nothing to take");
        let report = r#"{"figures": [{"value": 0.625}], "worst": [{"image": "/a"}]}"#;
        fs::write(evaluation.join("report.json"), report).expect("a file");
        assert_eq!(take(&root, &root).expect("taken"), ["site"]);
        let taken = fs::read_to_string(root.join("site.json")).expect("a file");
        assert!(taken.contains("0.625") && !taken.contains("worst"), "{taken}");
        fs::remove_dir_all(&root).expect("removed");
    }
}
