//! What a zone grader minimizes: its own questions where zones are graded, the stage's likelihood
//! where only the stage is known, and the same questions of each cell of its class maps where it is known
//! which opacities lie there.

use burn::tensor::{Bool, Tensor, TensorData, activation::log_sigmoid};
use koniscope::{
    grading::{
        AGGREGATION, LARGE, OUTPUTS, PEAK_SHARPNESS, PEAKED, PROFUSION, SHAPES, ZONES_OF_LUNG,
    },
    stage::gbz70::{Findings, Large, Stage, stage},
};
use koniscope_data::labels::ZoneLabels;

use crate::dataset::{opacities::Cell, place::Place};

/// Weight of each output's cross-entropy. Profusion makes the stage, and aggregation and large
/// opacities part II from III; how large a small opacity is tells how many make a profusion. Empirically
/// chosen.
const WEIGHTS: [f32; OUTPUTS.len()] = [1.0, 1.0, 1.0, 1.0, 1.5, 0.5, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3];

/// How often a yes counts where it is rare: 3 to 4 % of zones have aggregation or a large opacity.
/// The calibration takes it back.
const RARE: f32 = 5.0;

/// Weight of each output's cross-entropy over cells: a zone has some twenty of them, so that a batch says
/// twenty times as much.
const CELL_WEIGHTS: [f32; OUTPUTS.len()] =
    [1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];

/// Least probability whose logarithm is taken.
const LEAST: f64 = 1e-6;

/// The answers of some films: six zones of [`OUTPUTS`] each.
#[derive(Clone, Debug, Default)]
pub struct ZoneTarget {
    /// 1 yes, 0 no.
    answers: Vec<f32>,
    /// Weight of each answer in the loss, 0 where there is none.
    counts: Vec<f32>,
    /// Films of which only the stage is known, by their place, and the stage.
    stages: Vec<(i32, Stage)>,
    /// Answers of cells and their weights, likewise, `[zones, outputs, cells]`; empty where no film has
    /// some.
    cells: [Vec<f32>; 2],
}

impl ZoneTarget {
    /// The target of films in order, with the places of their zones' profusion where they are known, and
    /// what is known of the cells of each zone: none, or as many as the class maps have. Where places are
    /// known, grades count by their distance ([`Place::at_least`]).
    pub fn of<'a>(
        films: impl IntoIterator<Item = (&'a ZoneLabels, Option<[Place; 6]>)>,
        cells: &[Vec<Cell>],
        spread: f64,
    ) -> Self {
        let mut target = Self { cells: of_cells(cells, spread), ..Self::default() };
        for (film, (labels, places)) in films.into_iter().enumerate() {
            for zone in 0..6 {
                let first = target.answers.len() + PROFUSION;
                for (output, answer) in answers(labels, zone).into_iter().enumerate() {
                    let is_rare = [AGGREGATION, LARGE].contains(&output) && answer == Some(true);
                    target.answers.push(f32::from(u8::from(answer == Some(true))));
                    target.counts.push(match answer {
                        None => 0.0,
                        Some(_) if is_rare => RARE,
                        Some(_) => 1.0,
                    });
                }
                let places = places.map(|places| questions(places[zone], spread));
                for (k, (answer, weight)) in places.into_iter().flatten().enumerate() {
                    (target.answers[first + k], target.counts[first + k]) = (answer, weight);
                }
            }
            if let (None, Some(stage)) = (labels.grades, labels.stage) {
                target.stages.push((film as i32, Stage::ALL[stage]));
            }
        }
        target
    }
}

/// The answer to each of [`OUTPUTS`] of one zone, where it is known.
///
/// Conditional questions are asked only where the condition holds: whether profusion is 2 and
/// above of zones of 1 and above.
pub(crate) fn answers(labels: &ZoneLabels, zone: usize) -> [Option<bool>; OUTPUTS.len()] {
    let mut answers = [None; OUTPUTS.len()];
    if let Some(grades) = labels.grades {
        for k in 1..=3 {
            answers[PROFUSION + k - 1] =
                (usize::from(grades[zone]) >= k - 1).then_some(usize::from(grades[zone]) >= k);
        }
        if let Some(shapes) = labels.shapes.as_ref().filter(|_| grades[zone] >= 1) {
            for shape in shapes {
                answers[SHAPES + *shape] = Some(true);
            }
            for answer in &mut answers[SHAPES..] {
                answer.get_or_insert(false);
            }
        }
    }
    answers[AGGREGATION] = labels.aggregation.map(|zones| zones[zone]);
    if let Some(large) = labels.large {
        answers[LARGE] = Some(large[zone] > 0);
        answers[LARGE + 1] = (large[zone] > 0).then_some(large[zone] > 1);
    }
    answers
}

