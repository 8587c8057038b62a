//! Gradients of one batch: on the processor by the engine, elsewhere by burn.

use std::collections::HashMap;

use burn::{
    module::Param,
    optim::GradientsParams,
    tensor::{Tensor, TensorData},
};
use koniscope::model::resnet::CLASS_MAPS;
use koniscope_engine::train::{BatchStatistics, Named, Trainer};

use super::{Batch, Task};
use crate::{
    Error,
    network::{
        Device,
        described::{Described, Layer},
    },
};

/// Computes losses and gradients.
pub struct Stepper {
    device: Device,
    /// Memory by shape: an epoch has batches of one size, and a smaller last one.
    trainers: HashMap<[usize; 4], Trainer>,
}

impl Stepper {
    /// For a device.
    pub fn new(device: Device) -> Self {
        Self { device, trainers: HashMap::new() }
    }

    /// The loss of a batch and its gradients; running statistics of the network move on.
    ///
    /// # Errors
    /// [`Error::Engine`] if the network cannot learn on this device.
    pub fn step<T: Task>(
        &mut self,
        task: &T,
        network: &T::Network,
        batch: Batch<T::Target>,
    ) -> Result<(f32, GradientsParams), Error> {
        let device = self.device.burn().clone().autodiff();
        let Some(learning) = self.device.learning() else {
            let input = TensorData::new(batch.input, batch.shape);
            let output =
                network.outputs(Tensor::from_data(input, &device)).swap_remove(task.output());
            let loss = task.loss(output, &batch.target);
            let gradients = GradientsParams::from_grads(loss.backward(), network);
            return Ok((loss.into_scalar(), gradients));
        };
        let graph = network.graph();
        if !self.trainers.contains_key(&batch.shape) {
            let frozen: Vec<String> = network
                .layers()
                .into_iter()
                .filter(|(_, layer)| matches!(layer, Layer::Norm(n) if !n.training.is_enabled()))
                .map(|(name, _)| name)
                .collect();
            let is_frozen = |name: &str| frozen.iter().any(|f| f == name);
            let output = graph.outputs()[task.output()].0.as_str();
            let trainer = Trainer::new(&graph, &[output], batch.shape, &learning, &is_frozen)?;
            // Sizes that grow over the epochs are not come back to.
            self.trainers.retain(|shape, _| shape[1..] == batch.shape[1..]);
            self.trainers.insert(batch.shape, trainer);
        }
        let trainer = self.trainers.get_mut(&batch.shape).expect("it has just been made");
        let output = trainer.forward(&graph, &batch.input).swap_remove(0);
        // The loss is defined once, in burn; its own gradient is all that burn computes here.
        let [n, classes] = [output.shape[0], output.shape[1]];
        let [h, w] = [2, 3].map(|axis| output.shape.get(axis).copied().unwrap_or(1));
        let data = TensorData::new(output.data, [n, classes, h, w]);
        let output = Tensor::<4>::from_data(data, &device).require_grad();
        let loss = task.loss(output.clone(), &batch.target);
        let gradient = output.grad(&loss.backward()).expect("the loss depends on the output");
        let gradient: Vec<f32> =
            gradient.into_data().try_into_vec().map_err(|e| Error::tensor(&e))?;
        let named = trainer.backward(&graph, &[&gradient]);
        move_statistics(network, &trainer.statistics());
        Ok((loss.into_scalar(), by_parameter(network, named)))
    }
}

/// Gradients as the optimizer wants them; those of frozen parameters are left out.
fn by_parameter<N: Described>(network: &N, mut named: Named) -> GradientsParams {
    let mut gradients = GradientsParams::new();
    for (name, layer) in network.layers() {
        let mut take = |what: &str| {
            // The head on every position has the parameters of the fully connected layer.
            let on_maps = matches!(layer, Layer::Linear(_)).then(|| format!("{CLASS_MAPS}.{what}"));
            let on_maps = on_maps.and_then(|name| named.remove(&name));
            named.remove(&format!("{name}.{what}")).or(on_maps)
        };
        match layer {
            Layer::Conv(conv) => {
                register(&mut gradients, &conv.weight, take("weight"));
                conv.bias.iter().for_each(|b| register(&mut gradients, b, take("bias")));
            }
            Layer::Upsample(up) => {
                register(&mut gradients, &up.weight, take("weight"));
                up.bias.iter().for_each(|b| register(&mut gradients, b, take("bias")));
            }
            Layer::Norm(norm) => {
                register(&mut gradients, &norm.gamma, take("weight"));
                register(&mut gradients, &norm.beta, take("bias"));
            }
            Layer::Linear(linear) => {
                let [inputs, outputs] = linear.weight.dims();
                let weight = take("weight").map(|w| {
                    (0..inputs * outputs).map(|k| w[k % outputs * inputs + k / outputs]).collect()
                });
                register(&mut gradients, &linear.weight, weight);
                linear.bias.iter().for_each(|b| register(&mut gradients, b, take("bias")));
            }
        }
    }
    gradients
}

fn register<const D: usize>(
    gradients: &mut GradientsParams,
    parameter: &Param<Tensor<D>>,
    values: Option<Vec<f32>>,
) {
    let Some(values) = values.filter(|_| parameter.is_require_grad()) else { return };
    let device = parameter.device().without_autodiff();
    let tensor = Tensor::<D>::from_data(TensorData::new(values, parameter.dims()), &device);
    gradients.register(parameter.id, tensor);
}

/// Running statistics: a moving mean of the batches'.
fn move_statistics<N: Described>(network: &N, batches: &[BatchStatistics]) {
    for (name, layer) in network.layers() {
        let Layer::Norm(norm) = layer else { continue };
        let Some(batch) = batches.iter().find(|b| b.name == name) else { continue };
        let moved = |running: Tensor<1>, values: &[f32]| {
            let batch = Tensor::<1>::from_data(values, &running.device());
            running * (1.0 - norm.momentum) + batch * norm.momentum
        };
        norm.running_mean.update(moved(norm.running_mean.value_sync(), &batch.mean));
        norm.running_var.update(moved(norm.running_var.value_sync(), &batch.variance));
    }
}
