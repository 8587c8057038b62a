//! A network as a list of operations: what is computed, not how.
//!
//! Nodes stand in an order in which each follows its inputs. Activations are `[n, c, h, w]`, or
//! `[n, c]` after [`Op::GlobalAveragePool`].

use crate::Error;

/// Values with their shape, row-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tensor {
    /// Size of each axis, slowest first.
    pub shape: Vec<usize>,
    /// As many values as the product of `shape`.
    pub data: Vec<f32>,
}

impl Tensor {
    /// Joins a shape with its values.
    ///
    /// # Panics
    /// If their number is not the product of the shape.
    pub fn new(shape: impl Into<Vec<usize>>, data: Vec<f32>) -> Self {
        let shape = shape.into();
        assert_eq!(shape.iter().product::<usize>(), data.len(), "values for a shape {shape:?}");
        Self { shape, data }
    }

    /// Zeros of a shape.
    pub fn zeros(shape: impl Into<Vec<usize>>) -> Self {
        let shape = shape.into();
        let data = vec![0.0; shape.iter().product()];
        Self { shape, data }
    }
}

/// A node of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) usize);

/// What a node computes. Parameters are PyTorch's, in its axis order.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The picture, `[n, channels, h, w]`.
    Input {
        /// Channels.
        channels: usize,
    },
    /// Cross-correlation, zero padding on all sides.
    Conv {
        /// `[out, in, kh, kw]`.
        weight: Tensor,
        /// `[out]`.
        bias: Option<Tensor>,
        /// Step, the same along rows and columns: 1 or 2.
        stride: usize,
        /// Zeros around the picture.
        padding: usize,
    },
    /// Transposed convolution, 2 x 2, step 2: twice the size.
    Upsample {
        /// `[in, out, 2, 2]`.
        weight: Tensor,
        /// `[out]`.
        bias: Option<Tensor>,
    },
    /// Batch normalization (Ioffe and Szegedy, ICML 2015) over `n`, `h`, `w`.
    BatchNorm {
        /// `[c]`, gamma.
        weight: Tensor,
        /// `[c]`, beta.
        bias: Tensor,
        /// `[c]`, used for reading.
        running_mean: Tensor,
        /// `[c]`, used for reading.
        running_var: Tensor,
        /// Added to the variance.
        epsilon: f32,
    },
    /// max(x, 0).
    Relu,
    /// Largest of a square; what lies outside never wins.
    MaxPool {
        /// Side of the square.
        kernel: usize,
        /// Step.
        stride: usize,
        /// Width of the outside on all sides.
        padding: usize,
    },
    /// Sum of two inputs of one shape.
    Add,
    /// Inputs after one another along the channels.
    Concat,
    /// Mean over rows and columns: `[n, c]`.
    GlobalAveragePool,
    /// `x W^T + b` of `[n, c]`.
    Linear {
        /// `[out, in]`.
        weight: Tensor,
        /// `[out]`.
        bias: Tensor,
    },
}

impl Op {
    /// Parameters with their names after the node's: `weight`, `bias`, `running_mean`,
    /// `running_var`.
    pub fn parameters(&self) -> Vec<(&'static str, &Tensor)> {
        match self {
            Self::Conv { weight, bias, .. } | Self::Upsample { weight, bias } => {
                let bias = bias.iter().map(|bias| ("bias", bias));
                std::iter::once(("weight", weight)).chain(bias).collect()
            }
            Self::Linear { weight, bias } => vec![("weight", weight), ("bias", bias)],
            Self::BatchNorm { weight, bias, running_mean, running_var, .. } => vec![
                ("weight", weight),
                ("bias", bias),
                ("running_mean", running_mean),
                ("running_var", running_var),
            ],
            _ => Vec::new(),
        }
    }

    /// [`parameters`](Self::parameters), to change.
    pub fn parameters_mut(&mut self) -> Vec<(&'static str, &mut Tensor)> {
        match self {
            Self::Conv { weight, bias, .. } | Self::Upsample { weight, bias } => {
                let bias = bias.iter_mut().map(|bias| ("bias", bias));
                std::iter::once(("weight", weight)).chain(bias).collect()
            }
            Self::Linear { weight, bias } => vec![("weight", weight), ("bias", bias)],
            Self::BatchNorm { weight, bias, running_mean, running_var, .. } => vec![
                ("weight", weight),
                ("bias", bias),
                ("running_mean", running_mean),
                ("running_var", running_var),
            ],
            _ => Vec::new(),
        }
    }
}

