//! Small networks, and a graph's outputs as plain sums in f64.
#![allow(dead_code)]

use koniscope_engine::{Graph, NodeId, Op, Tensor};

/// Values in [-1, 1] that depend on `seed` alone.
pub(crate) fn values(n: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}

/// Builds graphs with random parameters.
pub(crate) struct Builder {
    pub(crate) graph: Graph,
    seed: u64,
}

impl Builder {
    pub(crate) fn new(channels: usize, seed: u64) -> (Self, NodeId) {
        let (graph, input) = Graph::new(channels);
        (Self { graph, seed: seed * 1000 }, input)
    }

    fn tensor(&mut self, shape: &[usize], scale: f32, offset: f32) -> Tensor {
        self.seed += 1;
        let n = shape.iter().product();
        let data = values(n, self.seed).into_iter().map(|v| v * scale + offset).collect();
        Tensor::new(shape, data)
    }

    pub(crate) fn conv(
        &mut self,
        name: &str,
        x: NodeId,
        [out, from, k, stride]: [usize; 4],
        bias: bool,
    ) -> NodeId {
        let scale = (2.0 / (from * k * k) as f32).sqrt();
        let weight = self.tensor(&[out, from, k, k], scale, 0.0);
        let bias = bias.then(|| self.tensor(&[out], 0.3, 0.0));
        self.graph.push(name, Op::Conv { weight, bias, stride, padding: k / 2 }, &[x])
    }

    pub(crate) fn norm(&mut self, name: &str, x: NodeId, c: usize) -> NodeId {
        let op = Op::BatchNorm {
            weight: self.tensor(&[c], 0.4, 1.0),
            bias: self.tensor(&[c], 0.3, 0.0),
            running_mean: self.tensor(&[c], 0.3, 0.0),
            running_var: self.tensor(&[c], 0.4, 1.0),
            epsilon: 1e-5,
        };
        self.graph.push(name, op, &[x])
    }

    pub(crate) fn conv_norm(&mut self, name: &str, x: NodeId, size: [usize; 4]) -> NodeId {
        let conv = self.conv(&format!("{name}.conv"), x, size, false);
        self.norm(&format!("{name}.bn"), conv, size[0])
    }

    pub(crate) fn relu(&mut self, x: NodeId) -> NodeId {
        self.graph.push("relu", Op::Relu, &[x])
    }

    pub(crate) fn block(&mut self, name: &str, x: NodeId, from: usize, to: usize) -> NodeId {
        let a = self.conv_norm(&format!("{name}.1"), x, [to, from, 3, 1]);
        let a = self.relu(a);
        let b = self.conv_norm(&format!("{name}.2"), a, [to, to, 3, 1]);
        self.relu(b)
    }
}

/// A U-Net of two levels; `width` need not fill blocks.
pub(crate) fn unet(width: usize, seed: u64) -> Graph {
    let (mut b, x) = Builder::new(1, seed);
    let e0 = b.block("e0", x, 1, width);
    let pool = |b: &mut Builder, x| {
        b.graph.push("pool", Op::MaxPool { kernel: 2, stride: 2, padding: 0 }, &[x])
    };
    let p0 = pool(&mut b, e0);
    let e1 = b.block("e1", p0, width, 2 * width);
    let p1 = pool(&mut b, e1);
    let mut d = b.block("e2", p1, 2 * width, 4 * width);
    for (level, skip) in [(1, e1), (0, e0)] {
        let c = width << level;
        let weight = b.tensor(&[2 * c, c, 2, 2], 0.4, 0.0);
        let bias = Some(b.tensor(&[c], 0.2, 0.0));
        let up = b.graph.push(format!("up{level}"), Op::Upsample { weight, bias }, &[d]);
        let cat = b.graph.push("cat", Op::Concat, &[skip, up]);
        d = b.block(&format!("d{level}"), cat, 2 * c, c);
    }
    let logits = b.conv("head", d, [3, width, 1, 1], true);
    b.graph.output("logits", logits);
    b.graph
}

