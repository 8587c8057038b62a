//! A network made ready to be scored: by the engine on the processor, by burn elsewhere.

use burn::tensor::{Tensor, TensorData};
use koniscope::model::{compute, compute::finite};
use koniscope_engine::Tensor as Output;

use super::{Device, described::Described};
use crate::Error;

/// A network on its device.
#[derive(Debug)]
pub enum Compute<N> {
    /// On the processor.
    Engine(compute::Compute),
    /// On a GPU.
    Burn(N, Device),
}

impl<N: Described> Compute<N> {
    /// Makes a network ready.
    ///
    /// # Errors
    /// [`Error::Reader`] if the engine cannot run it.
    pub fn new(network: N, device: &Device) -> Result<Self, Error> {
        if device.learning().is_none() {
            return Ok(Self::Burn(network, device.clone()));
        }
        let reading = koniscope::model::Device::cpu();
        Ok(Self::Engine(compute::Compute::new(network.graph(), &reading)?))
    }

    /// All outputs of a batch `[n, channels, height, width]`, in the graph's order.
    ///
    /// # Errors
    /// [`koniscope::Error::Model`] if the shape does not fit, or an output is not finite.
    pub fn run(&self, input: &[f32], shape: [usize; 4]) -> Result<Vec<Output>, koniscope::Error> {
        match self {
            Self::Engine(network) => network.run(input, shape),
            Self::Burn(network, device) => {
                let input = TensorData::new(input.to_vec(), shape);
                let outputs = network.outputs(Tensor::<4>::from_data(input, device.burn()));
                finite(outputs.into_iter().map(values).collect())
            }
        }
    }
}

fn values(tensor: Tensor<4>) -> Output {
    let shape = tensor.dims();
    let data = tensor.into_data().convert::<f32>();
    Output::new(shape, data.try_into_vec().expect("converted to f32"))
}
