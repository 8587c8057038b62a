//! A convolution with the normalization, sum and ReLU after it, for learning.

mod passes;

use super::{narrow::Narrow, norm::Norm};
use crate::{
    Graph, LANES, Op,
    buffer::Buffer,
    conv::Convolution,
    fuse::{Head, Unit},
    geometry::{self, Reads},
    kernels::Kernels,
    layout::Layout,
    memory_plan::Placement,
    weight_gradient::WeightGradient,
    weights::Packed,
    window::Window,
};

/// A convolution, transposed convolution or fully connected layer.
pub(super) struct Layer {
    node: usize,
    /// First axis, second axis and taps of the weight.
    shape: [usize; 3],
    /// Whether the weight's first axis is its input.
    transposed: bool,
    outputs: usize,
    x: Placement,
    y: Layout,
    value: usize,
    input: usize,
    residual: Option<(usize, Layout)>,
    relu: bool,
    bias: Option<Buffer>,
    norm: Option<Norm>,
    forward: Vec<(Convolution, Packed)>,
    /// Parts of the gradient with respect to the input, with the taps of each; none for the
    /// network's input.
    backward: Vec<(Convolution, Packed, Vec<usize>)>,
    gradients: Vec<WeightGradient>,
    /// Copies of input and output's gradient for convolutions on bf16.
    copies: Option<Copies>,
}

/// Where the copies lie.
struct Copies {
    x: Layout,
    dy: Layout,
}

impl Layer {
    /// Of a unit with weights; normalizations for whose node `frozen` holds keep running
    /// statistics.
    pub(super) fn new(
        graph: &Graph,
        kernels: &Kernels,
        narrow: Option<&Kernels>,
        unit: &Unit,
        placements: &[Option<Placement>],
        frozen: &dyn Fn(usize) -> bool,
    ) -> Self {
        let place = |v: usize| placements[v].clone().expect("a unit's value is placed");
        let (node, norm) = match unit.head {
            Head::Conv { conv, norm } => (conv, norm),
            Head::Upsample(node) | Head::Linear(node) => (node, None),
            _ => unreachable!("this unit has no weights"),
        };
        let op = &graph.nodes()[node].op;
        let (input, value) = (unit.inputs[0], unit.output);
        let (x, y) = (place(input), place(value).layout);
        let is_input = matches!(graph.nodes()[input].op, Op::Input { .. });
        let norm = norm.map(|node| Norm::new(graph, node, &y, frozen(node)));
        let target = norm.as_ref().map_or(y, |n| n.layout);
        let (weight, has_bias) = match op {
            Op::Conv { weight, bias, .. } | Op::Upsample { weight, bias } => {
                (&weight.shape, bias.is_some())
            }
            Op::Linear { weight, .. } => (&weight.shape, true),
            _ => unreachable!("this node has no weights"),
        };
        let shape = [weight[0], weight[1], weight[2..].iter().product()];
        let transposed = matches!(op, Op::Upsample { .. });
        let outputs = if transposed { shape[1] } else { shape[0] };
        let blocks = outputs.div_ceil(LANES);
        let slots = x.slots.len();
        let in_blocks = slots / LANES;
        // A fully connected layer is too small to gain; the network's input is read as it is.
        let narrow = narrow.filter(|_| !matches!(op, Op::Linear { .. }));
        let kernels_of_gradient = narrow.unwrap_or(kernels);
        let narrow = narrow.filter(|_| x.layout.lanes == LANES);
        let copies = narrow.map(|_| Copies {
            x: Narrow::layout(&x.layout, slots),
            dy: Narrow::layout(&y, outputs),
        });
        let (from, back) = copies.as_ref().map_or((x.layout, y), |c| (c.x, c.dy));
        let kernels = narrow.unwrap_or(kernels);
        let convolution = |reads: Reads, writes, blocks: usize| {
            let taps = reads.taps.len();
            let packed = match narrow {
                Some(_) => Packed::paired(kernels, blocks, reads.blocks, taps),
                None => Packed::zeros(kernels, blocks, reads.blocks * taps * reads.lanes),
            };
            (Convolution::new(kernels, reads, writes, &packed), packed)
        };
        let mut layer = Self {
            node,
            shape,
            transposed,
            outputs,
            y,
            value,
            input,
            residual: unit.residual.map(|v| (v, place(v).layout)),
            relu: unit.relu,
            bias: has_bias.then(|| Buffer::zeros(blocks * LANES)),
            norm,
            forward: Vec::new(),
            backward: Vec::new(),
            gradients: Vec::new(),
            copies,
            x,
        };
        let x = &layer.x.layout;
        let mut gradient = |reads, writes| {
            layer.gradients.push(WeightGradient::new(kernels_of_gradient, reads, writes, blocks));
        };
        if transposed {
            for p in 0..4 {
                layer.forward.push(convolution(
                    geometry::forward(&from, &Window::POINT),
                    geometry::every(&target, 2, p / 2, p % 2),
                    blocks,
                ));
                let reads = geometry::forward(x, &Window::POINT);
                gradient(reads, geometry::every(&y, 2, p / 2, p % 2));
            }
            let halves = Window { kh: 2, kw: 2, stride: 2, padding: 0 };
            let (conv, packed) =
                convolution(geometry::forward(&back, &halves), geometry::all(x), in_blocks);
            layer.backward.push((conv, packed, vec![0, 1, 2, 3]));
        } else {
            let window = Window::of(op);
            let reads = geometry::forward(&from, &window);
            layer.forward.push(convolution(reads, geometry::all(&target), blocks));
            gradient(geometry::forward(x, &window), geometry::all(&y));
            if !is_input {
                for phase in geometry::backward(x, &back, &window) {
                    let (conv, packed) = convolution(phase.reads, phase.writes, in_blocks);
                    layer.backward.push((conv, packed, phase.taps));
                }
            }
        }
        layer
    }
}
