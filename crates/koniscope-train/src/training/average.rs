//! A moving average of a network's weights.

use std::collections::HashMap;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    tensor::Tensor,
};

/// Steps after which half of the first weights would be kept, were the average not warmed up.
const WARM_UP: f64 = 10.0;

/// Weights averaged over steps, early ones forgotten: after step `t` the average keeps
/// `min(keep, (1 + t) / (10 + t))` of its own.
pub(super) struct Average {
    keep: f64,
}

impl Average {
    pub(super) fn new(keep: f64) -> Self {
        Self { keep }
    }

    /// The average after one more step, the first being 0; `current` is the network that learns.
    pub(super) fn step<M: Module>(&self, average: M, current: &M, step: usize) -> M {
        let t = step as f64;
        let keep = self.keep.min((1.0 + t) / (WARM_UP + t));
        let mut values = Values::default();
        current.visit(&mut values);
        average.map(&mut Toward { values, keep })
    }
}

/// Parameters by id, flat.
#[derive(Default)]
struct Values(HashMap<ParamId, Tensor<1>>);

impl ModuleVisitor for Values {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let n = parameter.shape().num_elements();
        self.0.insert(parameter.id, parameter.val().inner().reshape([n]));
    }
}

struct Toward {
    values: Values,
    keep: f64,
}

impl ModuleMapper for Toward {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(value) = self.values.0.remove(&parameter.id) else { return parameter };
        let shape = parameter.dims();
        let value = value.reshape(shape) * (1.0 - self.keep);
        let averaged = parameter.val() * self.keep + value;
        Param::initialized(parameter.id, averaged)
    }
}