/// A residual network of two stages, with both of its outputs.
pub(crate) fn resnet(width: usize, seed: u64) -> Graph {
    let (mut b, x) = Builder::new(3, seed);
    let stem = b.conv_norm("stem", x, [width, 3, 7, 2]);
    let stem = b.relu(stem);
    let pool = Op::MaxPool { kernel: 3, stride: 2, padding: 1 };
    let mut x = b.graph.push("maxpool", pool, &[stem]);
    for (stage, (from, to, stride)) in
        [(width, width, 1), (width, 2 * width, 2)].into_iter().enumerate()
    {
        let name = format!("layer{stage}");
        let a = b.conv_norm(&format!("{name}.1"), x, [to, from, 3, stride]);
        let a = b.relu(a);
        let a = b.conv_norm(&format!("{name}.2"), a, [to, to, 3, 1]);
        let shortcut = match stride {
            1 => x,
            _ => b.conv_norm(&format!("{name}.down"), x, [to, from, 1, stride]),
        };
        let sum = b.graph.push("add", Op::Add, &[a, shortcut]);
        x = b.relu(sum);
    }
    let mean = b.graph.push("mean", Op::GlobalAveragePool, &[x]);
    let (weight, bias) = (b.tensor(&[2, 2 * width], 0.3, 0.0), b.tensor(&[2], 0.3, 0.0));
    let maps = Op::Conv {
        weight: Tensor::new([2, 2 * width, 1, 1], weight.data.clone()),
        bias: Some(bias.clone()),
        stride: 1,
        padding: 0,
    };
    let logits = b.graph.push("fc", Op::Linear { weight, bias }, &[mean]);
    let maps = b.graph.push("maps", maps, &[x]);
    b.graph.output("logits", logits);
    b.graph.output("class_maps", maps);
    b.graph
}

/// Every output of a graph in f64; with `training`, normalizations take the batch's statistics.
pub(crate) fn naive(
    graph: &Graph,
    input: &[f64],
    shape: [usize; 4],
    training: bool,
) -> Vec<Vec<f64>> {
    let shapes = graph.shapes(shape).expect("shapes fit");
    let index = |id: NodeId| {
        graph.nodes().iter().position(|n| std::ptr::eq(n, graph.node(id))).expect("it is there")
    };
    let mut all: Vec<Vec<f64>> = Vec::new();
    for (i, node) in graph.nodes().iter().enumerate() {
        let x = |k: usize| &all[index(node.inputs[k])];
        let xs = |k: usize| {
            let s = &shapes[index(node.inputs[k])];
            [s[0], s[1], *s.get(2).unwrap_or(&1), *s.get(3).unwrap_or(&1)]
        };
        let [n, c, h, w] = [0, 1, 2, 3].map(|k| shapes[i].get(k).copied().unwrap_or(1));
        let mut y = vec![0.0; n * c * h * w];
        let at = |[_, c, h, w]: [usize; 4], b: usize, k: usize, y: usize, x: usize| {
            ((b * c + k) * h + y) * w + x
        };
        match &node.op {
            Op::Input { .. } => y = input.to_vec(),
            Op::Relu => y = x(0).iter().map(|v| v.max(0.0)).collect(),
            Op::Add => y = x(0).iter().zip(x(1)).map(|(a, b)| a + b).collect(),
            Op::Concat => {
                y.clear();
                for b in 0..n {
                    for k in 0..node.inputs.len() {
                        let size = xs(k)[1] * h * w;
                        y.extend(&x(k)[b * size..(b + 1) * size]);
                    }
                }
            }
            Op::GlobalAveragePool => {
                let area = xs(0)[2] * xs(0)[3];
                for (y, plane) in y.iter_mut().zip(x(0).chunks_exact(area)) {
                    *y = plane.iter().sum::<f64>() / area as f64;
                }
            }
            Op::Linear { weight, bias } => {
                let from = weight.shape[1];
                for (k, y) in y.iter_mut().enumerate() {
                    let (b, o) = (k / c, k % c);
                    *y = f64::from(bias.data[o]);
                    for f in 0..from {
                        *y += x(0)[b * from + f] * f64::from(weight.data[o * from + f]);
                    }
                }
            }
            Op::Conv { .. } | Op::MaxPool { .. } | Op::Upsample { .. } => {
                let from = xs(0);
                for b in 0..n {
                    for o in 0..c {
                        for oy in 0..h {
                            for ox in 0..w {
                                let to = at([n, c, h, w], b, o, oy, ox);
                                y[to] = window(node, x(0), from, b, o, oy, ox, &at);
                            }
                        }
                    }
                }
            }
            Op::BatchNorm { weight, bias, running_mean, running_var, epsilon } => {
                let area = h * w;
                for k in 0..c {
                    let places: Vec<usize> = (0..n)
                        .flat_map(|b| (0..area).map(move |p| (b * c + k) * area + p))
                        .collect();
                    let (mut mean, mut var) =
                        (f64::from(running_mean.data[k]), f64::from(running_var.data[k]));
                    if training {
                        let m = places.len() as f64;
                        mean = places.iter().map(|p| x(0)[*p]).sum::<f64>() / m;
                        var = places.iter().map(|p| (x(0)[*p] - mean).powi(2)).sum::<f64>() / m;
                    }
                    let scale = f64::from(weight.data[k]) / (var + f64::from(*epsilon)).sqrt();
                    for p in places {
                        y[p] = (x(0)[p] - mean) * scale + f64::from(bias.data[k]);
                    }
                }
            }
        }
        all.push(y);
    }
    graph.outputs().iter().map(|(_, id)| all[index(*id)].clone()).collect()
}

