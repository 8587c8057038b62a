//! Forward and backward through a network while it learns, for one input shape.

mod elementwise;
mod layer;
mod narrow;
mod norm;
mod normalization;
mod parameters;
mod values;

use std::collections::HashMap;

use crate::{
    Error, Graph, Level, NodeId, Options, Precision, Tensor,
    fuse::{Head, fuse},
    kernels::Kernels,
    memory_plan::{Placement, plan_memory},
    pool,
    weight_gradient::Workspace,
    window::Window,
};
use layer::Layer;
use narrow::Narrow;
use parameters::Parameters;
use values::Values;

/// A network that learns, for one input shape: batch normalization takes the batch's statistics.
///
/// Parameters stay with the caller, who passes a graph that differs in nothing else to each
/// [`forward`](Self::forward) and gets its gradients from [`backward`](Self::backward).
pub struct Trainer {
    graph: Graph,
    kernels: Kernels,
    narrow: Option<Narrow>,
    steps: Vec<Step>,
    placements: Vec<Option<Placement>>,
    shapes: Vec<Vec<usize>>,
    outputs: Vec<NodeId>,
    input: usize,
    values: Values,
    gradients: Values,
    workspace: Workspace,
}

/// One unit of the network.
enum Step {
    Layer(Box<Layer>),
    MaxPool { window: Window, x: usize, y: usize },
    Average { x: usize, y: usize },
    Concat { parts: Vec<usize> },
}

/// Gradients by name, as `encoder.0.conv1.weight`.
pub type Named = HashMap<String, Vec<f32>>;

/// Statistics of the last batch of one normalization.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchStatistics {
    /// The normalization's name.
    pub name: String,
    /// Mean per channel.
    pub mean: Vec<f32>,
    /// Variance per channel, divided by one less than the number of values.
    pub variance: Vec<f32>,
}

impl Trainer {
    /// Plans all memory for batches `[n, c, h, w]`, of which the outputs named are computed.
    /// Normalizations for which `frozen` holds, by name, use their running statistics.
    ///
    /// With [`Precision::Bf16`] convolutions and gradients of their inputs and weights multiply
    /// numbers of 16 bits; sums, parameters and all that is kept stay f32.
    ///
    /// # Errors
    /// [`Error::Graph`] for a graph or shape that cannot be computed, [`Error::Kernels`] for a
    /// level that this processor lacks.
    pub fn new(
        graph: &Graph,
        outputs: &[&str],
        shape: [usize; 4],
        options: &Options,
        frozen: &dyn Fn(&str) -> bool,
    ) -> Result<Self, Error> {
        let narrow = match options.precision {
            Precision::F32 => None,
            Precision::Bf16 => Some(Narrow::new(Kernels::of(options.level, Precision::Bf16)?)),
        };
        let level = match options.level {
            Level::Amx => Level::Avx512,
            level => level,
        };
        let kernels = Kernels::of(level, Precision::F32)?;
        graph.check()?;
        let outputs = graph.outputs_named(outputs)?;
        let units = fuse(graph, &outputs)?;
        let placements = plan_memory(graph, &units, shape, Precision::F32)?;
        let shapes = graph.shapes(shape)?;
        let is_frozen = |node: usize| frozen(&graph.nodes()[node].name);
        let mut steps = Vec::new();
        let mut input = 0;
        for unit in &units {
            let y = unit.output;
            steps.push(match unit.head {
                Head::Input => {
                    input = y;
                    continue;
                }
                Head::Concat => Step::Concat { parts: unit.inputs.clone() },
                Head::MaxPool(node) => {
                    let window = Window::of(&graph.nodes()[node].op);
                    Step::MaxPool { window, x: unit.inputs[0], y }
                }
                Head::GlobalAveragePool => Step::Average { x: unit.inputs[0], y },
                Head::Conv { .. } | Head::Linear(_) | Head::Upsample(_) => {
                    let narrow = narrow.as_ref().map(|narrow| &narrow.kernels);
                    let layer = Layer::new(graph, &kernels, narrow, unit, &placements, &is_frozen);
                    Step::Layer(Box::new(layer))
                }
            });
        }
        let mut graph = graph.clone();
        graph.forget_parameters();
        let (values, gradients) = (Values::new(&placements), Values::new(&placements));
        Ok(Self {
            graph,
            kernels,
            narrow,
            steps,
            placements,
            shapes,
            outputs,
            input,
            values,
            gradients,
            workspace: Workspace::default(),
        })
    }

