//! A network made ready to read.

use koniscope_engine::{Graph, Network, Tensor};

use super::Device;
use crate::Error;

/// A network on the engine, whose outputs are checked.
#[derive(Debug)]
pub struct Compute(Network);

impl Compute {
    /// Makes a network ready.
    ///
    /// # Errors
    /// [`Error::Model`] if the engine cannot run it.
    pub fn new(graph: Graph, device: &Device) -> Result<Self, Error> {
        Network::new(graph, &device.options()).map(Self).map_err(fault)
    }

    /// All outputs of a batch `[n, channels, height, width]`, in the graph's order.
    ///
    /// # Errors
    /// [`Error::Model`] if the shape does not fit, or an output is not finite.
    pub fn run(&self, input: &[f32], shape: [usize; 4]) -> Result<Vec<Tensor>, Error> {
        finite(self.0.run(input, shape).map_err(fault)?)
    }
}

/// Outputs of a network, refused where one is not finite.
///
/// # Errors
/// [`Error::Model`] if a value is not finite.
pub fn finite(outputs: Vec<Tensor>) -> Result<Vec<Tensor>, Error> {
    if outputs.iter().flat_map(|output| &output.data).all(|v| v.is_finite()) {
        return Ok(outputs);
    }
    Err(Error::Model {
        detail: "the network's output is not finite; are its weights damaged?".into(),
    })
}

fn fault(error: koniscope_engine::Error) -> Error {
    Error::Model { detail: error.to_string() }
}
