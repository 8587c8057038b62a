//! The folder of a run: started once, gone on with only by the same recipe.

use std::{fs, path::Path};

use koniscope::{
    checked_manifest::CheckedManifest,
    digest::sha256,
    manifest::{Manifest, TrainedOn, Training as Origin},
};
use serde::Serialize;

use crate::{
    Error,
    network::{described::Described, to_safetensors},
    training::checkpoint::Checkpoint,
    write::write_atomic,
};

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
pub(super) fn write_model<M: Described>(
    out: &Path,
    name: &str,
    network: &M,
    mut manifest: Manifest,
) -> Result<Manifest, Error> {
    let bytes = to_safetensors(network, true)?;
    manifest.file = format!("{}.safetensors", manifest.id);
    manifest.sha256 = sha256(&bytes);
    let manifest = CheckedManifest::new(manifest)?.into_inner();
    write_atomic(&out.join(&manifest.file), &bytes)?;
    write_manifest(&out.join(name), &manifest)?;
    Ok(manifest)
}

/// Writes a manifest as TOML.
pub(super) fn write_manifest(path: &Path, manifest: &Manifest) -> Result<(), Error> {
    let text = toml::to_string_pretty(manifest).map_err(|e| Error::file(path, e))?;
    write_atomic(path, text.as_bytes())
}

/// How weights came to be, and whose films they have learnt from, by a manifest in their folder that holds
/// their SHA-256. Without one nothing is known but their name.
///
/// # Errors
/// [`Error::File`] if the weights or their folder cannot be read.
pub(super) fn origin_of(weights: &Path) -> Result<(Origin, Option<TrainedOn>), Error> {
    let sum = sha256(&fs::read(weights).map_err(|e| Error::file(weights, e))?);
    let folder = weights.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in fs::read_dir(folder).map_err(|e| Error::file(folder, e))? {
        let path = entry.map_err(|e| Error::file(folder, e))?.path();
        if path.extension().is_some_and(|ext| ext == "toml")
            && let Ok(manifest) = CheckedManifest::read(&path)
            && manifest.sha256 == sum
            && let Manifest { training: Some(origin), trained_on, .. } = manifest.into_inner()
        {
            return Ok((origin, trained_on));
        }
    }
    let init = super::file_name(weights);
    Ok((Origin { recipe: "not known".into(), init, ..Origin::default() }, None))
}
