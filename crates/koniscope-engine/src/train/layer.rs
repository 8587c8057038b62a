//! A convolution with the normalization, sum and ReLU after it, forward and backward.

use super::{
    narrow::Narrow,
    normalization::{self, Statistics},
    values::Values,
};
use crate::{
    Graph, LANES, Op,
    buffer::Buffer,
    conv::{Convolution, Finish},
    fuse::{Head, Unit},
    geometry::{self, Window},
    kernels::Kernels,
    layout::Layout,
    network::plain_slots,
    place::Place,
    weight_gradient::{Grad, Room, WeightGradient},
    weights::{Packed, Slots, Weight},
};

/// Batch normalization of a layer.
struct Norm {
    node: usize,
    epsilon: f32,
    /// Takes running statistics for the batch's.
    frozen: bool,
    /// What the convolution gave.
    z: Buffer,
    layout: Layout,
    statistics: Statistics,
}

/// A convolution, transposed convolution or fully connected layer.
pub(super) struct Layer {
    node: usize,
    /// First axis, second axis and taps of the weight.
    shape: [usize; 3],
    /// Whether the weight's first axis is its input.
    transposed: bool,
    outputs: usize,
    x: Place,
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

/// Parameters of a graph's nodes.
#[derive(Clone, Copy)]
pub(super) struct Parameters<'a>(pub(super) &'a Graph);

impl<'a> Parameters<'a> {
    fn of(&self, node: usize, name: &str) -> &'a [f32] {
        let parameters = self.0.nodes()[node].op.parameters();
        let found = parameters.into_iter().find(|(n, _)| *n == name);
        &found.expect("the graph is the one that was planned for").1.data
    }
}

