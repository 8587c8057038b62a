//! [The ResNet](resnet) to learn with.

use burn::{
    module::{Module, Param},
    nn::{
        BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    tensor::{Device, Tensor, activation::relu},
};
use koniscope::model::{Source, resnet};
use koniscope_engine::Graph;

use super::{
    described::{Described, Layer},
    unet::he_normal,
};

/// Stem, four stages, head.
#[derive(Module, Debug)]
pub struct ResNet {
    conv1: Conv2d,
    bn1: BatchNorm,
    maxpool: MaxPool2d,
    layer1: Vec<BasicBlock>,
    layer2: Vec<BasicBlock>,
    layer3: Vec<BasicBlock>,
    layer4: Vec<BasicBlock>,
    fc: Linear,
}

/// What the network says of a batch.
#[derive(Clone, Debug)]
pub struct ResNetOutput {
    /// `[n, 8 * width, h/32, w/32]`: feature maps after the last stage.
    pub features: Tensor<4>,
    /// `[n, classes]`.
    pub logits: Tensor<2>,
}

impl ResNet {
    /// A network of 18 or 34 layers as wide as published, with random weights, or nothing for
    /// another number of layers.
    pub fn new(layers: usize, classes: usize, device: &Device) -> Option<Self> {
        Self::sized([layers, resnet::WIDTH], classes, device)
    }

    /// [`new`](Self::new) of `[layers, width]`.
    pub fn sized([layers, width]: [usize; 2], classes: usize, device: &Device) -> Option<Self> {
        let blocks = resnet::blocks(layers)?;
        Some(Self {
            conv1: conv(3, width, 7, 2, device), // 7x7 conv, 64, /2
            bn1: BatchNormConfig::new(width).init(device),
            maxpool: MaxPool2dConfig::new([3, 3])
                .with_strides([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(), // 3x3 max pool, /2
            layer1: stage(blocks[0], [width, width], 1, device),
            layer2: stage(blocks[1], [width, 2 * width], 2, device),
            layer3: stage(blocks[2], [2 * width, 4 * width], 2, device),
            layer4: stage(blocks[3], [4 * width, 8 * width], 2, device),
            fc: LinearConfig::new(8 * width, classes).init(device),
        })
    }

    /// The same network with as many classes more, after its own, whose weights are 0.
    pub fn with_more_classes(mut self, more: usize) -> Self {
        let Linear { weight, bias } = self.fc;
        let grown = |values: Tensor<2>| {
            let zeros = Tensor::zeros([values.dims()[0], more], &values.device());
            Tensor::cat(vec![values, zeros], 1).detach()
        };
        let weight = grown(weight.val()); // [features, classes]
        let bias = bias
            .map(|bias| Param::from_tensor(grown(bias.val().unsqueeze()).flatten(0, 1).detach()));
        self.fc = Linear { weight: Param::from_tensor(weight), bias };
        self
    }

    /// Features and logits.
    ///
    /// # Shapes
    /// - `picture`: `[n, 3, h, w]`
    pub fn forward(&self, picture: Tensor<4>) -> ResNetOutput {
        // Channels are those of the published width.
        let x = relu(self.bn1.forward(self.conv1.forward(picture))); // [n, 64, h/2, w/2]
        let x = self.maxpool.forward(x); // [n, 64, h/4, w/4]
        let x = run(&self.layer1, x); // [n, 64, h/4, w/4]
        let x = run(&self.layer2, x); // [n, 128, h/8, w/8]
        let x = run(&self.layer3, x); // [n, 256, h/16, w/16]
        let features = run(&self.layer4, x); // [n, 512, h/32, w/32]
        let [n, c, h, w] = features.dims();
        let pooled = features.clone().reshape([n, c, h * w]).mean_dim(2).reshape([n, c]);
        ResNetOutput { features, logits: self.fc.forward(pooled) }
    }

    /// The head on every position: a class activation map per class, bias included, whose mean
    /// is the class's logit.
    ///
    /// # Shapes
    /// - `features`: `[n, 8 * width, h, w]`
    /// - output: `[n, classes, h, w]`
    pub fn class_maps(&self, features: Tensor<4>) -> Tensor<4> {
        let [n, c, h, w] = features.dims();
        let positions = features.permute([0, 2, 3, 1]).reshape([n * h * w, c]);
        let maps = self.fc.forward(positions);
        let classes = maps.dims()[1];
        maps.reshape([n, h, w, classes]).permute([0, 3, 1, 2])
    }
}

impl Described for ResNet {
    fn graph_of(&self, source: &mut Source) -> Graph {
        let [inner, classes] = self.fc.weight.dims();
        // Two convolutions per block, the stem and the head.
        let layers = 2 * self.blocks().count() + 2;
        resnet::graph([layers, inner / 8], classes, source).expect("it was built with 18 or 34")
    }

    fn layers(&self) -> Vec<(String, Layer<'_>)> {
        let stem =
            [("conv1".into(), Layer::Conv(&self.conv1)), ("bn1".into(), Layer::Norm(&self.bn1))];
        let blocks = self.blocks().flat_map(|(name, block)| block.layers(name));
        stem.into_iter().chain(blocks).chain([("fc".into(), Layer::Linear(&self.fc))]).collect()
    }

    fn outputs(&self, input: Tensor<4>) -> Vec<Tensor<4>> {
        let out = self.forward(input);
        let [n, classes] = out.logits.dims();
        vec![out.logits.reshape([n, classes, 1, 1]), self.class_maps(out.features)]
    }
}

impl ResNet {
    /// All blocks with their names.
    fn blocks(&self) -> impl Iterator<Item = (String, &BasicBlock)> {
        [&self.layer1, &self.layer2, &self.layer3, &self.layer4].into_iter().zip(1..).flat_map(
            |(stage, n)| {
                stage.iter().enumerate().map(move |(i, block)| (format!("layer{n}.{i}"), block))
            },
        )
    }
}

fn run(stage: &[BasicBlock], x: Tensor<4>) -> Tensor<4> {
    stage.iter().fold(x, |x, block| block.forward(x))
}

/// Two 3 x 3 convolutions and a shortcut.
#[derive(Module, Debug)]
pub struct BasicBlock {
    conv1: Conv2d,
    bn1: BatchNorm,
    conv2: Conv2d,
    bn2: BatchNorm,
    downsample: Option<Downsample>,
}

impl BasicBlock {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let out = relu(self.bn1.forward(self.conv1.forward(x.clone())));
        let out = self.bn2.forward(self.conv2.forward(out));
        let shortcut = match &self.downsample {
            Some(down) => down.bn.forward(down.conv.forward(x)),
            None => x,
        };
        relu(out + shortcut)
    }

    fn layers(&self, name: String) -> Vec<(String, Layer<'_>)> {
        let mut layers = vec![
            (format!("{name}.conv1"), Layer::Conv(&self.conv1)),
            (format!("{name}.bn1"), Layer::Norm(&self.bn1)),
            (format!("{name}.conv2"), Layer::Conv(&self.conv2)),
            (format!("{name}.bn2"), Layer::Norm(&self.bn2)),
        ];
        if let Some(down) = &self.downsample {
            layers.push((format!("{name}.downsample.0"), Layer::Conv(&down.conv)));
            layers.push((format!("{name}.downsample.1"), Layer::Norm(&down.bn)));
        }
        layers
    }
}

/// The 1 x 1 convolution of a shortcut whose shape changes.
#[derive(Module, Debug)]
pub struct Downsample {
    conv: Conv2d,
    bn: BatchNorm,
}

fn stage(blocks: usize, [from, to]: [usize; 2], stride: usize, device: &Device) -> Vec<BasicBlock> {
    (0..blocks)
        .map(|i| {
            let (from, stride) = if i == 0 { (from, stride) } else { (to, 1) };
            BasicBlock {
                conv1: conv(from, to, 3, stride, device),
                bn1: BatchNormConfig::new(to).init(device),
                conv2: conv(to, to, 3, 1, device),
                bn2: BatchNormConfig::new(to).init(device),
                downsample: (from != to).then(|| Downsample {
                    conv: conv(from, to, 1, stride, device),
                    bn: BatchNormConfig::new(to).init(device),
                }),
            }
        })
        .collect()
}

fn conv(from: usize, to: usize, kernel: usize, stride: usize, device: &Device) -> Conv2d {
    let p = kernel / 2;
    Conv2dConfig::new([from, to], [kernel, kernel])
        .with_stride([stride, stride])
        .with_padding(PaddingConfig2d::Explicit(p, p, p, p))
        .with_bias(false)
        .with_initializer(he_normal())
        .init(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_maps_average_to_the_logits() {
        let device = Device::flex();
        let net = ResNet::new(18, 2, &device).expect("18 layers");
        let picture = Tensor::random([1, 3, 64, 96], burn::tensor::Distribution::Default, &device);
        let out = net.forward(picture);
        assert_eq!(out.features.dims(), [1, 8 * resnet::WIDTH, 2, 3]);
        let mean = net.class_maps(out.features).reshape([2, 6]).mean_dim(1).reshape([1, 2]);
        let difference: f32 = (mean - out.logits).abs().max().into_scalar();
        assert!(difference < 1e-4, "{difference}");
    }
}
