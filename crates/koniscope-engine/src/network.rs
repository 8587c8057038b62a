//! A trained network made ready to run: batch normalization folded, weights packed once.

mod fold;
mod plan;
mod recent;
mod reuse;
mod slots;

use std::sync::Arc;

use crate::{
    Error, Graph, Level, NodeId, Precision, Tensor,
    fuse::{Head, Unit, fuse},
    graph::count,
    kernels::Kernels,
};
use fold::{UnitWeights, fold};
use plan::Plan;
use recent::Recent;

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
    plans: Recent<PlanKey, Arc<Plan>>,
}

/// Shape of the input, and threads.
type PlanKey = ([usize; 4], usize);

/// Plans that are kept: a reader has one or two shapes, and a program that is given many does not
/// keep the memory of all.
const PLANS: usize = 8;

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network")
            .field("level", &self.kernels.level())
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
        graph.check()?;
        let outputs: Vec<NodeId> = graph.outputs().iter().map(|(_, id)| *id).collect();
        let units = fuse(&graph, &outputs)?;
        let pack = |unit: &Unit| {
            let weights = fold(&graph, &units, unit, &kernels, precision)?;
            // What is packed is not needed again; shapes are.
            let head = match unit.head {
                Head::Conv { conv, .. } => conv,
                Head::Upsample(node) | Head::Linear(node) => node,
                _ => return Ok(weights),
            };
            graph.forget_parameters_of(head);
            Ok(weights)
        };
        let weights = units.iter().map(pack).collect::<Result<_, Error>>()?;
        Ok(Self { graph, units, kernels, precision, weights, plans: Recent::new(PLANS) })
    }

    /// Every output, in the graph's order, for an input `[n, c, h, w]` as `input` holds it row by
    /// row.
    ///
    /// Memory for a shape is planned at its first run. The plans of the last eight shapes are kept.
    ///
    /// # Errors
    /// [`Error::Input`] if `input` has not as many values as `shape` says, [`Error::Graph`] if the
    /// shape does not fit the network or has an empty axis.
    pub fn run(&self, input: &[f32], shape: [usize; 4]) -> Result<Vec<Tensor>, Error> {
        if count(&shape) != Some(input.len()) {
            return Err(Error::Input { shape, found: input.len() });
        }
        let key = (shape, rayon::current_num_threads());
        let plan = self.plans.get_or_try_make(key, || {
            let (graph, units, kernels) = (&self.graph, &self.units, &self.kernels);
            Plan::new(graph, units, kernels, &self.weights, self.precision, shape).map(Arc::new)
        })?;
        Ok(plan.run(&self.kernels, &self.weights, input))
    }
}
