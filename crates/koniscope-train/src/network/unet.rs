//! [The U-Net](unet) to learn with.

use burn::{
    module::Module,
    nn::{
        BatchNorm, BatchNormConfig, Initializer, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig},
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    tensor::{Device, Tensor, activation::relu},
};
use koniscope::model::{Source, unet};
use koniscope_engine::Graph;

use super::described::{Described, Layer};

/// Encoder, decoder, head.
#[derive(Module, Debug)]
pub struct UNet {
    encoder: Vec<DoubleConv>,
    pool: MaxPool2d,
    up: Vec<ConvTranspose2d>,
    decoder: Vec<DoubleConv>,
    head: Conv2d,
}

impl UNet {
    /// A network with random weights.
    ///
    /// `width` channels on the first level, twice as many on each of the `depth` levels below.
    /// The paper's figure is `width = 64, depth = 4`.
    pub fn new(width: usize, depth: usize, classes: usize, device: &Device) -> Self {
        let channels = |level: usize| width << level;
        let encoder = (0..=depth)
            .map(|level| {
                let before = if level == 0 { 1 } else { channels(level - 1) };
                DoubleConv::new([before, channels(level)], device)
            })
            .collect();
        let up = (0..depth)
            .rev()
            .map(|level| {
                ConvTranspose2dConfig::new([channels(level + 1), channels(level)], [2, 2])
                    .with_stride([2, 2])
                    .init(device)
            })
            .collect();
        let decoder = (0..depth)
            .rev()
            .map(|level| DoubleConv::new([channels(level + 1), channels(level)], device))
            .collect();
        Self {
            encoder,
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            up,
            decoder,
            head: Conv2dConfig::new([width, classes], [1, 1]).init(device),
        }
    }

    /// Logits per pixel.
    ///
    /// # Shapes
    /// - `film`: `[n, 1, h, w]`, `h` and `w` multiples of `2^depth`
    /// - output: `[n, classes, h, w]`
    pub fn forward(&self, film: Tensor<4>) -> Tensor<4> {
        let mut skips = Vec::with_capacity(self.up.len());
        let mut x = self.encoder[0].forward(film); // [n, width, h, w]
        for level in &self.encoder[1..] {
            let down = self.pool.forward(x.clone());
            skips.push(x);
            x = level.forward(down); // [n, width * 2^level, h / 2^level, w / 2^level]
        }
        for (up, level) in self.up.iter().zip(&self.decoder) {
            let x_up = up.forward(x);
            let skip = skips.pop().expect("one skip a level, by construction");
            x = level.forward(Tensor::cat(vec![skip, x_up], 1));
        }
        self.head.forward(x)
    }
}

impl Described for UNet {
    fn graph_of(&self, source: &mut Source) -> Graph {
        let [classes, width, ..] = self.head.weight.dims();
        unet::graph([width, self.up.len()], classes, source)
    }

    fn layers(&self) -> Vec<(String, Layer<'_>)> {
        let encoder = self.encoder.iter().enumerate();
        let encoder = encoder.flat_map(|(i, level)| level.layers(format!("encoder.{i}")));
        let up = self.up.iter().enumerate();
        let up = up.map(|(i, up)| (format!("up.{i}"), Layer::Upsample(up)));
        let decoder = self.decoder.iter().enumerate();
        let decoder = decoder.flat_map(|(i, level)| level.layers(format!("decoder.{i}")));
        let head = [("head".into(), Layer::Conv(&self.head))];
        encoder.chain(up).chain(decoder).chain(head).collect()
    }

    fn outputs(&self, input: Tensor<4>) -> Vec<Tensor<4>> {
        vec![self.forward(input)]
    }
}

/// Two 3 x 3 convolutions, each with batch normalization and ReLU.
#[derive(Module, Debug)]
pub struct DoubleConv {
    conv1: Conv2d,
    bn1: BatchNorm,
    conv2: Conv2d,
    bn2: BatchNorm,
}

impl DoubleConv {
    fn new([before, after]: [usize; 2], device: &Device) -> Self {
        let conv = |from: usize| {
            Conv2dConfig::new([from, after], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .with_initializer(he_normal())
                .init(device)
        };
        Self {
            conv1: conv(before),
            bn1: BatchNormConfig::new(after).init(device),
            conv2: conv(after),
            bn2: BatchNormConfig::new(after).init(device),
        }
    }

    fn layers(&self, name: String) -> [(String, Layer<'_>); 4] {
        [
            (format!("{name}.conv1"), Layer::Conv(&self.conv1)),
            (format!("{name}.bn1"), Layer::Norm(&self.bn1)),
            (format!("{name}.conv2"), Layer::Conv(&self.conv2)),
            (format!("{name}.bn2"), Layer::Norm(&self.bn2)),
        ]
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = relu(self.bn1.forward(self.conv1.forward(x)));
        relu(self.bn2.forward(self.conv2.forward(x)))
    }
}

/// He et al., ICCV 2015, for layers followed by ReLU; fan out as torchvision does.
pub(super) fn he_normal() -> Initializer {
    Initializer::KaimingNormal { gain: std::f64::consts::SQRT_2, fan_out_only: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_has_the_size_of_the_input() {
        let device = Device::flex();
        let net = UNet::new(4, 3, 3, &device);
        let out = net.forward(Tensor::zeros([2, 1, 32, 48], &device));
        assert_eq!(out.dims(), [2, 3, 32, 48]);
    }
}
