//! Weights from files: ours with their manifest, and anybody's by torchvision's names.

use std::path::Path;

use burn::module::Module;
use burn_store::{
    ApplyResult, BurnToPyTorchAdapter, FloatCastAdapter, ModuleAdapter, ModuleSnapshot,
    PyTorchToBurnAdapter, PytorchStore, SafetensorsStore,
};
use sha2::{Digest, Sha256};

use crate::{
    Error,
    calibration::Calibration,
    decode::Limits,
    manifest::{Manifest, Network},
    model::{Device, lungs::UNetLungs, resnet::ResNet, stages::ResNetStages, unet::UNet},
    reading::Reader,
};

/// Manifest of the lung network, in a folder of models.
pub const LUNGS_MANIFEST: &str = "lungs.toml";

/// Manifest of the classifier read with by default.
pub const CLASSIFIER_MANIFEST: &str = "classifier.toml";

/// Loads both networks of a folder of models: `lungs.toml` and `classifier.toml`, or the
/// manifest named `classifier`.
///
/// # Errors
/// [`Error::Model`] if a manifest or its weights are missing, damaged or contradict each other.
pub fn load_reader(
    models: &Path,
    device: &Device,
    classifier: Option<&str>,
) -> Result<Reader, Error> {
    let classifier = classifier.unwrap_or(CLASSIFIER_MANIFEST);
    Ok(Reader {
        segmenter: Box::new(load_lungs(&models.join(LUNGS_MANIFEST), device)?),
        classifier: Box::new(load_stages(&models.join(classifier), device)?),
        limits: Limits::default(),
    })
}

/// Loads a lung network by its manifest.
///
/// # Errors
/// [`Error::Model`], see [`load_reader`].
pub fn load_lungs(manifest: &Path, device: &Device) -> Result<UNetLungs, Error> {
    let (manifest, bytes) = read_manifest(manifest)?;
    let Network::Unet { width, depth } = manifest.network else {
        return Err(Error::Model { detail: format!("{} is no U-Net", manifest.id) });
    };
    if manifest.classes.len() != 3 {
        return Err(Error::Model {
            detail: format!("{} needs the classes background, right lung, left lung", manifest.id),
        });
    }
    let mut network = UNet::new(width, depth, manifest.classes.len(), device.burn());
    apply_safetensors(&mut network, SafetensorsStore::from_bytes(Some(bytes)), Missing::Refuse)?;
    Ok(UNetLungs::new(network, manifest, device.clone()))
}

/// Loads a classifier by its manifest.
///
/// # Errors
/// [`Error::Model`], see [`load_reader`].
pub fn load_stages(manifest: &Path, device: &Device) -> Result<ResNetStages, Error> {
    let (network, manifest) = load_resnet(manifest, device)?;
    Ok(ResNetStages::new(network, manifest, device.clone()))
}

/// Loads a classifier's bare network by its manifest.
///
/// # Errors
/// [`Error::Model`], see [`load_reader`].
pub fn load_resnet(manifest: &Path, device: &Device) -> Result<(ResNet, Manifest), Error> {
    let (manifest, bytes) = read_manifest(manifest)?;
    Calibration::of(&manifest)?;
    let Network::Resnet { layers } = manifest.network else {
        return Err(Error::Model { detail: format!("{} is no ResNet", manifest.id) });
    };
    let mut network = ResNet::new(layers, manifest.classes.len(), device.burn())
        .ok_or_else(|| Error::Model { detail: format!("no ResNet has {layers} layers here") })?;
    apply_safetensors(&mut network, SafetensorsStore::from_bytes(Some(bytes)), Missing::Refuse)?;
    Ok((network, manifest))
}

/// Reads a manifest and the weights it names, and checks their SHA-256.
fn read_manifest(path: &Path) -> Result<(Manifest, Vec<u8>), Error> {
    let unusable = |what: &Path, why: &dyn std::fmt::Display| Error::Model {
        detail: format!("cannot use {}: {why}", what.display()),
    };
    let text = std::fs::read_to_string(path).map_err(|e| unusable(path, &e))?;
    let manifest: Manifest = toml::from_str(&text).map_err(|e| unusable(path, &e))?;
    let file = path.with_file_name(&manifest.file);
    let bytes = std::fs::read(&file).map_err(|e| unusable(&file, &e))?;
    let found = sha256(&bytes);
    if found != manifest.sha256 {
        let why = format!("its SHA-256 is {found}, its manifest says {}", manifest.sha256);
        return Err(unusable(&file, &why));
    }
    Ok((manifest, bytes))
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// What to do about parameters that a file lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// All must be there.
    Refuse,
    /// Those of the head (`fc`, `head`) may be missing or of another shape and stay as they
    /// are: transfer learning.
    KeepHead,
}

