//! Where the weights are.

use std::path::{Path, PathBuf};

/// The folder of models: the one named, else `models` here.
pub(crate) fn find_models(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    Ok(named.unwrap_or(Path::new("models")).to_owned())
}
