//! A network's layers by name, and the network as the engine's list of operations.

use burn::{
    module::Param,
    nn::{
        BatchNorm, Linear, PaddingConfig2d,
        conv::{Conv2d, ConvTranspose2d},
    },
    tensor,
};
use koniscope_engine::{Graph, NodeId, Op, Tensor};

/// A network that says what it is made of.
pub trait Described {
    /// The network as operations with its parameters of now, by PyTorch's names and axes.
    fn graph(&self) -> Graph;

    /// Its layers with parameters, by PyTorch's names.
    fn layers(&self) -> Vec<(String, Layer<'_>)>;

    /// All outputs of a batch `[n, channels, h, w]` by the tensor framework, in the graph's order,
    /// the logits first; each `[n, classes, h, w]`, with `h` and `w` 1 where there are none.
    fn outputs(&self, input: tensor::Tensor<4>) -> Vec<tensor::Tensor<4>>;
}

/// A layer with parameters.
#[derive(Clone, Copy, Debug)]
pub enum Layer<'a> {
    /// A convolution.
    Conv(&'a Conv2d),
    /// A transposed convolution.
    Upsample(&'a ConvTranspose2d),
    /// A batch normalization.
    Norm(&'a BatchNorm),
    /// A fully connected layer, whose weight is `[in, out]` here and `[out, in]` elsewhere.
    Linear(&'a Linear),
}

impl Layer<'_> {
    /// The layer as an operation with its parameters of now.
    pub fn op(&self) -> Op {
        match self {
            Self::Conv(conv) => Op::Conv {
                weight: values(&conv.weight),
                bias: conv.bias.as_ref().map(values),
                stride: conv.stride[0],
                padding: match conv.padding {
                    PaddingConfig2d::Explicit(top, ..) => top,
                    _ => 0,
                },
            },
            Self::Upsample(up) => {
                Op::Upsample { weight: values(&up.weight), bias: up.bias.as_ref().map(values) }
            }
            Self::Norm(norm) => Op::BatchNorm {
                weight: values(&norm.gamma),
                bias: values(&norm.beta),
                running_mean: copy(norm.running_mean.value()),
                running_var: copy(norm.running_var.value()),
                epsilon: norm.epsilon as f32,
            },
            Self::Linear(linear) => {
                let outputs = linear.weight.shape()[1];
                Op::Linear {
                    weight: copy(linear.weight.val().transpose()),
                    bias: linear.bias.as_ref().map_or_else(|| Tensor::zeros([outputs]), values),
                }
            }
        }
    }
}

fn values<const D: usize>(parameter: &Param<tensor::Tensor<D>>) -> Tensor {
    copy(parameter.val())
}

fn copy<const D: usize>(tensor: tensor::Tensor<D>) -> Tensor {
    let shape = tensor.dims().to_vec();
    let data = tensor.into_data().convert::<f32>();
    Tensor::new(shape, data.try_into_vec().expect("converted to f32"))
}

/// Builds a graph layer by layer.
pub(super) struct Builder {
    pub(super) graph: Graph,
}

impl Builder {
    pub(super) fn new(channels: usize) -> (Self, NodeId) {
        let (graph, input) = Graph::new(channels);
        (Self { graph }, input)
    }

    pub(super) fn layer(&mut self, name: &str, layer: Layer, x: NodeId) -> NodeId {
        self.graph.push(name, layer.op(), &[x])
    }

    /// A convolution with its normalization.
    pub(super) fn conv_norm(
        &mut self,
        [conv, norm]: [String; 2],
        (c, n): (&Conv2d, &BatchNorm),
        x: NodeId,
    ) -> NodeId {
        let x = self.layer(&conv, Layer::Conv(c), x);
        self.layer(&norm, Layer::Norm(n), x)
    }

    pub(super) fn relu(&mut self, x: NodeId) -> NodeId {
        self.graph.push("relu", Op::Relu, &[x])
    }
}
