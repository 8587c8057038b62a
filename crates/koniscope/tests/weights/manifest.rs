//! Weights cannot be loaded without their manifest, nor with another's.

use std::path::Path;

use koniscope::{
    digest::sha256,
    model::Device,
    weights::{load_lungs, to_safetensors},
};

use super::filled;

/// Writes weights and a manifest that fits them, as changed by `edit`; what loading says.
fn load(folder: &Path, edit: impl Fn(String) -> String) -> Result<String, String> {
    let weights = to_safetensors(&filled(), true).unwrap();
    std::fs::write(folder.join("tiny.safetensors"), &weights).unwrap();
    let manifest = format!(
        "id = \"tiny\"\nfile = \"tiny.safetensors\"\nsha256 = \"{}\"\n\
         classes = [\"background\", \"right lung\", \"left lung\"]\n\
         [network]\nkind = \"unet\"\nwidth = 2\ndepth = 1\n\
         [input]\nwidth = 32\nheight = 32\nchannels = 1\nmean = 0.5\nstd = 0.25\n",
        sha256(&weights)
    );
    let path = folder.join("lungs.toml");
    std::fs::write(&path, edit(manifest)).unwrap();
    match load_lungs(&path, &Device::cpu()) {
        Ok(_) => Ok("loaded".into()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn a_manifest_that_fits_loads() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(load(folder.path(), |m| m), Ok("loaded".into()));
}

#[test]
fn a_manifest_that_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |from: &str, to: &str, word: &str| {
        let why = load(folder.path(), |m| m.replace(from, to)).unwrap_err();
        assert!(why.contains(word), "{why}");
    };
    refused("sha256 = \"", "sha256 = \"0", "its manifest says 0");
    refused("tiny.safetensors", "gone.safetensors", "gone.safetensors");
    refused("depth = 1", "depth = 2", "up.0.weight has shape [4, 2, 2, 2]");
    refused("width = 2", "width = 3", "expected [3, 1, 3, 3]");
    refused("std = 0.25", "std = 0.25\nstdev = 1", "stdev");
    refused(", \"left lung\"]", "]", "needs the classes");
    let classifier = |manifest: String| {
        let resnet = manifest
            .replace("kind = \"unet\"\nwidth = 2\ndepth = 1", "kind = \"resnet\"\nlayers = 18")
            .replace("channels = 1", "channels = 3");
        resnet + "[calibration]\ntemperature = 1.0\nfilms = 1\n"
    };
    let why = load(folder.path(), classifier).unwrap_err();
    assert!(why.contains("no U-Net"), "{why}");
}
