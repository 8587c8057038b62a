//! ResNet with basic blocks (He, Zhang, Ren, Sun, CVPR 2016, table 1): 18 and 34 layers.
//!
//! Parameter names are torchvision's.

use koniscope_engine::{Graph, NodeId, Op};

use super::builder::{Builder, Source};

/// Channels of the first stage as published; each stage after it has twice as many.
pub const WIDTH: usize = 64;

/// The output of class maps, and the head's name on every position: it has the parameters of `fc`.
pub const CLASS_MAPS: &str = "class_maps";

/// Blocks in each of the four stages, or nothing for another number of layers than 18 and 34.
pub fn blocks(layers: usize) -> Option<[usize; 4]> {
    match layers {
        18 => Some([2, 2, 2, 2]),
        34 => Some([3, 4, 6, 3]),
        _ => None,
    }
}

/// The network of `[layers, width]` with its parameters from `source`, or nothing for another
/// number of layers than 18 and 34.
///
/// The class maps are the head on every position: a class activation map per class, bias
/// included, whose mean is the class's logit.
///
/// # Shapes
/// - input: `[n, 3, h, w]`
/// - output `logits`: `[n, classes]`
/// - output `class_maps`: `[n, classes, h/32, w/32]`
pub fn graph([layers, width]: [usize; 2], classes: usize, source: &mut Source) -> Option<Graph> {
    let blocks = blocks(layers)?;
    // Channels in the comments are those of the published width.
    let (mut b, x) = Builder::new(3, source);
    let x = b.conv_norm(["conv1".into(), "bn1".into()], [3, width], [7, 2], x); // [n, 64, h/2, w/2]
    let x = b.relu(x);
    let pool = Op::MaxPool { kernel: 3, stride: 2, padding: 1 };
    let mut x = b.graph.push("maxpool", pool, &[x]); // [n, 64, h/4, w/4]
    let mut from = width;
    for (stage, blocks) in blocks.into_iter().enumerate() {
        let to = width << stage;
        for i in 0..blocks {
            let stride = if i == 0 && stage > 0 { 2 } else { 1 };
            x = basic_block(&mut b, &format!("layer{}.{i}", stage + 1), [from, to], stride, x);
            from = to;
        }
    } // [n, 512, h/32, w/32]
    let pooled = b.graph.push("avgpool", Op::GlobalAveragePool, &[x]); // [n, 512]
    let [weight, bias] = b.linear("fc", [from, classes]);
    let mut on_maps = weight.clone();
    on_maps.shape.extend([1, 1]);
    let on_maps = Op::Conv { weight: on_maps, bias: Some(bias.clone()), stride: 1, padding: 0 };
    let logits = b.graph.push("fc", Op::Linear { weight, bias }, &[pooled]);
    b.graph.output("logits", logits);
    let maps = b.graph.push(CLASS_MAPS, on_maps, &[x]);
    b.graph.output(CLASS_MAPS, maps);
    Some(b.graph)
}

/// Two 3 x 3 convolutions and a shortcut, which has a 1 x 1 convolution where the shape changes.
fn basic_block(
    b: &mut Builder,
    name: &str,
    [from, to]: [usize; 2],
    stride: usize,
    x: NodeId,
) -> NodeId {
    let names = |i: usize| [format!("{name}.conv{i}"), format!("{name}.bn{i}")];
    let out = b.conv_norm(names(1), [from, to], [3, stride], x);
    let out = b.relu(out);
    let out = b.conv_norm(names(2), [to, to], [3, 1], out);
    let shortcut = if from == to {
        x
    } else {
        let names = [0, 1].map(|i| format!("{name}.downsample.{i}"));
        b.conv_norm(names, [from, to], [1, stride], x)
    };
    let sum = b.graph.push(format!("{name}.add"), Op::Add, &[out, shortcut]);
    b.relu(sum)
}

#[cfg(test)]
mod tests {
    use koniscope_engine::Tensor;

    use super::*;

    #[test]
    fn other_depths_do_not_exist() {
        assert!(graph([50, WIDTH], 2, &mut |_, shape| Tensor::zeros(shape)).is_none());
    }
}