#[allow(clippy::too_many_arguments)]
fn window(
    node: &koniscope_engine::Node,
    x: &[f64],
    from: [usize; 4],
    b: usize,
    o: usize,
    oy: usize,
    ox: usize,
    at: &dyn Fn([usize; 4], usize, usize, usize, usize) -> usize,
) -> f64 {
    let inside = |y: usize, x: usize| y < from[2] && x < from[3];
    match &node.op {
        Op::MaxPool { kernel, stride, padding } => {
            let mut best = f64::NEG_INFINITY;
            for k in 0..kernel * kernel {
                let iy = (oy * stride + k / kernel).wrapping_sub(*padding);
                let ix = (ox * stride + k % kernel).wrapping_sub(*padding);
                if inside(iy, ix) {
                    best = best.max(x[at(from, b, o, iy, ix)]);
                }
            }
            best
        }
        Op::Conv { weight, bias, stride, padding } => {
            let mut sum = bias.as_ref().map_or(0.0, |bias| f64::from(bias.data[o]));
            let [_, c, kh, kw] = *weight.shape.as_slice() else { unreachable!() };
            for i in 0..c {
                for k in 0..kh * kw {
                    let iy = (oy * stride + k / kw).wrapping_sub(*padding);
                    let ix = (ox * stride + k % kw).wrapping_sub(*padding);
                    if inside(iy, ix) {
                        let w = f64::from(weight.data[(o * c + i) * kh * kw + k]);
                        sum += x[at(from, b, i, iy, ix)] * w;
                    }
                }
            }
            sum
        }
        Op::Upsample { weight, bias } => {
            let mut sum = bias.as_ref().map_or(0.0, |bias| f64::from(bias.data[o]));
            for i in 0..from[1] {
                let w = weight.data[((i * weight.shape[1] + o) * 2 + oy % 2) * 2 + ox % 2];
                sum += x[at(from, b, i, oy / 2, ox / 2)] * f64::from(w);
            }
            sum
        }
        _ => unreachable!("this operation has no window"),
    }
}