/// Loads parameters by PyTorch's names from a `.safetensors`, `.pth` or `.pt` file, of any float
/// type, with or without a `state_dict` level and a `module.` prefix.
///
/// # Errors
/// [`Error::Model`] that names the parameters that are missing or have another shape.
pub fn load_pretrained<M: Module>(
    network: &mut M,
    file: &Path,
    missing: Missing,
) -> Result<(), Error> {
    if !file.is_file() {
        return Err(Error::Model { detail: format!("no file of weights at {}", file.display()) });
    }
    match file.extension().and_then(|e| e.to_str()) {
        Some("safetensors") => {
            apply_safetensors(network, SafetensorsStore::from_file(file), missing)
        }
        Some("pth" | "pt") => apply_pytorch(network, file, missing),
        _ => Err(Error::Model {
            detail: format!("{}: expected a .safetensors, .pth or .pt file", file.display()),
        }),
    }
}

fn apply_safetensors<M: Module>(
    network: &mut M,
    store: SafetensorsStore,
    missing: Missing,
) -> Result<(), Error> {
    let mut store = store
        .allow_partial(true)
        .validate(false)
        .with_key_remapping(r"^module\.", "")
        .with_key_remapping(r"downsample\.0\.", "downsample.conv.")
        .with_key_remapping(r"downsample\.1\.", "downsample.bn.")
        .with_from_adapter(
            PyTorchToBurnAdapter.chain(FloatCastAdapter::to(burn::tensor::DType::F32)),
        );
    let result = network
        .load_from(&mut store)
        .map_err(|e| Error::Model { detail: format!("weights: {e}") })?;
    check(&result, missing)
}

fn apply_pytorch<M: Module>(network: &mut M, file: &Path, missing: Missing) -> Result<(), Error> {
    let store = || {
        PytorchStore::from_file(file)
            .allow_partial(true)
            .validate(false)
            .map_indices_contiguous(false)
            .with_key_remapping(r"^module\.", "")
            .with_key_remapping(r"downsample\.0\.", "downsample.conv.")
            .with_key_remapping(r"downsample\.1\.", "downsample.bn.")
    };
    let mut error = Error::Model { detail: format!("{}: no parameters", file.display()) };
    for mut store in [store(), store().with_top_level_key("state_dict")] {
        match network.load_from(&mut store) {
            Ok(result) if !result.applied.is_empty() => return check(&result, missing),
            Ok(_) => {}
            Err(e) => error = Error::Model { detail: format!("{}: {e}", file.display()) },
        }
    }
    Err(error)
}

/// Refuses a half-loaded network, naming at most five parameters.
fn check(result: &ApplyResult, missing: Missing) -> Result<(), Error> {
    let is_head = |path: &str| path.starts_with("fc.") || path.starts_with("head.");
    let matters = |path: &str| missing == Missing::Refuse || !is_head(path);
    let mut faults: Vec<String> = result
        .errors
        .iter()
        .map(ToString::to_string)
        .filter(|e| missing == Missing::Refuse || !(e.contains("'fc.") || e.contains("'head.")))
        .collect();
    faults.extend(
        result
            .missing
            .iter()
            .filter(|(path, _)| matters(path) && !path.ends_with("training"))
            .map(|(path, _)| format!("{path} is missing")),
    );
    if faults.is_empty() {
        return Ok(());
    }
    let more = faults.len().saturating_sub(5);
    faults.truncate(5);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    Err(Error::Model { detail: format!("weights do not fit: {}{more}", faults.join("; ")) })
}

/// Writes a network's parameters by PyTorch's names, as f16 or f32 safetensors.
///
/// # Errors
/// [`Error::Model`] if they cannot be serialized.
pub fn to_safetensors<M: Module>(network: &M, half: bool) -> Result<Vec<u8>, Error> {
    let dtype = if half { burn::tensor::DType::F16 } else { burn::tensor::DType::F32 };
    let mut store = SafetensorsStore::from_bytes(None)
        .clear_metadata()
        .with_key_remapping(r"downsample\.conv\.", "downsample.0.")
        .with_key_remapping(r"downsample\.bn\.", "downsample.1.")
        .with_to_adapter(BurnToPyTorchAdapter.chain(FloatCastAdapter::to(dtype)));
    network
        .save_into(&mut store)
        .and_then(|()| store.get_bytes())
        .map_err(|e| Error::Model { detail: format!("weights: {e}") })
}
