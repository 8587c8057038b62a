//! U-Net (Ronneberger, Fischer, Brox, MICCAI 2015, figure 1), with padded convolutions and
//! batch normalization so that the output has the input's size.
//!
//! Parameter names: `encoder.{0..=depth}`, `up.{0..depth}` and `decoder.{0..depth}` from the
//! deepest level up, `head`.

use koniscope_engine::{Graph, NodeId, Op};

use super::builder::{Builder, Source};

/// The network with its parameters from `source`.
///
/// `width` channels on the first level, twice as many on each of the `depth` levels below.
/// The paper's figure is `width = 64, depth = 4`.
///
/// # Shapes
/// - input: `[n, 1, h, w]`, `h` and `w` multiples of `2^depth`
/// - output `logits`: `[n, classes, h, w]`
pub fn graph([width, depth]: [usize; 2], classes: usize, source: &mut Source) -> Graph {
    let channels = |level: usize| width << level;
    let (mut b, mut x) = Builder::new(1, source);
    let mut skips = Vec::new();
    for level in 0..=depth {
        let mut before = 1;
        if level > 0 {
            before = channels(level - 1);
            skips.push(x);
            let pool = Op::MaxPool { kernel: 2, stride: 2, padding: 0 };
            x = b.graph.push(format!("pool.{level}"), pool, &[x]);
        }
        // [n, width * 2^level, h / 2^level, w / 2^level]
        x = double_conv(&mut b, &format!("encoder.{level}"), [before, channels(level)], x);
    }
    for (i, skip) in skips.into_iter().rev().enumerate() {
        let size = [channels(depth - i), channels(depth - i - 1)];
        let x_up = b.upsample(format!("up.{i}"), size, x);
        x = b.graph.push(format!("concat.{i}"), Op::Concat, &[skip, x_up]);
        x = double_conv(&mut b, &format!("decoder.{i}"), size, x);
    }
    let logits = b.pointwise("head", [width, classes], x);
    b.graph.output("logits", logits);
    b.graph
}

/// Two 3 x 3 convolutions, each with batch normalization and ReLU.
fn double_conv(b: &mut Builder, name: &str, [from, to]: [usize; 2], x: NodeId) -> NodeId {
    let names = |i: usize| [format!("{name}.conv{i}"), format!("{name}.bn{i}")];
    let x = b.conv_norm(names(1), [from, to], [3, 1], x);
    let x = b.relu(x);
    let x = b.conv_norm(names(2), [to, to], [3, 1], x);
    b.relu(x)
}
