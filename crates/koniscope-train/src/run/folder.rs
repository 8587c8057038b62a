//! The folder of a run: started once, gone on with only by the same recipe.

use std::{fs, path::Path};

use koniscope::{
    manifest::Manifest,
    weights::{sha256, to_safetensors},
};
use serde::Serialize;

use crate::{Error, training::checkpoint::Checkpoint, write::write_atomic};

/// Makes the folder and writes the recipe into it; with `resume`, checks that it is the same.
///
/// # Errors
/// [`Error::Run`] if the folder holds a run and `resume` was not asked for, or one of another
/// recipe.
pub(super) fn open<R: Serialize>(out: &Path, recipe: &R, resume: bool) -> Result<(), Error> {
    let fault = |detail: String| Err(Error::Run { path: out.to_owned(), detail });
    fs::create_dir_all(out).map_err(|e| Error::file(out, e))?;
    let text = toml::to_string_pretty(recipe)
        .map_err(|e| Error::Run { path: out.to_owned(), detail: e.to_string() })?;
    let path = out.join("recipe.toml");
    if Checkpoint::in_folder(out).exists()? {
        if !resume {
            return fault("it holds a run. Go on with --resume, or choose another folder".into());
        }
        let before = fs::read_to_string(&path).map_err(|e| Error::file(&path, e))?;
        if before != text {
            return fault("it holds a run of another recipe; choose another folder".into());
        }
    }
    write_atomic(&path, text.as_bytes())
}

/// Writes weights (f16, safetensors) and then their manifest, as `name` in `out`; fills in the
/// file's name and SHA-256.
pub(super) fn write_model<M: burn::module::Module>(
    out: &Path,
    name: &str,
    network: &M,
    mut manifest: Manifest,
) -> Result<Manifest, Error> {
    let bytes = to_safetensors(network, true)?;
    manifest.file = format!("{}.safetensors", manifest.id);
    manifest.sha256 = sha256(&bytes);
    write_atomic(&out.join(&manifest.file), &bytes)?;
    write_manifest(&out.join(name), &manifest)?;
    Ok(manifest)
}

/// Writes a manifest as TOML.
pub(super) fn write_manifest(path: &Path, manifest: &Manifest) -> Result<(), Error> {
    let text = toml::to_string_pretty(manifest).map_err(|e| Error::file(path, e))?;
    write_atomic(path, text.as_bytes())
}
