//! Where the weights are.

use std::path::{Path, PathBuf};

use anyhow::bail;
use koniscope::{reading::GradingKind, weights::LUNGS_MANIFEST};

/// Which second stage reads, as said on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Model {
    /// The paper's classifier on the crop of both lungs: classifier.toml
    Paper,
    /// Six graded zones and the stage by rule: zones.toml
    Zones,
}

impl From<Model> for GradingKind {
    fn from(model: Model) -> Self {
        match model {
            Model::Paper => Self::Paper,
            Model::Zones => Self::Zones,
        }
    }
}

/// Environment variable that names the folder of models.
pub(crate) const VARIABLE: &str = "KONISCOPE_MODELS";

/// Levels above the program in which a folder `models` is looked for: `target/release/` lies two
/// below the repository, `target/<triple>/release/deps/` four.
const LEVELS: usize = 5;

/// Finds the folder of models: the one given, else the one that [`VARIABLE`] names, else `models`
/// in the working directory, else `models` beside the program or in a folder above it.
pub(crate) fn find(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe().ok();
    let variable = std::env::var_os(VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from);
    find_in(given, variable.as_deref(), Path::new(""), program.as_deref())
}

fn find_in(
    given: Option<&Path>,
    variable: Option<&Path>,
    working: &Path,
    program: Option<&Path>,
) -> anyhow::Result<PathBuf> {
    for (folder, name) in [(given, "--models"), (variable, VARIABLE)] {
        if let Some(folder) = folder {
            if is_models(folder) {
                return Ok(folder.into());
            }
            bail!("{name} {} holds no {LUNGS_MANIFEST}", folder.display());
        }
    }
    let above = program.into_iter().flat_map(|p| p.ancestors().skip(1).take(LEVELS));
    let places: Vec<PathBuf> =
        std::iter::once(working).chain(above).map(|folder| folder.join("models")).collect();
    if let Some(found) = places.iter().find(|place| is_models(place)) {
        return Ok(found.clone());
    }
    let places: Vec<String> = places.iter().map(|p| p.display().to_string()).collect();
    bail!(
        "no models found (a folder with {LUNGS_MANIFEST}); looked in {}. Name one with --models \
         or {VARIABLE}",
        places.join(", ")
    )
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
        let above = models(&root.join("models"));
        assert_eq!(find(None, None).unwrap(), above);
        let here = models(&working.join("models"));
        assert_eq!(find(None, None).unwrap(), here);
        let named = models(&root.join("named"));
        assert_eq!(find(None, Some(&named)).unwrap(), named);
        assert_eq!(find(Some(&above), Some(&named)).unwrap(), above);
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
