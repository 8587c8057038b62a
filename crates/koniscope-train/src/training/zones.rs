//! `koniscope train zones`: the ResNet on the six zones of each film.

use burn::tensor::Tensor;
use koniscope::{
    grading::{Grades, Pooling, ZoneCalibration, ZoneOutput},
    manifest::Input,
    model::{gray_batch, zone_grades::zone_outputs},
    plane::Plane,
};
use koniscope_data::{
    labels::ZoneLabels,
    split::{Training, Tuning},
};
use koniscope_metrics::agreement::quadratic_kappa;
use rayon::prelude::*;

use super::{Batch, Task};
use crate::{
    Error,
    augment::{AugmentRecipe, Draw},
    dataset::{
        opacities::{Cell, ZoneOpacities},
        place::Place,
    },
    loss::zones::{ZoneTarget, zone_loss},
    network::{Compute, Device, resnet::ResNet},
    rng::rng_for,
};

/// Place of the class maps among the network's outputs.
const MAPS: usize = 1;

/// The zones of a film and what is known of them.
#[derive(Clone, Debug)]
pub struct LabeledZones {
    /// Six pictures at the network's input size.
    pub pictures: Vec<Plane>,
    /// Its labels.
    pub labels: ZoneLabels,
    /// Where in each zone its opacities lie, where that is known.
    pub opacities: Option<Vec<ZoneOpacities>>,
}

impl LabeledZones {
    /// Profusion of each zone finer than its grade, where it is known.
    fn places(&self) -> Option<[Place; 6]> {
        let (grades, zones) = (self.labels.grades?, self.opacities.as_ref()?);
        let places: Vec<Place> =
            zones.iter().zip(grades).map(|(zone, grade)| zone.place().within(grade)).collect();
        places.try_into().ok()
    }
}

/// The zone grader's training.
pub struct ZoneTask {
    /// Films that are learnt from.
    pub train: Training<LabeledZones>,
    /// Films that epochs are scored on.
    pub tuning: Tuning<LabeledZones>,
    /// What the network is fed.
    pub input: Input,
    /// How zones are varied.
    pub augment: AugmentRecipe,
    /// How far grades count beside their limits ([`Place::at_least`]).
    pub spread: f64,
    /// How zones are read. Training shows each once, mirrored where the variation says so.
    pub pooling: Pooling,
    /// Films a scoring step.
    pub batch: usize,
    /// Seed of every draw.
    pub seed: u64,
    /// Where to compute.
    pub device: Device,
}

impl ZoneTask {
    /// Outputs of films, six zones each, without gradients.
    ///
    /// # Errors
    /// [`Error`] if the network cannot run.
    pub fn outputs(
        &self,
        network: &Compute<ResNet>,
        films: &[LabeledZones],
    ) -> Result<Vec<Vec<ZoneOutput>>, Error> {
        let mut all = Vec::with_capacity(films.len());
        for batch in films.chunks(self.batch) {
            let pictures: Vec<&Plane> = batch.iter().flat_map(|film| &film.pictures).collect();
            let run = |values: &[f32], shape| network.run(values, shape);
            let zones = zone_outputs(run, &pictures, &self.input, self.pooling)?;
            all.extend(zones.chunks_exact(6).map(<[ZoneOutput]>::to_vec));
        }
        Ok(all)
    }
}

impl Task for ZoneTask {
    type Network = ResNet;
    type Target = ZoneTarget;

    fn prepare(&mut self, _epoch: usize) -> Result<(), Error> {
        Ok(())
    }

    fn epoch_cases(&self, _epoch: usize) -> Vec<usize> {
        (0..self.train.len()).collect()
    }

    fn batch(&self, cases: &[usize], epoch: usize) -> Batch<Self::Target> {
        let zones: Vec<(usize, usize)> =
            cases.iter().flat_map(|case| (0..6).map(move |zone| (*case, zone))).collect();
        let (varied, cells): (Vec<Plane>, Vec<Vec<Cell>>) = zones
            .into_par_iter()
            .map(|(case, zone)| {
                let film = &self.train[case];
                // Geometry need not agree between pictures of their own; a film has one look.
                let [look, draw] = [0, zone].map(|zone| {
                    let mut rng = rng_for(self.seed, epoch as u64, (case * 6 + zone) as u64);
                    Draw::sample(&self.augment, &mut rng)
                });
                let draw = draw.with_look_of(&look);
                let told = film.opacities.as_ref().and_then(|zones| zones.get(zone));
                let cells = told.map(|told| told.map(|plane| draw.apply_geometry(plane)).cells());
                (draw.apply_blanked(&film.pictures[zone]), cells.unwrap_or_default())
            })
            .unzip();
        let pictures: Vec<&Plane> = varied.iter().collect();
        let (input, shape) = gray_batch(&pictures, &self.input);
        let known = cases.iter().map(|case| {
            let film = &self.train[*case];
            (&film.labels, film.places())
        });
        let target = ZoneTarget::of(known, &cells, self.spread);
        Batch { input, shape, target }
    }

    /// Class maps: of simulated films it is known where on them opacities lie.
    fn output(&self) -> usize {
        MAPS
    }

    fn loss(&self, maps: Tensor<4>, target: &Self::Target) -> Tensor<1> {
        zone_loss(maps, target)
    }

    /// Quadratic kappa of zone grades where they are known, else of stages.
    fn score(&self, network: &ResNet) -> Result<f64, Error> {
        let network = Compute::new(network.clone(), &self.device)?;
        let outputs = self.outputs(&network, &self.tuning)?;
        let (mut zones, mut stages) = (Vec::new(), Vec::new());
        for (film, outputs) in self.tuning.iter().zip(&outputs) {
            let grades = Grades::of(outputs, &ZoneCalibration::identity())?;
            if let Some(truth) = film.labels.grades {
                let found = grades.zones.map(|zone| usize::from(zone.grade()));
                zones.extend(truth.into_iter().map(usize::from).zip(found));
            } else if let Some(truth) = film.labels.stage {
                stages.push((truth, grades.stage().stage() as usize));
            }
        }
        let pairs = if zones.is_empty() { stages } else { zones };
        quadratic_kappa(&pairs, 4).ok_or(Error::NoTuningCases)
    }

    fn score_name(&self) -> &'static str {
        "tuning kappa"
    }
}
