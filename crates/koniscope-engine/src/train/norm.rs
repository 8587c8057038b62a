//! The batch normalization of a layer, forward and backward.

use super::{
    normalization::{self, Statistics},
    parameters::{Parameters, padded},
};
use crate::{Graph, Op, buffer::Buffer, kernels::Kernels, layout::Layout};

/// Batch normalization of a layer.
pub(super) struct Norm {
    node: usize,
    epsilon: f32,
    /// Takes running statistics in place of the batch's.
    frozen: bool,
    /// What the convolution gave.
    pub(super) z: Buffer,
    pub(super) layout: Layout,
    statistics: Statistics,
}

impl Norm {
    /// Of a normalization's node, whose output lies as `y`.
    pub(super) fn new(graph: &Graph, node: usize, y: &Layout, frozen: bool) -> Self {
        let layout = Layout::new([y.n, y.channels, y.h, y.w], 0);
        let epsilon = match graph.nodes()[node].op {
            Op::BatchNorm { epsilon, .. } => epsilon,
            _ => unreachable!("a normalization's node is one"),
        };
        let z = Buffer::zeros(layout.len());
        Self { node, epsilon, frozen, z, layout, statistics: Statistics::default() }
    }

    /// From `z` to `y`, with what is added and done after it.
    pub(super) fn forward(
        &mut self,
        kernels: &Kernels,
        parameters: Parameters,
        residual: Option<(&Layout, &[f32])>,
        relu: bool,
        y: (&Layout, &mut [f32]),
    ) {
        let (zl, supported) = (self.layout, kernels.supported());
        let of = |name: &str| padded(parameters.of(self.node, name));
        self.statistics = if self.frozen {
            let (mean, variance) = (of("running_mean"), of("running_var"));
            Statistics::new(mean, variance, self.epsilon, zl.n * zl.h * zl.w)
        } else {
            Statistics::of_batch(supported, &zl, &self.z, self.epsilon)
        };
        let (gamma, beta, s) = (of("weight"), of("bias"), &self.statistics);
        let scale: Vec<f32> = gamma.iter().zip(&s.inverse).map(|(g, i)| g * i).collect();
        let shift: Vec<f32> = (0..scale.len()).map(|i| beta[i] - s.mean[i] * scale[i]).collect();
        normalization::apply(supported, (&zl, &self.z), (&scale, &shift), residual, relu, y);
    }

    /// Turns the gradient of the normalized values into that of the convolution's, in place.
    pub(super) fn backward(
        &self,
        kernels: &Kernels,
        (dl, dy): (&Layout, &mut [f32]),
        channels: usize,
        parameters: Parameters,
        give: &mut dyn FnMut(usize, &str, Vec<f32>),
    ) {
        let s = &self.statistics;
        let z = (&self.layout, &self.z[..]);
        let (sum, product) = normalization::sums(kernels.supported(), (dl, dy), z, &s.mean);
        let gamma = padded(parameters.of(self.node, "weight"));
        let n = s.count as f64;
        let slots = gamma.len();
        // dz = gamma / sigma * (dy - mean(dy) - (z - mean) / sigma^2 * mean(dy * (z - mean)))
        let scale: Vec<f32> = (0..slots).map(|i| gamma[i] * s.inverse[i]).collect();
        let (mut slope, mut shift) = (vec![0.0; slots], vec![0.0; slots]);
        if !self.frozen {
            for i in 0..slots {
                let inverse = f64::from(s.inverse[i]);
                let k = f64::from(scale[i]) * product[i] / n * inverse * inverse;
                slope[i] = -k as f32;
                let constant = k * f64::from(s.mean[i]) - f64::from(scale[i]) * sum[i] / n;
                shift[i] = constant as f32;
            }
        }
        normalization::gradient(kernels.supported(), (dl, dy), z, [&scale, &slope, &shift]);
        let gamma = (0..channels).map(|i| (product[i] * f64::from(s.inverse[i])) as f32).collect();
        give(self.node, "weight", gamma);
        give(self.node, "bias", sum[..channels].iter().map(|v| *v as f32).collect());
    }

    /// Node, mean and variance of the last batch, the variance divided by one less than the number
    /// of values; none where running statistics are frozen.
    pub(super) fn statistics(&self, channels: usize) -> Option<(usize, Vec<f32>, Vec<f32>)> {
        let s = &self.statistics;
        let unbiased = s.count as f32 / (s.count.max(2) - 1) as f32;
        let variance = s.variance[..channels].iter().map(|v| v * unbiased).collect();
        (!self.frozen).then(|| (self.node, s.mean[..channels].to_vec(), variance))
    }
}
