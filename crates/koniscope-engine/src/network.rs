//! A trained network made ready for reading: batch normalization folded, weights packed once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Error, Graph, LANES, Level, NodeId, Op, Precision, Tensor,
    buffer::Buffer,
    fuse::{Head, Unit, fuse},
    geometry::Window,
    kernels::Kernels,
    place::value_precision,
    plan::Plan,
    weights::{Packed, Slots, Weight},
};

/// How to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The inner loops; the widest that this processor has by default.
    pub level: Level,
    /// How numbers are kept between layers. [`Trainer`](crate::train::Trainer) keeps f32.
    pub precision: Precision,
}

impl Default for Options {
    fn default() -> Self {
        Self { level: Level::best(Precision::F32), precision: Precision::F32 }
    }
}

/// A network ready to run, from any number of threads at once.
///
/// Work is shared among the threads of the [rayon] pool that [`run`](Self::run) is called in.
pub struct Network {
    graph: Graph,
    units: Vec<Unit>,
    kernels: Kernels,
    precision: Precision,
    weights: Vec<UnitWeights>,
    plans: Mutex<HashMap<PlanKey, Arc<Plan>>>,
}

/// Shape of the input, and threads.
type PlanKey = ([usize; 4], usize);

/// Packed weights of a unit: one set for a convolution, four for the four pixels that a
/// transposed one makes of one.
#[derive(Debug, Default)]
pub(crate) struct UnitWeights {
    pub(crate) packed: Vec<Packed>,
    pub(crate) bias: Buffer,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network")
            .field("level", &self.kernels.level)
            .field("units", &self.units.len())
            .finish_non_exhaustive()
    }
}

impl Network {
    /// Folds and packs a graph.
    ///
    /// # Errors
    /// [`Error::Graph`] for a graph that cannot be computed, [`Error::Kernels`] for a level that
    /// this processor lacks.
    pub fn new(mut graph: Graph, options: &Options) -> Result<Self, Error> {
        let precision = options.precision;
        let kernels = Kernels::of(options.level, precision)?;
        let outputs: Vec<NodeId> = graph.outputs().iter().map(|(_, id)| *id).collect();
        let units = fuse(&graph, &outputs)?;
        let pack = |unit: &Unit| {
            let weights = fold(&graph, &units, unit, &kernels, precision);
            // What is packed is not needed again; shapes are.
            let head = match unit.head {
                Head::Conv { conv, .. } => conv,
                Head::Upsample(node) | Head::Linear(node) => node,
                _ => return weights,
            };
            graph.forget_parameters_of(head);
            weights
        };
        let weights = units.iter().map(pack).collect();
        Ok(Self { graph, units, kernels, precision, weights, plans: Mutex::default() })
    }

    /// The inner loops in use.
    pub fn level(&self) -> Level {
        self.kernels.level
    }

    /// How numbers are kept between layers.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Every output, in the graph's order, for an input `[n, c, h, w]`.
    ///
    /// Memory for a shape is planned at its first run and kept.
    ///
    /// # Errors
    /// [`Error::Graph`] if the shape does not fit the network.
    ///
    /// # Panics
    /// If `input` has not as many values as `shape` says.
    pub fn run(&self, input: &[f32], shape: [usize; 4]) -> Result<Vec<Tensor>, Error> {
        assert_eq!(input.len(), shape.iter().product::<usize>(), "values for a shape {shape:?}");
        let plan = self.plan(shape)?;
        Ok(plan.run(&self.kernels, &self.weights, input))
    }

    fn plan(&self, shape: [usize; 4]) -> Result<Arc<Plan>, Error> {
        let key = (shape, rayon::current_num_threads());
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(&key) {
            return Ok(plan.clone());
        }
        let plan = Arc::new(Plan::new(
            &self.graph,
            &self.units,
            &self.kernels,
            &self.weights,
            self.precision,
            shape,
        )?);
        plans.insert(key, plan.clone());
        Ok(plan)
    }
}

/// Slots of the channels of a value, where a part's channels fill whole blocks.
fn slots(
    graph: &Graph,
    units: &[Unit],
    value: usize,
    precision: Precision,
) -> (Vec<Option<usize>>, usize) {
    let unit = units.iter().find(|u| u.output == value).expect("a value is some unit's");
    match unit.head {
        Head::Concat => {
            let mut all = Vec::new();
            let mut channels = 0;
            for part in &unit.inputs {
                let (own, _) = slots(graph, units, *part, precision);
                let found = own.iter().flatten().count();
                all.extend(own.into_iter().map(|slot| slot.map(|s| s + channels)));
                channels += found;
            }
            (all, LANES)
        }
        _ => {
            let c = channels(graph, units, unit);
            let lanes = match unit.head {
                Head::Input if matches!(c, 1 | 3) => c,
                _ => value_precision(unit, units, precision).per_block(),
            };
            ((0..c.next_multiple_of(lanes)).map(|s| (s < c).then_some(s)).collect(), lanes)
        }
    }
}

