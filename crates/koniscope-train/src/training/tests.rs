//! The loop with a task whose score is made up.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use burn::tensor::Tensor;
use koniscope::{manifest::Input, plane::Plane};

use koniscope_data::split::Tuning;

use super::{
    Batch, Plan, Task,
    classification::{Graded, StageTask},
    fit,
};
use crate::{
    Error,
    augment::AugmentRecipe,
    bench::made_up,
    network::{Device, resnet::ResNet, to_safetensors},
    optimizer::adamw,
    recipe::{Balance, TrainingRecipe},
    run_log::Silent,
};

/// Each epoch is worse than the one before.
struct Falling {
    task: StageTask,
    scored: AtomicUsize,
}

impl Task for Falling {
    type Network = ResNet;
    type Target = Vec<usize>;

    fn prepare(&mut self, epoch: usize) -> Result<(), Error> {
        self.task.prepare(epoch)
    }

    fn epoch_cases(&self, epoch: usize) -> Vec<usize> {
        self.task.epoch_cases(epoch)
    }

    fn batch(&self, cases: &[usize], epoch: usize) -> Batch<Self::Target> {
        self.task.batch(cases, epoch)
    }

    fn loss(&self, logits: Tensor<4>, target: &Self::Target) -> Tensor<1> {
        self.task.loss(logits, target)
    }

    fn score(&self, _: &ResNet) -> Result<f64, Error> {
        Ok(-(self.scored.fetch_add(1, Relaxed) as f64))
    }

    fn score_name(&self) -> &'static str {
        "made up"
    }
}

/// The best network of a run that stops after some of three epochs, as it is written.
fn best_after(epochs: usize, average: Option<f64>) -> Vec<u8> {
    let device = Device::cpu();
    let crop = |i: usize| {
        let value = |p: usize| ((p * 7919 + i * 104_729) % 1013) as f32 / 1013.0;
        Graded { crop: Plane::new(32, 32, (0..1024).map(value).collect()), class: i % 2 }
    };
    let input = Input { width: 32, height: 32, channels: 3, mean: 0.5, std: 0.25, detail: false };
    let task = StageTask {
        train: made_up(4).map(crop),
        tuning: Tuning::empty(),
        classes: 2,
        input,
        augment: AugmentRecipe::default(),
        balance: Balance::None,
        batch: 2,
        seed: 1,
        device: device.clone(),
    };
    let recipe = TrainingRecipe {
        epochs: 3,
        batch: 2,
        lr: 1e-2,
        warmup: 0.0,
        weight_decay: 0.0,
        clip: None,
        patience: 0,
        average,
        seed: 1,
    };
    let plan = Plan { epochs, ..Plan::of(&recipe) };
    let burn = device.burn().clone().autodiff();
    burn.seed(1);
    let network = ResNet::new(18, 2, &burn).unwrap();
    let optimizer = adamw(0.0, None, &Default::default());
    let run = tempfile::tempdir().unwrap();
    let mut task = Falling { task, scored: AtomicUsize::new(0) };
    let (best, epoch) =
        fit(&mut task, network, optimizer, &plan, &device, run.path(), false, &mut Silent).unwrap();
    assert_eq!(epoch, 0);
    to_safetensors(&best, false).unwrap()
}

#[test]
fn the_best_network_is_not_moved_by_later_epochs() {
    for average in [None, Some(0.9)] {
        let first = best_after(1, average);
        assert!(first == best_after(1, average), "a run repeats");
        assert!(first == best_after(3, average), "average {average:?}");
    }
}
