//! Training steps on made-up films, for measuring.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use burn::optim::ModuleOptimizer;
use koniscope::{manifest::Input, plane::Plane};
use koniscope_data::{
    LabeledRow,
    split::{Split, SplitRecipe, Training, Tuning},
};

use crate::{
    Error,
    augment::AugmentRecipe,
    dataset::Sample,
    network::{Device, resnet::ResNet, unet::UNet},
    optimizer::adamw,
    recipe::{Balance, LossWeights},
    training::{
        Task,
        classification::{Graded, StageTask},
        segmentation::{CLASSES, LungTask, SizedSamples},
        step::Stepper,
    },
};

/// A network that repeats one step: forward, backward, optimizer.
pub struct Steps<T: Task> {
    task: T,
    network: T::Network,
    optimizer: ModuleOptimizer,
    stepper: Stepper,
    cases: Vec<usize>,
}

impl<T: Task> Steps<T> {
    fn new(task: T, network: T::Network, batch: usize, device: &Device) -> Self {
        Self {
            task,
            network,
            optimizer: adamw(1e-2, None, &Default::default()),
            stepper: Stepper::new(device.clone()),
            cases: (0..batch).collect(),
        }
    }

    /// One step; returns its loss.
    ///
    /// # Errors
    /// [`Error`] if the network cannot learn on this device.
    pub fn step(&mut self) -> Result<f32, Error> {
        let batch = self.task.batch(&self.cases, 0);
        let (loss, gradients) = self.stepper.step(&self.task, &self.network, batch)?;
        self.network = self.optimizer.step(1e-4, self.network.clone(), gradients);
        Ok(loss)
    }
}

fn picture(side: usize, seed: usize) -> Plane {
    let value = |i: usize| ((i * 7919 + seed * 104_729) % 1013) as f32 / 1013.0;
    Plane::new(side, side, (0..side * side).map(value).collect())
}

fn input(side: usize, channels: usize) -> Input {
    Input { width: side, height: side, channels, mean: 0.5, std: 0.25, detail: false }
}

/// A training part of made-up films, known by their number alone.
pub(crate) fn made_up(films: usize) -> Training<usize> {
    let row = |i: usize| LabeledRow {
        id: i.to_string(),
        set: String::new(),
        patient: i.to_string(),
        image: PathBuf::new(),
        mask: None,
        opacities: None,
        spacing_mm: None,
        cover: None,
        class: None,
        fields: BTreeMap::new(),
    };
    let rows: Vec<LabeledRow> = (0..films).map(row).collect();
    let recipe = SplitRecipe { folds: 3, fold: 0, seed: 0, column: None };
    // Patients that were seen before are learnt from.
    let seen: BTreeSet<String> = rows.iter().map(LabeledRow::patient_key).collect();
    let split = Split::new(rows, &recipe, &[], &seen).expect("no rule forbids it");
    split.training().clone().map(|row| row.id.parse().expect("its number"))
}

/// Steps of a ResNet-34 of two classes on `batch` crops of `side` pixels, three channels.
pub fn resnet34(batch: usize, side: usize, device: &Device) -> Steps<StageTask> {
    let network = ResNet::new(34, 2, &device.burn().clone().autodiff()).expect("34 layers exist");
    let crop = |i| Graded { crop: picture(side, i), class: i % 2 };
    let task = StageTask {
        train: made_up(batch).map(crop),
        tuning: Tuning::empty(),
        classes: 2,
        input: input(side, 3),
        augment: AugmentRecipe::default(),
        balance: Balance::None,
        batch,
        seed: 1,
        device: device.clone(),
    };
    Steps::new(task, network, batch, device)
}

/// Steps of a U-Net of three classes on `batch` films of `side` pixels.
pub fn unet(width: usize, batch: usize, side: usize, device: &Device) -> Steps<impl Task> {
    let network = UNet::new(width, 4, CLASSES.len(), &device.burn().clone().autodiff());
    let sample = |i| Sample {
        picture: picture(side, i),
        target: (0..side * side).map(|p| (p / 97 % 3) as u8).collect(),
    };
    let samples = SizedSamples {
        from_epoch: 0,
        input: input(side, 1),
        train: made_up(batch).map(sample),
        tuning: Tuning::empty(),
    };
    let task = LungTask {
        load: |_: usize, _: &SizedSamples| Ok(None),
        samples,
        augment: AugmentRecipe::default(),
        loss: LossWeights { dice: 1.0, cross_entropy: 1.0 },
        batch,
        seed: 1,
        device: device.clone(),
    };
    Steps::new(task, network, batch, device)
}