/// The answer to each question of profusion and how much it counts: as much as the one before was
/// answered with yes.
fn questions(place: Place, spread: f64) -> [(f32, f32); 3] {
    let mut before = 1.0;
    [1, 2, 3].map(|grade| {
        let now = place.at_least(grade, spread);
        let asked = std::mem::replace(&mut before, now);
        let answer = if asked > 0.0 { now / asked } else { 0.0 };
        (answer as f32, asked as f32)
    })
}

/// The answers of the cells of zones and their weights, `[zones, outputs, cells]`.
fn of_cells(zones: &[Vec<Cell>], spread: f64) -> [Vec<f32>; 2] {
    let count = zones.iter().map(Vec::len).max().unwrap_or(0);
    let mut found = [0, 1].map(|_| vec![0.0; zones.len() * OUTPUTS.len() * count]);
    for (zone, cells) in zones.iter().enumerate() {
        for (i, cell) in cells.iter().enumerate() {
            let mut tell = |output: usize, answer: f32, weight: f32| {
                let at = (zone * OUTPUTS.len() + output) * count + i;
                found[0][at] = answer;
                found[1][at] = weight;
            };
            let asked = cell.place.map(|place| questions(place, spread));
            for (k, (answer, weight)) in asked.into_iter().flatten().enumerate() {
                tell(PROFUSION + k, answer, weight);
            }
            if let Some(large) = cell.large {
                tell(LARGE, f32::from(u8::from(large)), if large { RARE } else { 1.0 });
            }
        }
    }
    found
}

/// The class maps of zones with what all zones of their lung say of it, as they are read
/// ([`koniscope::grading::lung_logits`]), where there are outputs for that.
///
/// # Shapes
/// - `maps`: `[lungs * 3, outputs, cells]` or `[lungs * 3, 2 * outputs, cells]`
/// - output: `[lungs * 3, outputs, cells]`
fn with_lung(maps: Tensor<3>) -> Tensor<3> {
    let [rows, found, _] = maps.dims();
    let outputs = OUTPUTS.len();
    if found == outputs {
        return maps;
    }
    let lung = maps.clone().narrow(1, outputs, outputs).mean_dim(2);
    let lung = lung.reshape([rows / ZONES_OF_LUNG, ZONES_OF_LUNG, outputs]).mean_dim(1);
    let lung = lung.repeat_dim(1, ZONES_OF_LUNG);
    maps.narrow(1, 0, outputs) + lung.reshape([rows, outputs, 1])
}

/// The logits of zones from their class maps, as they are read
/// ([`koniscope::grading::zone_logits`]).
///
/// # Shapes
/// - `maps`: `[zones, outputs, cells]`
/// - output: `[zones, outputs]`
fn pooled(maps: Tensor<3>) -> Tensor<2> {
    let [rows, outputs, _] = maps.dims();
    let device = maps.device();
    let highest = maps.clone().detach().max_dim(2); // [zones, outputs, 1]
    let mean = ((maps.clone() - highest.clone()) * PEAK_SHARPNESS).exp().mean_dim(2);
    let peaks = mean.log() / PEAK_SHARPNESS + highest;
    let peaked: Vec<f32> = (0..outputs).map(|o| f32::from(u8::from(PEAKED.contains(&o)))).collect();
    let peaked = Tensor::<3>::from_data(TensorData::new(peaked, [1, outputs, 1]), &device);
    let logits = peaks * peaked.clone() + maps.mean_dim(2) * (peaked.neg() + 1.0);
    logits.reshape([rows, outputs])
}

/// Weighted binary cross-entropy of every answer that is known, each output's mean over its own
/// answers, of zones and of cells, plus the negative log-likelihood of the stage of films without
/// grades over the number of all films.
///
/// # Shapes
/// - `maps`: `[films * 6, outputs, h, w]`, or twice the outputs where the second half tells of the lung
/// - output: `[1]`
///
/// # Panics
/// If there are answers of other cells than the maps have.
pub fn zone_loss(maps: Tensor<4>, target: &ZoneTarget) -> Tensor<1> {
    let [rows, outputs, h, w] = maps.dims();
    let maps = with_lung(maps.reshape([rows, outputs, h * w]));
    let outputs = OUTPUTS.len();
    let logits = pooled(maps.clone());
    let mut graded = cross_entropy(
        logits.clone().reshape([rows, outputs, 1]),
        [&target.answers, &target.counts],
        &WEIGHTS,
    );
    let [answers, counts] = &target.cells;
    if !answers.is_empty() {
        graded = graded + cross_entropy(maps, [answers, counts], &CELL_WEIGHTS);
    }
    if target.stages.is_empty() {
        return graded;
    }
    let films = rows / 6;
    let places: Vec<i32> = target.stages.iter().map(|(film, _)| *film).collect();
    let n = places.len();
    let places = Tensor::from_data(TensorData::new(places, [n]), &logits.device());
    let of_films = logits.reshape([films, 6 * outputs]).select(0, places);
    let stages: Vec<Stage> = target.stages.iter().map(|(_, stage)| *stage).collect();
    let likelihood = stage_log_likelihood(of_films.reshape([n, 6, outputs]), &stages);
    graded + likelihood.sum().neg() / films as f64
}