/// An operation, its inputs and its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The layer's name; a parameter's name is `{name}.weight`, `{name}.bias` and so on.
    pub name: String,
    /// What it computes.
    pub op: Op,
    /// From what.
    pub inputs: Vec<NodeId>,
}

/// A network: one input, any number of outputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    nodes: Vec<Node>,
    outputs: Vec<(String, NodeId)>,
}

impl Graph {
    /// A graph with its input, `[n, channels, h, w]`.
    pub fn new(channels: usize) -> (Self, NodeId) {
        let mut graph = Self::default();
        let input = graph.push("input", Op::Input { channels }, &[]);
        (graph, input)
    }

    /// Appends a node.
    ///
    /// # Panics
    /// If an input is not of this graph.
    pub fn push(&mut self, name: impl Into<String>, op: Op, inputs: &[NodeId]) -> NodeId {
        assert!(inputs.iter().all(|i| i.0 < self.nodes.len()), "inputs come before a node");
        self.nodes.push(Node { name: name.into(), op, inputs: inputs.to_vec() });
        NodeId(self.nodes.len() - 1)
    }

    /// Names a node's value as an output.
    pub fn output(&mut self, name: impl Into<String>, node: NodeId) {
        self.outputs.push((name.into(), node));
    }

    /// All nodes, each after its inputs.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All nodes, to change their parameters.
    pub fn nodes_mut(&mut self) -> &mut [Node] {
        &mut self.nodes
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// Outputs with their names.
    pub fn outputs(&self) -> &[(String, NodeId)] {
        &self.outputs
    }

    /// Drops the values of all parameters; their shapes stay.
    pub(crate) fn forget_parameters(&mut self) {
        (0..self.nodes.len()).for_each(|node| self.forget_parameters_of(node));
    }

    /// Drops the values of a node's parameters; their shapes stay.
    pub(crate) fn forget_parameters_of(&mut self, node: usize) {
        for (_, parameter) in self.nodes[node].op.parameters_mut() {
            parameter.data = Vec::new();
        }
    }

    /// Shape of every node's value for an input `[n, c, h, w]`.
    ///
    /// # Errors
    /// [`Error::Graph`] with the node at which shapes do not fit.
    pub fn shapes(&self, input: [usize; 4]) -> Result<Vec<Vec<usize>>, Error> {
        let mut shapes: Vec<Vec<usize>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let of = |i: usize| -> Result<&[usize], Error> {
                node.inputs
                    .get(i)
                    .map(|id| shapes[id.0].as_slice())
                    .ok_or_else(|| fault(node, "it lacks an input"))
            };
            let shape = match &node.op {
                Op::Input { channels } if input[1] == *channels => input.to_vec(),
                Op::Input { channels } => {
                    return Err(fault(node, &format!("{channels} channels, {} given", input[1])));
                }
                Op::GlobalAveragePool => maps(node, of(0)?)?[..2].to_vec(),
                Op::Linear { weight, bias } => match (of(0)?, weight.shape.as_slice()) {
                    ([n, c], [out, from]) if c == from && bias.shape == [*out] => vec![*n, *out],
                    (found, _) => {
                        return Err(fault(node, &format!("{:?} after {found:?}", weight.shape)));
                    }
                },
                Op::Relu => of(0)?.to_vec(),
                Op::Add if of(0)? == of(1)? => of(0)?.to_vec(),
                Op::Add => return Err(fault(node, &format!("{:?} + {:?}", of(0)?, of(1)?))),
                Op::BatchNorm { weight, .. } => {
                    let shape = maps(node, of(0)?)?;
                    if weight.shape != [shape[1]] {
                        return Err(fault(node, &format!("{:?} after {shape:?}", weight.shape)));
                    }
                    shape.to_vec()
                }
                Op::Concat => {
                    let first = maps(node, of(0)?)?;
                    let mut channels = 0;
                    for i in 0..node.inputs.len() {
                        let [n, c, h, w] = maps(node, of(i)?)?;
                        if [n, h, w] != [first[0], first[2], first[3]] {
                            return Err(fault(node, "its inputs differ in size"));
                        }
                        channels += c;
                    }
                    vec![first[0], channels, first[2], first[3]]
                }
                Op::Upsample { weight, .. } => {
                    let [n, c, h, w] = maps(node, of(0)?)?;
                    match *weight.shape.as_slice() {
                        [from, out, 2, 2] if from == c => vec![n, out, h * 2, w * 2],
                        _ => {
                            return Err(fault(node, &format!("{:?}, {c} in", weight.shape)));
                        }
                    }
                }
                Op::Conv { weight, stride, padding, .. } => {
                    let [n, c, h, w] = maps(node, of(0)?)?;
                    let [out, from, kh, kw] = *weight.shape.as_slice() else {
                        return Err(fault(node, "a weight of four axes is needed"));
                    };
                    let size = |side: usize, k: usize| {
                        (side + 2 * padding).checked_sub(k).map(|rest| rest / stride + 1)
                    };
                    match (size(h, kh), size(w, kw)) {
                        (Some(h), Some(w)) if from == c && (1..=2).contains(stride) => {
                            vec![n, out, h, w]
                        }
                        _ => {
                            let on = [n, c, h, w];
                            return Err(fault(
                                node,
                                &format!("{:?}, step {stride}, on {on:?}", weight.shape),
                            ));
                        }
                    }
                }
                Op::MaxPool { kernel, stride, padding } => {
                    let [n, c, h, w] = maps(node, of(0)?)?;
                    let size = |side: usize| {
                        (side + 2 * padding).checked_sub(*kernel).map(|rest| rest / stride + 1)
                    };
                    match (size(h), size(w)) {
                        (Some(h), Some(w)) if *stride > 0 && padding < kernel => vec![n, c, h, w],
                        _ => return Err(fault(node, &format!("kernel {kernel} on {h} x {w}"))),
                    }
                }
            };
            shapes.push(shape);
        }
        Ok(shapes)
    }
}

