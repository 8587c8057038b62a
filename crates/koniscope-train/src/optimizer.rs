//! AdamW with a learning rate per stage of the network, and frozen stages.

use std::collections::BTreeMap;

use burn::{
    grad_clipping::GradientClipping,
    module::{Module, ParamGroup},
    optim::{AdamW, AdamWConfig, LearningRate, ModuleOptimizer, Optimizer},
    tensor::{Device, Tensor},
};

/// AdamW (Loshchilov and Hutter, ICLR 2019) whose learning rate is scaled: one per stage.
#[derive(Clone)]
struct Scaled {
    inner: AdamW,
    scale: f64,
}

impl Optimizer for Scaled {
    type State<const D: usize> = <AdamW as Optimizer>::State<D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<D>,
        grad: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        self.inner.step(lr * self.scale, tensor, grad, state)
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        AdamW::to_device(state, device)
    }
}

/// AdamW with `weight_decay`, each stage's learning rate times its entry in `lr_scale`, and
/// gradients clipped to norm `clip` parameter by parameter.
pub fn adamw(
    weight_decay: f64,
    clip: Option<f64>,
    lr_scale: &BTreeMap<String, f64>,
) -> ModuleOptimizer {
    let inner =
        AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(weight_decay as f32).build();
    let clipping = || clip.map(|norm| GradientClipping::Norm(norm as f32));
    let mut optimizer = ModuleOptimizer::from(Scaled { inner: inner.clone(), scale: 1.0 });
    if let Some(clipping) = clipping() {
        optimizer = optimizer.with_grad_clipping(clipping);
    }
    for (stage, scale) in lr_scale {
        let scaled = Scaled { inner: inner.clone(), scale: *scale };
        optimizer = optimizer.with_group(stage_group(stage), scaled, clipping());
    }
    optimizer
}

/// Freezes the named stages, their batch statistics included.
pub fn freeze<M: Module>(network: M, stages: &[String]) -> M {
    stages.iter().fold(network, |network, stage| network.freeze_group(stage_group(stage)))
}

/// All parameters whose path begins with the stage's name, as `layer1`.
fn stage_group(stage: &str) -> ParamGroup {
    let stage = stage.to_owned() + ".";
    ParamGroup::from_regex(format!("^{}", stage.replace('.', "\\.")))
        .expect("an escaped name is a regular expression")
}
