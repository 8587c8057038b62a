//! Builds a graph layer by layer, with parameters by PyTorch's names and axes.

use koniscope_engine::{Graph, NodeId, Op, Tensor};

/// Gives a parameter by its name, as `layer1.0.conv1.weight`, and its shape.
pub type Source<'a> = dyn FnMut(&str, &[usize]) -> Tensor + 'a;

/// What PyTorch adds to a variance.
const EPSILON: f32 = 1e-5;

pub(super) struct Builder<'a, 'b> {
    pub(super) graph: Graph,
    source: &'a mut Source<'b>,
}

impl<'a, 'b> Builder<'a, 'b> {
    pub(super) fn new(channels: usize, source: &'a mut Source<'b>) -> (Self, NodeId) {
        let (graph, input) = Graph::new(channels);
        (Self { graph, source }, input)
    }

    fn parameter(&mut self, layer: &str, part: &str, shape: &[usize]) -> Tensor {
        (self.source)(&format!("{layer}.{part}"), shape)
    }

    /// A convolution without bias, padded so that a step of 1 keeps the size, and its batch
    /// normalization.
    pub(super) fn conv_norm(
        &mut self,
        [conv, norm]: [String; 2],
        [from, to]: [usize; 2],
        [kernel, stride]: [usize; 2],
        x: NodeId,
    ) -> NodeId {
        let weight = self.parameter(&conv, "weight", &[to, from, kernel, kernel]);
        let op = Op::Conv { weight, bias: None, stride, padding: kernel / 2 };
        let x = self.graph.push(conv, op, &[x]);
        let op = Op::BatchNorm {
            weight: self.parameter(&norm, "weight", &[to]),
            bias: self.parameter(&norm, "bias", &[to]),
            running_mean: self.parameter(&norm, "running_mean", &[to]),
            running_var: self.parameter(&norm, "running_var", &[to]),
            epsilon: EPSILON,
        };
        self.graph.push(norm, op, &[x])
    }

    /// A 1 x 1 convolution with bias.
    pub(super) fn pointwise(&mut self, name: &str, [from, to]: [usize; 2], x: NodeId) -> NodeId {
        let weight = self.parameter(name, "weight", &[to, from, 1, 1]);
        let bias = Some(self.parameter(name, "bias", &[to]));
        self.graph.push(name, Op::Conv { weight, bias, stride: 1, padding: 0 }, &[x])
    }

    /// A transposed convolution, 2 x 2, step 2.
    pub(super) fn upsample(&mut self, name: String, [from, to]: [usize; 2], x: NodeId) -> NodeId {
        let weight = self.parameter(&name, "weight", &[from, to, 2, 2]);
        let bias = Some(self.parameter(&name, "bias", &[to]));
        self.graph.push(name, Op::Upsample { weight, bias }, &[x])
    }

    /// Weight and bias of a fully connected layer.
    pub(super) fn linear(&mut self, name: &str, [from, to]: [usize; 2]) -> [Tensor; 2] {
        [self.parameter(name, "weight", &[to, from]), self.parameter(name, "bias", &[to])]
    }

    pub(super) fn relu(&mut self, x: NodeId) -> NodeId {
        self.graph.push("relu", Op::Relu, &[x])
    }
}
