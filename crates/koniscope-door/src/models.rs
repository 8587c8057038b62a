//! Where the weights are.

use std::path::{Path, PathBuf};

use anyhow::bail;
use koniscope::{reader::LUNGS_MANIFEST, reading::SecondStageKind};

use crate::write::remark;

/// Which second stage reads, as said on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Model {
    /// The paper's classifier on the crop of both lungs: classifier.toml
    Paper,
    /// Six graded zones and the stage by rule: zones.toml
    Zones,
}

impl From<Model> for SecondStageKind {
    fn from(model: Model) -> Self {
        match model {
            Model::Paper => Self::Paper,
            Model::Zones => Self::Zones,
        }
    }
}

/// Environment variable that names the folder of models.
pub const VARIABLE: &str = "KONISCOPE_MODELS";

/// Levels above the program in which a folder `models` is looked for: `target/release/` lies two
/// below the repository, `target/<triple>/release/deps/` four.
const LEVELS: usize = 5;

/// Finds the folder of models: the one given, else the one that [`VARIABLE`] names, else `models`
/// beside the program or in a folder above it, else `models` in the working directory. Models of the working
/// directory, which may be anybody's, are neither read nor passed over without a word.
///
/// # Errors
/// Where it was looked for, if there is none.
pub fn find(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe().ok();
    let variable = std::env::var_os(VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from);
    let found = find_in(given, variable.as_deref(), Path::new(""), program.as_deref())?;
    if let Some(text) = found.remark {
        remark(&text);
    }
    Ok(found.folder)
}

/// A folder of models, and what the user should know of the choice.
#[derive(Debug, PartialEq)]
struct Found {
    folder: PathBuf,
    remark: Option<String>,
}

fn find_in(
    given: Option<&Path>,
    variable: Option<&Path>,
    working: &Path,
    program: Option<&Path>,
) -> anyhow::Result<Found> {
    for (folder, name) in [(given, "--models"), (variable, VARIABLE)] {
        if let Some(folder) = folder {
            if is_models(folder) {
                return Ok(Found { folder: folder.into(), remark: None });
            }
            bail!("{name} {} holds no {LUNGS_MANIFEST}", folder.display());
        }
    }
    let above = program.into_iter().flat_map(|p| p.ancestors().skip(1).take(LEVELS));
    let mut places: Vec<PathBuf> = above.map(|folder| folder.join("models")).collect();
    let own = places.iter().find(|place| is_models(place)).cloned();
    let here = working.join("models");
    let is_here = is_models(&here);
    let remark = match &own {
        Some(own) if is_here && !is_same(own, &here) => Some(format!(
            "read with {}; {} holds models too, which are read only with --models",
            own.display(),
            here.display()
        )),
        None if is_here => Some(format!("read with {}, as the program has none", here.display())),
        _ => None,
    };
    if let Some(folder) = own.or(is_here.then(|| here.clone())) {
        return Ok(Found { folder, remark });
    }
    places.push(here);
    let places: Vec<String> = places.iter().map(|p| p.display().to_string()).collect();
    bail!(
        "no models found (a folder with {LUNGS_MANIFEST}); looked in {}. Name one with --models \
         or {VARIABLE}",
        places.join(", ")
    )
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn is_models(folder: &Path) -> bool {
    folder.join(LUNGS_MANIFEST).is_file()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn models(at: &Path) -> PathBuf {
        std::fs::create_dir_all(at).unwrap();
        std::fs::write(at.join(LUNGS_MANIFEST), "").unwrap();
        at.into()
    }

    #[test]
    fn places_are_looked_at_in_order() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let program = root.join("target/release/koniscope");
        let working = root.join("work");
        let find = |given: Option<&Path>, variable: Option<&Path>| {
            find_in(given, variable, &working, Some(&program))
        };
        let error = find(None, None).unwrap_err().to_string();
        for place in [working.join("models"), root.join("models"), root.join("target/models")] {
            assert!(error.contains(&place.display().to_string()), "{error}");
        }
        let here = models(&working.join("models"));
        let found = find(None, None).unwrap();
        assert_eq!(found.folder, here);
        assert!(found.remark.unwrap().contains("the program has none"));
        let above = models(&root.join("models"));
        let found = find(None, None).unwrap();
        assert_eq!(found.folder, above, "the program's own come first");
        assert!(found.remark.unwrap().contains(&here.display().to_string()));
        let found = find_in(None, None, root, Some(&program)).unwrap();
        assert_eq!((found.folder, found.remark), (above.clone(), None), "one and the same");
        let named = models(&root.join("named"));
        let of = |folder: &PathBuf| Found { folder: folder.clone(), remark: None };
        assert_eq!(find(None, Some(&named)).unwrap(), of(&named));
        assert_eq!(find(Some(&above), Some(&named)).unwrap(), of(&above));
    }

    #[test]
    fn a_folder_that_was_named_is_never_passed_over() {
        let root = tempfile::tempdir().unwrap();
        let good = models(&root.path().join("models"));
        let empty = root.path().join("empty");
        let error = find_in(Some(&empty), Some(&good), root.path(), None).unwrap_err();
        assert!(error.to_string().contains("--models"), "{error}");
    }
}
