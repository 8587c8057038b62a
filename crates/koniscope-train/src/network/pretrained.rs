//! Weights to start from, and those that were learnt, by PyTorch's names.

use std::path::Path;

use burn::{module::Module, tensor::TensorData};
use burn_store::{
    ModuleSnapshot, ModuleStore, PyTorchToBurnAdapter, PytorchStore, SafetensorsStore,
};
use koniscope::{Error, weights::Parameters};
use koniscope_engine::{Graph, Tensor};

use super::described::Described;

/// What to do about parameters that a file lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// All must be there.
    Refuse,
    /// Those of the head (`fc`, `head`) may be missing or of another shape and stay as they
    /// are: transfer learning.
    KeepHead,
}

/// Levels under which training programs keep the parameters beside other things.
const NESTS: [&str; 3] = ["state_dict.", "model_state_dict.", "model."];

/// Loads parameters by PyTorch's names from a `.safetensors`, `.pth`, `.pt` or `.pth.tar` file, of any
/// float type, with or without a `state_dict` level and a prefix `module.` or `model.`.
///
/// # Errors
/// [`Error::Model`] that names the file and the parameters that are missing, have another shape, are
/// of a deeper network or hold a value that is not finite. The network is then as it was.
pub fn load_pretrained<N: Described + Module>(
    network: &mut N,
    file: &Path,
    missing: Missing,
) -> Result<(), Error> {
    let fault = |detail: String| Error::Model { detail: format!("{}: {detail}", file.display()) };
    if !file.is_file() {
        return Err(fault("there is no such file of weights".into()));
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    let parameters = if ends(&[".safetensors"]) {
        let bytes = std::fs::read(file).map_err(|e| fault(e.to_string()))?;
        Parameters::parse(&bytes).map_err(|e| fault(e.to_string()))?
    } else if ends(&[".pth", ".pt", ".pth.tar"]) {
        pytorch(file).map_err(fault)?
    } else {
        return Err(fault("a .safetensors, .pth, .pt or .pth.tar file was expected".into()));
    };
    apply(network, parameters, missing).map_err(|e| fault(e.to_string()))
}

/// Writes a network's parameters as [`koniscope::weights::to_safetensors`] does.
///
/// # Errors
/// [`Error::Model`] if a value is not finite, as it is written.
pub fn to_safetensors<N: Described>(network: &N, half: bool) -> Result<Vec<u8>, Error> {
    koniscope::weights::to_safetensors(&network.graph(), half)
}

/// All float tensors of a file by PyTorch, the level of parameters alone where it has levels.
fn pytorch(file: &Path) -> Result<Parameters, String> {
    let mut store = PytorchStore::from_file(file).map_indices_contiguous(false);
    let tensors = store.get_all_tensors().map_err(|e| e.to_string())?;
    let nest = NESTS.into_iter().find(|nest| tensors.keys().any(|name| name.starts_with(nest)));
    let mut named = Vec::with_capacity(tensors.len());
    for (name, tensor) in
        tensors.iter().filter(|(n, _)| nest.is_none_or(|nest| n.starts_with(nest)))
    {
        if !tensor.dtype.is_float() {
            named.push((name.clone(), Err(format!("holds {:?}, expected floats", tensor.dtype))));
            continue;
        }
        let bytes = tensor.to_bytes().map_err(|e| format!("{name}: {e}"))?;
        let values = TensorData::from_bytes(bytes, tensor.shape.clone(), tensor.dtype);
        let values =
            values.convert::<f32>().try_into_vec().map_err(|e| format!("{name}: {e:?}"))?;
        named.push((name.clone(), Ok(Tensor::new(tensor.shape.to_vec(), values))));
    }
    Ok(Parameters::new(named))
}

fn apply<N: Described + Module>(
    network: &mut N,
    mut parameters: Parameters,
    missing: Missing,
) -> Result<(), Error> {
    let own = network.graph();
    let graph = network.graph_of(&mut |name, shape| {
        let is_head = name.starts_with("fc.") || name.starts_with("head.");
        match missing == Missing::KeepHead && is_head && !parameters.fits(name, shape) {
            true => parameter(&own, name),
            false => parameters.take(name, shape),
        }
    });
    parameters.finish()?;
    set(network, &graph)
}

/// A parameter of a graph by its name.
fn parameter(graph: &Graph, name: &str) -> Tensor {
    let (layer, part) = name.rsplit_once('.').expect("a layer's parameter");
    let node = graph.nodes().iter().find(|node| node.name == layer);
    let parameters = node.expect("graphs of one network have the same layers").op.parameters();
    let values = parameters.into_iter().find(|(p, _)| *p == part).map(|(_, values)| values);
    values.expect("and the same parameters").clone()
}

/// Gives a network the parameters of its graph.
fn set<N: Module>(network: &mut N, graph: &Graph) -> Result<(), Error> {
    let bytes = koniscope::weights::to_safetensors(graph, false)?;
    let mut store = SafetensorsStore::from_bytes(Some(bytes))
        .with_from_adapter(PyTorchToBurnAdapter)
        .skip_enum_variants(true)
        .with_key_remapping(r"downsample\.0\.", "downsample.conv.")
        .with_key_remapping(r"downsample\.1\.", "downsample.bn.");
    let result = network.load_from(&mut store);
    result.map(drop).map_err(|e| Error::Model { detail: format!("weights: {e}") })
}
