//! A network's parameters by PyTorch's names, in and out of safetensors.

use std::collections::{BTreeMap, BTreeSet};

use half::{bf16, f16, slice::HalfFloatSliceExt};
use koniscope_engine::{Graph, Op, Tensor};
use rayon::prelude::*;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::{Error, model::resnet::CLASS_MAPS};

/// Faults that an error names.
const NAMED: usize = 5;

/// Levels and prefixes under which training programs keep parameters.
const PREFIXES: [&str; 4] = ["state_dict.", "model_state_dict.", "model.", "module."];

/// Parameters by name, which a network takes one by one; at the end [`finish`](Self::finish) says
/// whether they were those of that network.
#[derive(Debug, Default)]
pub struct Parameters {
    /// What nobody took yet, or why it cannot be used.
    left: BTreeMap<String, Result<Tensor, String>>,
    /// First words of the names that were asked for, as `layer1`.
    parts: BTreeSet<String>,
    /// What is there and does not fit.
    faults: Vec<String>,
    missing: Vec<String>,
}

impl Parameters {
    /// Those of a safetensors file, of any float type, with or without the prefix of a training
    /// program.
    ///
    /// # Errors
    /// [`Error::Model`] if the bytes are no such file.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let file = SafeTensors::deserialize(bytes).map_err(|e| Error::Model {
            detail: format!("weights: no safetensors file, or a damaged one: {e}"),
        })?;
        let named = file.tensors().into_par_iter().map(|(name, view)| (name, floats(&view)));
        Ok(Self::new(named.collect::<Vec<_>>()))
    }

    /// Parameters, or why each cannot be used.
    pub fn new(named: impl IntoIterator<Item = (String, Result<Tensor, String>)>) -> Self {
        let mut left = BTreeMap::new();
        for (name, values) in named {
            let bare = bare(&name);
            let values = values.and_then(|values| usable(bare, values));
            let values = match left.contains_key(bare) {
                true => Err("is there twice".into()),
                false => values,
            };
            left.insert(bare.to_owned(), values);
        }
        Self { left, ..Self::default() }
    }

    /// Whether a parameter of this name is there, in this shape or damaged.
    pub fn fits(&self, name: &str, shape: &[usize]) -> bool {
        self.left.get(name).is_some_and(|p| p.as_ref().map_or(true, |p| p.shape == shape))
    }

    /// Takes a parameter out; one without values where it is missing or cannot be used, which
    /// [`finish`](Self::finish) then tells.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Tensor {
        self.parts.insert(part(name).to_owned());
        match self.left.remove(name) {
            Some(Ok(tensor)) if tensor.shape == shape => return tensor,
            Some(Ok(Tensor { shape: found, .. })) => {
                self.faults.push(format!("{name} has shape {found:?}, expected {shape:?}"));
            }
            Some(Err(why)) => self.faults.push(format!("{name} {why}")),
            None => self.missing.push(format!("{name} is missing")),
        }
        Tensor { shape: shape.to_vec(), data: Vec::new() }
    }

    /// Whether all that was taken was there and nothing of the same parts is left: a deeper network
    /// holds all that a shallower one asks for, and more. Other things beside the network's parts,
    /// as a loss's weights, do not matter.
    ///
    /// # Errors
    /// [`Error::Model`] that names the parameters that are missing, have another shape, hold a value
    /// that is not finite or have no place in the network.
    pub fn finish(mut self) -> Result<(), Error> {
        let surplus = self.left.keys().filter(|name| {
            self.parts.contains(part(name)) && !name.ends_with("num_batches_tracked")
        });
        let surplus = surplus.map(|name| format!("{name} has no place in it"));
        self.faults.extend(self.missing.into_iter().chain(surplus));
        if self.faults.is_empty() {
            return Ok(());
        }
        let more = match self.faults.len().saturating_sub(NAMED) {
            0 => String::new(),
            n => format!("; and {n} more"),
        };
        self.faults.truncate(NAMED);
        let faults = self.faults.join("; ");
        Err(Error::Model { detail: format!("weights: does not fit the network: {faults}{more}") })
    }
}

/// A name without the levels above it.
fn bare(name: &str) -> &str {
    PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).map_or(name, bare)
}

fn part(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Values of any float type as f32.
fn floats(view: &TensorView) -> Result<Tensor, String> {
    let bytes = view.data();
    let data = match view.dtype() {
        Dtype::F32 => bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        Dtype::F64 => bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect(),
        Dtype::F16 => {
            let halves: Vec<f16> =
                bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b)).collect();
            halves.to_f32_vec()
        }
        Dtype::BF16 => {
            bytes.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect()
        }
        other => return Err(format!("holds {other:?}, expected floats")),
    };
    Ok(Tensor::new(view.shape(), data))
}

fn usable(name: &str, tensor: Tensor) -> Result<Tensor, String> {
    let least = if name.ends_with("running_var") { 0.0 } else { f32::MIN };
    match tensor.data.iter().find(|v| !(least..=f32::MAX).contains(*v)) {
        Some(value) if value.is_finite() => {
            Err(format!("holds {value}, expected variances of at least 0"))
        }
        Some(value) => Err(format!("holds {value}, expected finite numbers")),
        None => Ok(tensor),
    }
}

/// Writes a network's parameters by PyTorch's names, as safetensors: all in f32, or with `half`
/// convolutions and linear layers in f16 and batch normalization, whose variances may lie below
/// what f16 can hold, in f32.
///
/// # Errors
/// [`Error::Model`] if a value is not finite, as it is written.
pub fn to_safetensors(graph: &Graph, half: bool) -> Result<Vec<u8>, Error> {
    let fault = |detail: String| Error::Model { detail: format!("weights: {detail}") };
    let mut written = Vec::new();
    // The head on every position has the parameters of the fully connected layer.
    for node in graph.nodes().iter().filter(|node| node.name != CLASS_MAPS) {
        let half = half && !matches!(node.op, Op::BatchNorm { .. });
        for (part, Tensor { shape, data }) in node.op.parameters() {
            let name = format!("{}.{part}", node.name);
            if let Some(value) = data.iter().find(|v| !v.is_finite()) {
                return Err(fault(format!("{name} holds {value}; expected finite numbers")));
            }
            let bytes: Vec<u8> = if half {
                let halves = data.iter().map(|v| f16::from_f32(*v));
                if let Some((value, _)) =
                    data.iter().zip(halves.clone()).find(|(_, h)| !h.is_finite())
                {
                    return Err(fault(format!("{name} holds {value}; f16 ends at {}", f16::MAX)));
                }
                halves.flat_map(f16::to_le_bytes).collect()
            } else {
                data.iter().flat_map(|v| v.to_le_bytes()).collect()
            };
            written.push((name, if half { Dtype::F16 } else { Dtype::F32 }, shape, bytes));
        }
    }
    let views = written.iter().map(|(name, dtype, shape, bytes)| {
        Ok((name, TensorView::new(*dtype, shape.to_vec(), bytes)?))
    });
    views
        .collect::<Result<Vec<_>, _>>()
        .and_then(|views| safetensors::serialize(views, None))
        .map_err(|e: safetensors::SafeTensorError| fault(e.to_string()))
}
