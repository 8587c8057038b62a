//! A network's layers by name, and the network as the engine's list of operations.

use std::collections::HashMap;

use burn::{
    module::Param,
    nn::{
        BatchNorm, Linear, PaddingConfig2d,
        conv::{Conv2d, ConvTranspose2d},
    },
    tensor,
};
use koniscope::model::Source;
use koniscope_engine::{Graph, Op, Tensor};

/// A network that says what it is made of.
pub trait Described {
    /// The reader's graph of a network of this size, with parameters from elsewhere.
    fn graph_of(&self, source: &mut Source) -> Graph;

    /// Its layers with parameters, by PyTorch's names.
    fn layers(&self) -> Vec<(String, Layer<'_>)>;

    /// All outputs of a batch `[n, channels, h, w]` by the tensor framework, in the graph's order,
    /// the logits first; each `[n, classes, h, w]`, with `h` and `w` 1 where there are none.
    fn outputs(&self, input: tensor::Tensor<4>) -> Vec<tensor::Tensor<4>>;

    /// The network as the reader's graph with its parameters of now.
    ///
    /// Running statistics are those of the last [`Module::valid`](burn::module::Module::valid), as
    /// everywhere in burn.
    fn graph(&self) -> Graph {
        let mut own: HashMap<String, Op> =
            self.layers().into_iter().map(|(name, layer)| (name, layer.op())).collect();
        self.graph_of(&mut |name, _| {
            let (layer, part) = name.rsplit_once('.').expect("a layer's parameter");
            let op = own.get_mut(layer).expect("the graph has the network's layers");
            let mut parameters = op.parameters_mut().into_iter();
            let (_, values) = parameters.find(|(p, _)| *p == part).expect("and their parameters");
            std::mem::take(values)
        })
    }
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
