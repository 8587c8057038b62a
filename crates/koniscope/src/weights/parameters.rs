//! A network's parameters by PyTorch's names, in and out of files.

use std::path::Path;

use burn::{module::Module, tensor::DType};
use burn_store::{
    ApplyError, ApplyResult, BurnToPyTorchAdapter, FloatCastAdapter, HalfPrecisionAdapter,
    ModuleAdapter, ModuleSnapshot, ModuleStore, PyTorchToBurnAdapter, PytorchStore,
    SafetensorsStore,
};

use crate::Error;

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
/// [`Error::Model`] that names the file and the parameters that are missing, have another shape
/// or are of a deeper network. The network is then of no use.
pub fn load_pretrained<M: Module>(
    network: &mut M,
    file: &Path,
    missing: Missing,
) -> Result<(), Error> {
    let fault = |detail: String| Error::Model { detail: format!("{}: {detail}", file.display()) };
    if !file.is_file() {
        return Err(fault("there is no such file of weights".into()));
    }
    match file.extension().and_then(|e| e.to_str()) {
        Some("safetensors") => {
            apply(network, &mut renamed_safetensors(SafetensorsStore::from_file(file)), missing)
        }
        Some("pth" | "pt") => {
            pytorch_store(file).and_then(|mut store| apply(network, &mut store, missing))
        }
        _ => Err("a .safetensors, .pth or .pt file was expected".into()),
    }
    .map_err(fault)
}

/// [`load_pretrained`] from an open safetensors store.
pub(super) fn apply_safetensors<M: Module>(
    network: &mut M,
    store: SafetensorsStore,
    missing: Missing,
) -> Result<(), Error> {
    apply(network, &mut renamed_safetensors(store), missing)
        .map_err(|why| Error::Model { detail: format!("weights: {why}") })
}

/// Writes a network's parameters by PyTorch's names, as safetensors: all in f32, or with `half`
/// convolutions and linear layers in f16 and batch normalization, whose variances may lie below
/// what f16 can hold, in f32.
///
/// Running statistics are those of the last [`Module::valid`], as everywhere in burn.
///
/// # Errors
/// [`Error::Model`] if they cannot be serialized.
pub fn to_safetensors<M: Module>(network: &M, half: bool) -> Result<Vec<u8>, Error> {
    let store = SafetensorsStore::from_bytes(None)
        .clear_metadata()
        .with_key_remapping(r"downsample\.conv\.", "downsample.0.")
        .with_key_remapping(r"downsample\.bn\.", "downsample.1.");
    let mut store = if half {
        store.with_to_adapter(BurnToPyTorchAdapter.chain(HalfPrecisionAdapter::new()))
    } else {
        store.with_to_adapter(BurnToPyTorchAdapter)
    };
    network
        .save_into(&mut store)
        .and_then(|()| store.get_bytes())
        .map_err(|e| Error::Model { detail: format!("weights: {e}") })
}

/// PyTorch's names to ours, as regular expressions.
const RENAMED: [(&str, &str); 3] = [
    (r"^module\.", ""), // of DataParallel
    (r"downsample\.0\.", "downsample.conv."),
    (r"downsample\.1\.", "downsample.bn."),
];

/// Levels under which training programs keep the parameters beside other things.
const NESTS: [&str; 3] = ["state_dict", "model_state_dict", "model"];

fn renamed_safetensors(store: SafetensorsStore) -> SafetensorsStore {
    RENAMED.iter().fold(store, |store, (from, to)| store.with_key_remapping(from, *to))
}

fn pytorch_store(file: &Path) -> Result<PytorchStore, String> {
    let open = || PytorchStore::from_file(file).map_indices_contiguous(false);
    let names = open().keys().map_err(|e| e.to_string())?;
    let is_in = |nest: &str| names.iter().any(|n| n.starts_with(&format!("{nest}.")));
    let store = match NESTS.into_iter().find(|nest| is_in(nest)) {
        Some(nest) => open().with_top_level_key(nest),
        None => open(),
    };
    Ok(RENAMED.iter().fold(store, |store, (from, to)| store.with_key_remapping(from, *to)))
}

fn apply<M: Module, S: ModuleStore>(
    network: &mut M,
    store: &mut S,
    missing: Missing,
) -> Result<(), String> {
    let tensors = store.get_all_tensors().map_err(|e| e.to_string())?;
    let tensors = tensors.values().cloned().collect();
    let adapter = PyTorchToBurnAdapter.chain(FloatCastAdapter::to(DType::F32));
    let faults = faults(&network.apply(tensors, None, Some(Box::new(adapter)), true), missing);
    if faults.is_empty() {
        return Ok(());
    }
    let more = match faults.len().saturating_sub(5) {
        0 => String::new(),
        n => format!("; and {n} more"),
    };
    Err(format!("does not fit the network: {}{more}", faults[..faults.len().min(5)].join("; ")))
}

/// Why the network is not wholly, or only partly, what the file holds.
fn faults(result: &ApplyResult, missing: Missing) -> Vec<String> {
    let is_free = |path: &str| {
        missing == Missing::KeepHead && (path.starts_with("fc.") || path.starts_with("head."))
    };
    let mismatched = result.errors.iter().filter_map(|error| match error {
        ApplyError::ShapeMismatch { path, .. } if is_free(path) => None,
        ApplyError::ShapeMismatch { path, expected, found } => {
            let shape = |s: &[usize]| match *s {
                [inputs, outputs] => format!("{:?}", [outputs, inputs]), // Linear, as PyTorch has it
                _ => format!("{s:?}"),
            };
            let (expected, found) = (shape(expected.as_slice()), shape(found.as_slice()));
            Some(format!("{} has shape {found}, expected {expected}", pytorch_name(path)))
        }
        other => Some(other.to_string()),
    });
    let absent = result.missing.iter().filter(|(path, _)| !is_free(path));
    let absent = absent.map(|(path, _)| format!("{} is missing", pytorch_name(path)));
    // A deeper network's file holds all that a shallower one asks for, and more. Other things
    // beside the network's parts, as a loss's weights, do not matter.
    let part = |path: &str| path.split('.').next().map(str::to_owned);
    let extra = result.unused.iter().filter(|path| {
        !path.ends_with("num_batches_tracked")
            && !is_free(path)
            && result.applied.iter().any(|applied| part(applied) == part(path))
    });
    let extra = extra.map(|path| format!("{} has no place in it", pytorch_name(path)));
    mismatched.chain(absent).chain(extra).collect()
}

/// A parameter's name as the file should have it.
fn pytorch_name(path: &str) -> String {
    let (module, name) = path.rsplit_once('.').unwrap_or(("", path));
    let name = match name {
        "gamma" => "weight",
        "beta" => "bias",
        other => other,
    };
    format!("{module}.{name}")
        .replace("downsample.conv.", "downsample.0.")
        .replace("downsample.bn.", "downsample.1.")
}
