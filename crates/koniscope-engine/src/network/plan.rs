//! A network for one input shape: geometry of every step, and memory used again and again.

use std::sync::{Mutex, PoisonError};

use super::{fold::UnitWeights, reuse::slots};
use crate::{
    Error, Graph, Precision, Tensor,
    buffer::Buffer,
    conv::Convolution,
    fuse::{Head, Unit},
    geometry::{self, Finish},
    kernels::Kernels,
    layout::Layout,
    memory_plan::plan_memory,
    pool,
    window::Window,
};

/// A network for one input shape.
pub(super) struct Plan {
    steps: Vec<Step>,
    /// Slot of memory and layout of the input.
    input: (usize, Layout),
    outputs: Vec<Output>,
    /// Words of each slot.
    sizes: Vec<usize>,
    /// Memory of runs that have ended.
    spare: Mutex<Vec<Vec<Buffer>>>,
}

struct Output {
    slot: usize,
    layout: Layout,
    shape: Vec<usize>,
}

/// A value in memory.
#[derive(Clone, Copy)]
struct Value {
    slot: usize,
    layout: Layout,
}

struct Step {
    unit: usize,
    kind: Kind,
    x: Value,
    y: Value,
}

enum Kind {
    Convolve { parts: Vec<Convolution>, residual: Option<Value>, relu: bool },
    MaxPool(Window),
    Average,
}

impl Plan {
    pub(super) fn new(
        graph: &Graph,
        units: &[Unit],
        kernels: &Kernels,
        weights: &[UnitWeights],
        precision: Precision,
        input: [usize; 4],
    ) -> Result<Self, Error> {
        let placements = plan_memory(graph, units, input, precision)?;
        let shapes = graph.shapes(input)?;
        let of = |v: usize| placements[v].as_ref().expect("a unit's value is placed");
        let (slot_of, sizes) = slots(graph, units, &placements);
        let value = |v: usize| Value { slot: slot_of[of(v).memory], layout: of(v).layout };
        let mut steps = Vec::new();
        let mut start = None;
        for (i, unit) in units.iter().enumerate() {
            let y = value(unit.output);
            let kind = match unit.head {
                Head::Input => {
                    start = Some((y.slot, y.layout));
                    continue;
                }
                Head::Concat => continue,
                Head::MaxPool(node) => Kind::MaxPool(Window::of(&graph.nodes()[node].op)),
                Head::GlobalAveragePool => Kind::Average,
                Head::Conv { .. } | Head::Linear(_) | Head::Upsample(_) => {
                    let x = &value(unit.inputs[0]).layout;
                    let convolution = |reads, writes, packed: usize| {
                        Convolution::new(kernels, reads, writes, &weights[i].packed[packed])
                    };
                    let parts = match unit.head {
                        Head::Conv { conv: node, .. } | Head::Linear(node) => {
                            let window = Window::of(&graph.nodes()[node].op);
                            let reads = geometry::forward(x, &window);
                            vec![convolution(reads, geometry::all(&y.layout), 0)]
                        }
                        _ => (0..4)
                            .map(|p| {
                                let writes = geometry::every(&y.layout, 2, p / 2, p % 2);
                                convolution(geometry::forward(x, &Window::POINT), writes, p)
                            })
                            .collect(),
                    };
                    Kind::Convolve { parts, residual: unit.residual.map(value), relu: unit.relu }
                }
            };
            steps.push(Step { unit: i, kind, x: value(unit.inputs[0]), y });
        }
        let outputs = graph.outputs().iter().map(|(_, id)| {
            let v = value(id.0);
            Output { slot: v.slot, layout: v.layout, shape: shapes[id.0].clone() }
        });
        let outputs = outputs.collect();
        let input = start.expect("an output needs the input");
        Ok(Self { steps, input, outputs, sizes, spare: Mutex::default() })
    }

    pub(super) fn run(
        &self,
        kernels: &Kernels,
        weights: &[UnitWeights],
        input: &[f32],
    ) -> Vec<Tensor> {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut memory =
            spare.unwrap_or_else(|| self.sizes.iter().map(|n| Buffer::zeros(*n)).collect());
        self.input.1.store(input, &mut memory[self.input.0]);
        for step in &self.steps {
            let mut y = std::mem::take(&mut memory[step.y.slot]);
            step.run(kernels, &weights[step.unit], &memory, &mut y);
            step.y.layout.clear_borders(&mut y);
            memory[step.y.slot] = y;
        }
        let load = |o: &Output| Tensor::new(o.shape.clone(), o.layout.load(&memory[o.slot]));
        let outputs = self.outputs.iter().map(load).collect();
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        outputs
    }
}

impl Step {
    fn run(&self, kernels: &Kernels, weights: &UnitWeights, memory: &[Buffer], y: &mut Buffer) {
        let x = &memory[self.x.slot];
        match &self.kind {
            Kind::Convolve { parts, residual, relu } => {
                for (part, packed) in parts.iter().zip(&weights.packed) {
                    let finish = Finish {
                        bias: Some(&weights.bias),
                        residual: residual.map(|r| &memory[r.slot][..]),
                        relu: *relu,
                        ..Finish::default()
                    };
                    part.run(kernels, packed, x, finish, y);
                }
            }
            Kind::MaxPool(window) => {
                let (x, y) = ((&self.x.layout, &x[..]), (&self.y.layout, &mut y[..]));
                pool::max_pool(kernels.supported(), window, x, y);
            }
            Kind::Average => {
                let (x, y) = ((&self.x.layout, &x[..]), (&self.y.layout, &mut y[..]));
                pool::average(kernels.supported(), x, y);
            }
        }
    }
}
