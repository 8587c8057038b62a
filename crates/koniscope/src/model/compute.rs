//! A network made ready to read: by the engine on the processor, by burn elsewhere.

use burn::tensor::{Tensor, TensorData};
use koniscope_engine::Network;

use super::{Device, described::Described};
use crate::Error;

/// A network on its device.
#[derive(Debug)]
pub enum Compute<N> {
    /// On the processor.
    Engine(Network),
    /// On a GPU.
    Burn(N, Device),
}

/// Values of a network's output with their shape.
pub type Output = koniscope_engine::Tensor;

impl<N: Described> Compute<N> {
    /// Makes a network ready.
    ///
    /// # Errors
    /// [`Error::Model`] if the engine cannot run it.
    pub fn new(network: N, device: &Device) -> Result<Self, Error> {
        let Some(options) = device.engine() else {
            return Ok(Self::Burn(network, device.clone()));
        };
        let graph = network.graph();
        // Its weights are in the graph now; two copies at once are enough.
        drop(network);
        Network::new(graph, &options).map(Self::Engine).map_err(fault)
    }

    /// All outputs of a batch `[n, channels, height, width]`, in the graph's order.
    ///
    /// # Errors
    /// [`Error::Model`] if the shape does not fit, or an output is not finite.
    pub fn run(&self, input: Vec<f32>, shape: [usize; 4]) -> Result<Vec<Output>, Error> {
        let outputs = match self {
            Self::Engine(network) => network.run(&input, shape).map_err(fault)?,
            Self::Burn(network, device) => {
                let input = Tensor::<4>::from_data(TensorData::new(input, shape), device.burn());
                network.outputs(input).into_iter().map(values).collect::<Result<_, _>>()?
            }
        };
        if outputs.iter().any(|o| o.data.iter().any(|v| !v.is_finite())) {
            return Err(Error::Model {
                detail: "the network's output is not finite; are its weights damaged?".into(),
            });
        }
        Ok(outputs)
    }
}

fn values(tensor: Tensor<4>) -> Result<Output, Error> {
    let shape = tensor.dims();
    let data = tensor
        .into_data()
        .convert::<f32>()
        .try_to_vec()
        .map_err(|e| Error::Model { detail: format!("the network's output: {e:?}") })?;
    Ok(Output::new(shape, data))
}

fn fault(error: koniscope_engine::Error) -> Error {
    Error::Model { detail: error.to_string() }
}