fn maps(node: &Node, shape: &[usize]) -> Result<[usize; 4], Error> {
    shape.try_into().map_err(|_| fault(node, &format!("needs [n, c, h, w], has {shape:?}")))
}

fn fault(node: &Node, detail: &str) -> Error {
    Error::Graph { node: node.name.clone(), detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_pytorchs() {
        let (mut g, x) = Graph::new(3);
        let conv = |out: usize, from: usize, k: usize, stride: usize| Op::Conv {
            weight: Tensor::zeros([out, from, k, k]),
            bias: None,
            stride,
            padding: k / 2,
        };
        let stem = g.push("stem", conv(64, 3, 7, 2), &[x]);
        let pool = g.push("pool", Op::MaxPool { kernel: 3, stride: 2, padding: 1 }, &[stem]);
        let down = g.push("down", conv(128, 64, 3, 2), &[pool]);
        let up_weight = Tensor::zeros([128, 64, 2, 2]);
        let up = g.push("up", Op::Upsample { weight: up_weight, bias: None }, &[down]);
        let cat = g.push("cat", Op::Concat, &[pool, up]);
        let mean = g.push("mean", Op::GlobalAveragePool, &[cat]);
        let shapes = g.shapes([2, 3, 224, 224]).expect("they fit");
        let expected: [(NodeId, &[usize]); 6] = [
            (stem, &[2, 64, 112, 112]),
            (pool, &[2, 64, 56, 56]),
            (down, &[2, 128, 28, 28]),
            (up, &[2, 64, 56, 56]),
            (cat, &[2, 128, 56, 56]),
            (mean, &[2, 128]),
        ];
        for (node, shape) in expected {
            assert_eq!(shapes[node.0], shape, "{}", g.node(node).name);
        }
        let error = g.shapes([2, 1, 224, 224]).expect_err("one channel").to_string();
        assert!(error.contains("input") && error.contains("3 channels"), "{error}");
        let error = g.shapes([2, 3, 226, 226]).expect_err("odd").to_string();
        assert!(error.contains("cat"), "{error}");
    }
}