impl Layer {
    pub(super) fn new(
        graph: &Graph,
        kernels: &Kernels,
        narrow: Option<&Kernels>,
        unit: &Unit,
        places: &[Option<Place>],
        frozen: &dyn Fn(usize) -> bool,
    ) -> Self {
        let place = |v: usize| places[v].clone().expect("a unit's value is placed");
        let (node, norm) = match unit.head {
            Head::Conv { conv, norm } => (conv, norm),
            Head::Upsample(node) | Head::Linear(node) => (node, None),
            _ => unreachable!("this unit has no weights"),
        };
        let op = &graph.nodes()[node].op;
        let (input, value) = (unit.inputs[0], unit.output);
        let (x, y) = (place(input), place(value).layout);
        let is_input = matches!(graph.nodes()[input].op, Op::Input { .. });
        let norm = norm.map(|node| Norm {
            node,
            epsilon: match graph.nodes()[node].op {
                Op::BatchNorm { epsilon, .. } => epsilon,
                _ => unreachable!("a normalization's node is one"),
            },
            frozen: frozen(node),
            layout: Layout::new([y.n, y.channels, y.h, y.w], 0),
            z: Buffer::zeros(Layout::new([y.n, y.channels, y.h, y.w], 0).len()),
            statistics: Statistics::default(),
        });
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
        let convolution = |reads: crate::conv::Reads, writes, blocks: usize| {
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

    pub(super) fn forward(
        &mut self,
        kernels: &Kernels,
        narrow: Option<&mut Narrow>,
        values: &mut Values,
        parameters: Parameters,
    ) {
        let narrow = narrow.filter(|_| self.copies.is_some());
        self.pack(parameters);
        let mut y = values.take(self.value);
        let plain = self.norm.is_none();
        let target = match &mut self.norm {
            Some(norm) => &mut norm.z,
            None => &mut y,
        };
        let input = values.get(self.input);
        let (convolving, input) = match (narrow, &self.copies) {
            (Some(narrow), Some(copies)) => {
                let loops = narrow.kernels;
                (loops, narrow.copy(&self.x.layout, input, &copies.x))
            }
            _ => (*kernels, input),
        };
        for (conv, packed) in &self.forward {
            let finish = Finish {
                bias: self.bias.as_deref(),
                residual: self.residual.as_ref().filter(|_| plain).map(|(v, _)| values.get(*v)),
                relu: self.relu && plain,
                ..Finish::default()
            };
            conv.run(&convolving, packed, input, finish, target);
        }
        if let Some(norm) = &mut self.norm {
            let (zl, level) = (norm.layout, kernels.level);
            norm.statistics = if norm.frozen {
                let padded = |name: &str| self::padded(parameters.of(norm.node, name));
                let (mean, variance) = (padded("running_mean"), padded("running_var"));
                Statistics::new(mean, variance, norm.epsilon, zl.n * zl.h * zl.w)
            } else {
                Statistics::of_batch(level, &zl, &norm.z, norm.epsilon)
            };
            let (gamma, beta) = (
                padded(parameters.of(norm.node, "weight")),
                padded(parameters.of(norm.node, "bias")),
            );
            let s = &norm.statistics;
            let scale: Vec<f32> = gamma.iter().zip(&s.inverse).map(|(g, i)| g * i).collect();
            let shift: Vec<f32> =
                (0..scale.len()).map(|i| beta[i] - s.mean[i] * scale[i]).collect();
            let residual = self.residual.as_ref().map(|(v, l)| (l, values.get(*v)));
            let z = (&zl, &norm.z[..]);
            normalization::apply(
                level,
                z,
                (&scale, &shift),
                residual,
                self.relu,
                (&self.y, &mut y),
            );
        }
        values.put(self.value, y);
    }

    /// From the gradient of the value to those of its inputs and parameters.
    pub(super) fn backward(
        &mut self,
        (kernels, narrow, room): (&Kernels, Option<&mut Narrow>, &mut Room),
        values: &Values,
        gradients: &mut Values,
        parameters: Parameters,
        give: &mut dyn FnMut(usize, &str, Vec<f32>),
        written: &mut dyn FnMut(usize) -> bool,
    ) {
        let level = kernels.level;
        let mut dy = gradients.take(self.value);
        if self.relu {
            super::elementwise::mask(level, &self.y, &mut dy, values.get(self.value));
        }
        if let Some((v, layout)) = &self.residual {
            let mut to = gradients.take(*v);
            let add = written(*v);
            super::elementwise::accumulate(level, (layout, &mut to), (&self.y, &dy), add);
            gradients.put(*v, to);
        }
        if let Some(norm) = &self.norm {
            norm.backward(kernels, (&self.y, &mut dy), self.outputs, parameters, give);
        } else if self.bias.is_some() {
            let (sum, _) = normalization::sums(
                level,
                (&self.y, &dy),
                (&self.y, &dy),
                &vec![0.0; self.y.blocks() * LANES],
            );
            let sum = sum[..self.outputs].iter().map(|v| *v as f32).collect();
            give(self.node, "bias", sum);
        }
        let [a, b, taps] = self.shape;
        let mut weight = vec![0.0; a * b * taps];
        for (tap, gradient) in self.gradients.iter().enumerate() {
            gradient.run(kernels, values.get(self.input), &dy, room);
            let slots = Slots { channels: &self.x.slots, lanes: self.x.layout.lanes };
            let shape = Weight { values: &[], b, taps };
            let mut to = Grad { values: &mut weight, shape, transposed: self.transposed, tap };
            gradient.unpack(&room.dw, slots, self.outputs, &mut to);
        }
        give(self.node, "weight", weight);
        if !self.backward.is_empty() {
            let mut dx = gradients.take_other(self.input, self.value);
            let accumulate = written(self.input);
            let (convolving, dy) = match (narrow, &self.copies) {
                (Some(narrow), Some(copies)) => {
                    let loops = narrow.kernels;
                    (loops, narrow.copy(&self.y, &dy, &copies.dy))
                }
                _ => (*kernels, &dy[..]),
            };
            for (conv, packed, _) in &self.backward {
                let finish = Finish { accumulate, ..Finish::default() };
                conv.run(&convolving, packed, dy, finish, &mut dx);
            }
            gradients.put(self.input, dx);
        }
        gradients.put(self.value, dy);
    }

    /// Mean and variance of the last batch, the variance divided by one less than the number of
    /// values; none where running statistics are frozen.
    pub(super) fn statistics(&self) -> Option<(usize, Vec<f32>, Vec<f32>)> {
        let norm = self.norm.as_ref().filter(|norm| !norm.frozen)?;
        let s = &norm.statistics;
        let unbiased = s.count as f32 / (s.count.max(2) - 1) as f32;
        let variance = s.variance.iter().map(|v| v * unbiased);
        let c = self.outputs;
        Some((norm.node, s.mean[..c].to_vec(), variance.take(c).collect()))
    }

    fn pack(&mut self, parameters: Parameters) {
        let [a, b, taps] = self.shape;
        let weight = Weight { values: parameters.of(self.node, "weight"), b, taps };
        let slots = Slots { channels: &self.x.slots, lanes: self.x.layout.lanes };
        if self.transposed {
            let outputs = plain_slots(b);
            for (tap, (_, packed)) in self.forward.iter_mut().enumerate() {
                packed.fill_columns(weight, a, &outputs, &[tap]);
            }
            // An upsampling's input is never a concatenation's: its channels stand together.
            self.backward.iter_mut().for_each(|(_, packed, _)| {
                let channels = &plain_slots(b);
                packed.fill_rows(weight, a, Slots { channels, lanes: LANES }, None);
            });
        } else {
            for (_, packed) in &mut self.forward {
                packed.fill_rows(weight, a, slots, None);
            }
            for (_, packed, taps) in &mut self.backward {
                packed.fill_columns(weight, a, slots.channels, taps);
            }
        }
        if let Some(bias) = &mut self.bias {
            bias[..self.outputs].copy_from_slice(parameters.of(self.node, "bias"));
        }
    }
}

impl Norm {
    /// Turns the gradient of the normalized values into that of the convolution's, in place.
    fn backward(
        &self,
        kernels: &Kernels,
        (dl, dy): (&Layout, &mut [f32]),
        channels: usize,
        parameters: Parameters,
        give: &mut dyn FnMut(usize, &str, Vec<f32>),
    ) {
        let s = &self.statistics;
        let z = (&self.layout, &self.z[..]);
        let (sum, product) = normalization::sums(kernels.level, (dl, dy), z, &s.mean);
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
        normalization::gradient(kernels.level, (dl, dy), z, [&scale, &slope, &shift]);
        let gamma = (0..channels).map(|i| (product[i] * f64::from(s.inverse[i])) as f32).collect();
        give(self.node, "weight", gamma);
        give(self.node, "bias", sum[..channels].iter().map(|v| *v as f32).collect());
    }
}

/// Values per channel, with zeros to whole blocks.
fn padded(values: &[f32]) -> Vec<f32> {
    let mut padded = values.to_vec();
    padded.resize(values.len().next_multiple_of(LANES), 0.0);
    padded
}