/// Binary cross-entropy, each output's mean over its own answers, weighted and summed.
///
/// # Shapes
/// - `logits`, answers and counts: `[zones, outputs, cells]`
/// - output: `[1]`
fn cross_entropy(
    logits: Tensor<3>,
    [answers, counts]: [&Vec<f32>; 2],
    weights: &[f32; OUTPUTS.len()],
) -> Tensor<1> {
    let [rows, outputs, cells] = logits.dims();
    let device = logits.device();
    let tensor = |values: &[f32], shape: [usize; 3]| {
        Tensor::<3>::from_data(TensorData::new(values.to_vec(), shape), &device)
    };
    let answers = tensor(answers, [rows, outputs, cells]);
    let counts = tensor(counts, [rows, outputs, cells]);
    let log = log_sigmoid(logits.clone()) * answers.clone()
        + log_sigmoid(logits.neg()) * (answers.neg() + 1.0);
    let all = |values: Tensor<3>| values.sum_dim(2).sum_dim(0); // [1, outputs, 1]
    let known = all(counts.clone()).clamp_min(1.0);
    (all(log * counts).neg() / known * tensor(weights, [1, outputs, 1])).sum()
}

/// Log-likelihood of the stage, by the rule over all 4^6 x 2 x 3 cases, differentiable.
///
/// # Shapes
/// - `logits`: `[films, 6, outputs]`
/// - output: `[films]`
fn stage_log_likelihood(logits: Tensor<3>, stages: &[Stage]) -> Tensor<1> {
    let [n, ..] = logits.dims();
    let device = logits.device();
    let yes = |output: usize| log_sigmoid(logits.clone().narrow(2, output, 1)); // [n, 6, 1]
    let no = |output: usize| log_sigmoid(logits.clone().narrow(2, output, 1).neg());
    // Of each zone the logarithm of the probability of each grade, [n, 24].
    let [one, two, three] = [0, 1, 2].map(|k| yes(PROFUSION + k));
    let grades = Tensor::cat(
        vec![
            no(PROFUSION),
            one.clone() + no(PROFUSION + 1),
            one.clone() + two.clone() + no(PROFUSION + 2),
            one + two + three,
        ],
        2,
    );
    let zones = grades.reshape([n, 24]).matmul(one_hot_of_cases(&device)); // [n, 4096]

    let log = |p: Tensor<2>| p.clamp_min(LEAST).log();
    let complement = |p: Tensor<2>| p.neg() + 1.0;
    let film = |per_zone: Tensor<3>| per_zone.reshape([n, 6]).sum_dim(1); // [n, 1]
    let calm = film(no(AGGREGATION));
    let crowded = log(complement(calm.clone().exp()));
    let none = film(no(LARGE));
    let major = (yes(LARGE) + yes(LARGE + 1)).exp().reshape([n, 6]);
    let no_major = log(complement(major)).sum_dim(1).exp();
    let present = log(no_major.clone() - none.clone().exp());
    let major = log(complement(no_major));

    let mut cases = Vec::with_capacity(6);
    for aggregation in [calm, crowded] {
        for large in [&none, &present, &major] {
            // [n, 4096]
            cases.push(zones.clone() + aggregation.clone() + large.clone());
        }
    }
    let cases = Tensor::cat(cases, 1); // [n, 6 * 4096]
    let other = not_of_stage(stages, &device);
    let cases = cases.mask_fill(other, -1e9);
    let highest = cases.clone().detach().max_dim(1); // [n, 1]
    ((cases - highest.clone()).exp().sum_dim(1).clamp_min(1e-30).log() + highest).reshape([n])
}

/// `[24, 4096]`: 1 where a case has a grade in a zone.
fn one_hot_of_cases(device: &burn::tensor::Device) -> Tensor<2> {
    let mut values = vec![0f32; 24 * 4096];
    for case in 0..4096 {
        for zone in 0..6 {
            values[(4 * zone + (case >> (2 * zone) & 3)) * 4096 + case] = 1.0;
        }
    }
    Tensor::from_data(TensorData::new(values, [24, 4096]), device)
}

/// `[films, 6 * 4096]`: whether the rule gives a case another stage than the film's.
fn not_of_stage(stages: &[Stage], device: &burn::tensor::Device) -> Tensor<2, Bool> {
    let mut of_case = Vec::with_capacity(6 * 4096);
    for aggregation in [false, true] {
        for large in Large::ALL {
            of_case.extend((0..4096).map(|case| {
                let zones = std::array::from_fn(|zone| (case >> (2 * zone) & 3) as u8);
                stage(&Findings { zones, aggregation, large }).0
            }));
        }
    }
    let other: Vec<bool> =
        stages.iter().flat_map(|film| of_case.iter().map(move |case| case != film)).collect();
    Tensor::from_data(TensorData::new(other, [stages.len(), of_case.len()]), device)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