/// Channels of a unit's value.
fn channels(graph: &Graph, units: &[Unit], unit: &Unit) -> usize {
    match unit.head {
        Head::Input => match graph.nodes()[unit.output].op {
            Op::Input { channels } => channels,
            _ => unreachable!("an input unit is an input node"),
        },
        Head::Conv { conv: i, .. } | Head::Linear(i) => match &graph.nodes()[i].op {
            Op::Conv { weight, .. } | Op::Linear { weight, .. } => weight.shape[0],
            _ => unreachable!("a convolution unit is a convolution"),
        },
        Head::Upsample(i) => match &graph.nodes()[i].op {
            Op::Upsample { weight, .. } => weight.shape[1],
            _ => unreachable!("an upsampling unit is one"),
        },
        Head::MaxPool(_) | Head::GlobalAveragePool | Head::Concat => {
            let (slots, _) = slots(graph, units, unit.inputs[0], Precision::F32);
            slots.iter().flatten().count()
        }
    }
}

/// Weights of a unit with its batch normalization folded in: `w * gamma / sqrt(var + e)` and
/// `(b - mean) * gamma / sqrt(var + e) + beta`.
fn fold(
    graph: &Graph,
    units: &[Unit],
    unit: &Unit,
    kernels: &Kernels,
    precision: Precision,
) -> UnitWeights {
    let nodes = graph.nodes();
    let (op, norm) = match unit.head {
        Head::Conv { conv, norm } => (&nodes[conv].op, norm.map(|n| &nodes[n].op)),
        Head::Upsample(i) | Head::Linear(i) => (&nodes[i].op, None),
        _ => return UnitWeights::default(),
    };
    let (slots, lanes) = slots(graph, units, unit.inputs[0], precision);
    let out = channels(graph, units, unit);
    let (mut scale, mut shift) = (vec![1.0; out], vec![0.0; out]);
    if let Op::Conv { bias: Some(bias), .. }
    | Op::Upsample { bias: Some(bias), .. }
    | Op::Linear { bias, .. } = op
    {
        shift.copy_from_slice(&bias.data);
    }
    if let Some(Op::BatchNorm { weight, bias, running_mean, running_var, epsilon }) = norm {
        for o in 0..out {
            scale[o] = weight.data[o] / (running_var.data[o] + epsilon).sqrt();
            shift[o] = (shift[o] - running_mean.data[o]) * scale[o] + bias.data[o];
        }
    }
    let mut padded = Buffer::zeros(out.next_multiple_of(LANES));
    padded[..out].copy_from_slice(&shift);
    let source = units.iter().find(|u| u.output == unit.inputs[0]);
    let reads = source.map_or(precision, |source| value_precision(source, units, precision));
    let packed = match op {
        _ if reads == Precision::Bf16 => fold_bf16(op, kernels, &slots, out, &scale),
        Op::Conv { weight, .. } | Op::Linear { weight, .. } => {
            let window = Window::of(op);
            let taps = window.kh * window.kw;
            let weight = Weight { values: &weight.data, b: weight.shape[1], taps };
            let inputs = Slots { channels: &slots, lanes };
            vec![Packed::rows(kernels, weight, out, inputs, Some(&scale))]
        }
        Op::Upsample { weight, .. } => {
            let from = weight.shape[0];
            let weight = Weight { values: &weight.data, b: out, taps: 4 };
            let outputs = plain_slots(out);
            let pixel = |p| Packed::columns(kernels, weight, from, &outputs, &[p]);
            (0..4).map(pixel).collect()
        }
        _ => unreachable!("only these have weights"),
    };
    UnitWeights { packed, bias: padded }
}

/// The same for an input of bf16.
fn fold_bf16(
    op: &Op,
    kernels: &Kernels,
    slots: &[Option<usize>],
    out: usize,
    scale: &[f32],
) -> Vec<Packed> {
    let outputs = plain_slots(out);
    match op {
        Op::Conv { weight, .. } | Op::Linear { weight, .. } => {
            let window = Window::of(op);
            let (from, taps) = (weight.shape[1], window.kh * window.kw);
            let value =
                |o: usize, i: usize, t: usize| weight.data[(o * from + i) * taps + t] * scale[o];
            vec![Packed::bf16(kernels, &outputs, slots, taps, &value)]
        }
        Op::Upsample { weight, .. } => (0..4)
            .map(|p| {
                let value = |o: usize, i: usize, _: usize| weight.data[(i * out + o) * 4 + p];
                Packed::bf16(kernels, &outputs, slots, 1, &value)
            })
            .collect(),
        _ => unreachable!("only these have weights"),
    }
}

/// Slots of channels that stand together.
pub(crate) fn plain_slots(channels: usize) -> Vec<Option<usize>> {
    (0..channels.next_multiple_of(LANES)).map(|s| (s < channels).then_some(s)).collect()
}