    /// The outputs of a batch, with the graph's parameters.
    ///
    /// # Panics
    /// If the graph is another than was planned for, or the input has another size.
    pub fn forward(&mut self, graph: &Graph, input: &[f32]) -> Vec<Tensor> {
        let parameters = Parameters(graph);
        let place =
            |v: usize| self.placements[v].as_ref().expect("a unit's value is placed").layout;
        let mut memory = self.values.take(self.input);
        place(self.input).store(input, &mut memory);
        self.values.put(self.input, memory);
        for step in &mut self.steps {
            match step {
                Step::Layer(layer) => {
                    let narrow = self.narrow.as_mut();
                    layer.forward(&self.kernels, narrow, &mut self.values, parameters);
                }
                Step::MaxPool { window, x, y } => {
                    let mut to = self.values.take(*y);
                    let from = (&place(*x), self.values.get(*x));
                    pool::max_pool(self.kernels.supported(), window, from, (&place(*y), &mut to));
                    self.values.put(*y, to);
                }
                Step::Average { x, y } => {
                    let mut to = self.values.take(*y);
                    let from = (&place(*x), self.values.get(*x));
                    pool::average(self.kernels.supported(), from, (&place(*y), &mut to));
                    self.values.put(*y, to);
                }
                Step::Concat { .. } => {}
            }
        }
        let value = |id: &NodeId| {
            let values = place(id.0).load(self.values.get(id.0));
            Tensor::new(self.shapes[id.0].clone(), values)
        };
        self.outputs.iter().map(value).collect()
    }

    /// Gradients of all weights and biases after [`forward`](Self::forward) with the same
    /// parameters, from those of the outputs in the order in which they were named.
    ///
    /// # Panics
    /// If an output's gradient has another size, or the graph is another.
    pub fn backward(&mut self, graph: &Graph, outputs: &[&[f32]]) -> Named {
        assert_eq!(outputs.len(), self.outputs.len(), "a gradient for every output");
        let parameters = Parameters(graph);
        let layout =
            |v: usize| self.placements[v].as_ref().expect("a unit's value is placed").layout;
        let mut written = vec![false; self.placements.len()];
        for (id, values) in self.outputs.iter().zip(outputs) {
            let mut memory = self.gradients.take(id.0);
            layout(id.0).store(values, &mut memory);
            self.gradients.put(id.0, memory);
            written[id.0] = true;
        }
        let mut found = Named::new();
        let nodes = self.graph.nodes();
        let mut give = |node: usize, name: &str, values: Vec<f32>| {
            found.insert(format!("{}.{name}", nodes[node].name), values);
        };
        let mut mark = |v: usize| std::mem::replace(&mut written[v], true);
        for step in self.steps.iter_mut().rev() {
            match step {
                Step::Layer(layer) => layer.backward(
                    (&self.kernels, self.narrow.as_mut(), &mut self.workspace),
                    &self.values,
                    &mut self.gradients,
                    parameters,
                    &mut give,
                    &mut mark,
                ),
                Step::MaxPool { window, x, y } => {
                    let mut dx = self.gradients.take(*x);
                    let (xl, yl) = (layout(*x), layout(*y));
                    let dy = self.gradients.get(*y);
                    let (from, to) = (self.values.get(*x), self.values.get(*y));
                    let from = (&xl, from, &mut dx[..]);
                    let to = (&yl, to, dy);
                    elementwise::max_pool(self.kernels.supported(), window, from, to, mark(*x));
                    self.gradients.put(*x, dx);
                }
                Step::Average { x, y } => {
                    let mut dx = self.gradients.take(*x);
                    let dy = (&layout(*y), self.gradients.get(*y));
                    elementwise::average((&layout(*x), &mut dx), dy, mark(*x));
                    self.gradients.put(*x, dx);
                }
                // The parts lie in the whole: their gradients are where they belong.
                Step::Concat { parts } => {
                    for part in parts {
                        assert!(!mark(*part), "a concatenation is read before its parts are");
                    }
                }
            }
        }
        found
    }

    /// Statistics of the last batch, for running ones.
    pub fn statistics(&self) -> Vec<BatchStatistics> {
        let layers = self.steps.iter().filter_map(|step| match step {
            Step::Layer(layer) => layer.statistics(),
            _ => None,
        });
        layers
            .map(|(node, mean, variance)| BatchStatistics {
                name: self.graph.nodes()[node].name.clone(),
                mean,
                variance,
            })
            .collect()
    }
}
