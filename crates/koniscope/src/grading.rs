//! What a network says of the six zones, as calibrated probabilities, and what follows for the film.

use crate::{
    Error,
    crop::ZoneCrops,
    manifest::{Manifest, Platt},
    plane::Plane,
    stage::{
        Correlation, GradeProbabilities, Joint, LargeProbabilities, StageCalibration,
        StageDistribution, ilo::Shape,
    },
};

/// What a zone grader answers, in order. Of a zone: whether its profusion is 1 and above; given
/// that, 2 and above; given that, 3 (conditional ordinal regression: Shi, Cao, Raschka 2023);
/// whether opacities crowd together; whether a large opacity lies in it, and given that, one of
/// 20 x 10 mm; and which shapes and sizes its small opacities have.
pub const OUTPUTS: [&str; 12] = [
    "profusion_1",
    "profusion_2",
    "profusion_3",
    "aggregation",
    "large",
    "large_major",
    "p",
    "q",
    "r",
    "s",
    "t",
    "u",
];

/// Where it has outputs on the whole lung, their names are those of [`OUTPUTS`] after this.
pub const LUNG: &str = "lung_";

/// Zones of a lung.
pub const ZONES_OF_LUNG: usize = 3;

/// Names of a zone grader's outputs: [`OUTPUTS`], and with `context` the same again on the lung.
///
/// The opacities of a lung are of the same kind in all its zones, and it is as contrasted in one as in
/// another. With context each zone says what it makes of its lung, and the [mean](lung_logits) over the
/// lung's zones is added to the logits of each. The other lung is left out: where it alone is sick, that must
/// not count.
pub fn output_names(context: bool) -> Vec<String> {
    let lung = OUTPUTS.iter().filter(|_| context).map(|name| format!("{LUNG}{name}"));
    OUTPUTS.iter().map(|name| (*name).to_owned()).chain(lung).collect()
}

/// What the zones of a lung say of it together, a value each of [`OUTPUTS`]: the mean over zones of
/// their outputs on the lung, the second half of each zone's logits.
pub fn lung_logits(zones: &[f32]) -> Vec<f32> {
    let count = zones.len() / (2 * OUTPUTS.len());
    let of = |output: usize| zones.iter().skip(OUTPUTS.len() + output).step_by(2 * OUTPUTS.len());
    (0..OUTPUTS.len()).map(|output| of(output).sum::<f32>() / count as f32).collect()
}

/// Place of `profusion_1` among the [`OUTPUTS`].
pub const PROFUSION: usize = 0;
/// Place of `aggregation`.
pub const AGGREGATION: usize = 3;
/// Place of `large`, with `large_major` after it.
pub const LARGE: usize = 4;
/// Place of `p`, with the other shapes after it.
pub const SHAPES: usize = 6;

/// Outputs of what lies in one spot of a zone: where [`Manifest::peaks`] holds, their logit is the
/// [`peak`] of their class map. The mean of a map, as of the others, would drown a large opacity in the
/// lung around it.
pub const PEAKED: [usize; 2] = [AGGREGATION, LARGE];

/// How sharply [`peak`] prefers the highest values. Chosen.
pub const PEAK_SHARPNESS: f32 = 3.0;

/// Smooth maximum of a class map, `ln(mean(exp(r x))) / r` with `r` [`PEAK_SHARPNESS`] (Pinheiro and
/// Collobert, CVPR 2015). The map is not empty.
pub fn peak(map: &[f32]) -> f32 {
    let highest = map.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mean = map.iter().map(|v| (PEAK_SHARPNESS * (v - highest)).exp()).sum::<f32>();
    highest + (mean / map.len() as f32).ln() / PEAK_SHARPNESS
}

/// How a zone's pictures and class maps become its logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pooling {
    /// Outputs [`PEAKED`] are told by the peaks of their class maps.
    pub peaks: bool,
    /// A zone is also shown left for right. What a network makes of it differs by chance, and the mean is
    /// nearer to the truth; class maps have the cells of both.
    pub mirrored: bool,
}

/// A network that grades zones.
pub trait ZoneGrader: Send + Sync {
    /// Who it is; its classes are [`OUTPUTS`].
    fn manifest(&self) -> &Manifest;

    /// Grades the six zones of a film, in the order of [`Zone::ALL`](crate::zones::Zone::ALL).
    ///
    /// # Errors
    /// [`Error::Model`] if the network cannot run.
    fn grade(&self, crops: &ZoneCrops) -> Result<Vec<ZoneOutput>, Error>;
}

/// What the network says of one zone, before calibration.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneOutput {
    /// A logit each of [`OUTPUTS`].
    pub logits: Vec<f32>,
    /// A class activation map each of [`OUTPUTS`], `[h/32, w/32]` of the zone's picture, whose mean
    /// or [`peak`] is the logit.
    pub maps: Vec<Plane>,
}

/// The logits of a zone, a value each of [`OUTPUTS`], from the means of its class maps and the maps
/// themselves, one after another; with `peaks`, those [`PEAKED`] are the peaks of theirs.
pub fn zone_logits(means: &[f32], maps: &[f32], peaks: bool) -> Vec<f32> {
    let mut logits = means.to_vec();
    if peaks {
        let cells = maps.len() / OUTPUTS.len();
        for output in PEAKED {
            logits[output] = peak(&maps[output * cells..][..cells]);
        }
    }
    logits
}

/// How a zone grader's logits become probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneCalibration {
    outputs: Vec<Platt>,
    correlation: Correlation,
    stages: StageCalibration,
}

impl ZoneCalibration {
    /// # Errors
    /// [`Error::Model`] if the manifest has not one slope above 0 and one intercept an output: no
    /// reading may exist without calibrated probabilities.
    pub fn of(manifest: &Manifest) -> Result<Self, Error> {
        let fault = |detail: String| Err(Error::Model { detail });
        if ![false, true].iter().any(|context| manifest.classes == output_names(*context)) {
            return fault(format!(
                "{} answers {:?}; a zone grader answers {OUTPUTS:?}, or these and each again with \
                 {LUNG} before it",
                manifest.id, manifest.classes
            ));
        }
        let outputs = manifest.calibration.as_ref().map_or(&[][..], |c| &c.outputs);
        let good = |p: &Platt| p.slope.is_finite() && p.slope > 0.0 && p.intercept.is_finite();
        if outputs.len() != OUTPUTS.len() || !outputs.iter().all(good) {
            return fault(format!(
                "the manifest of {} calibrates {} outputs; {} with a slope above 0 were expected. \
                 Train it with a tuning part, which writes them",
                manifest.id,
                outputs.len(),
                OUTPUTS.len()
            ));
        }
        let record = manifest.calibration.as_ref();
        Ok(Self {
            outputs: outputs.to_vec(),
            correlation: record.and_then(|c| c.correlation).unwrap_or_default(),
            stages: record.and_then(|c| c.stages).unwrap_or_default(),
        })
    }

    /// Of outputs that need none, as for tests.
    pub fn identity() -> Self {
        Self::new([Platt { slope: 1.0, intercept: 0.0 }; OUTPUTS.len()], Correlation::default())
    }

    /// Slope and intercept each of [`OUTPUTS`], and what the doubts of a film's zones have in common.
    pub fn new(outputs: [Platt; OUTPUTS.len()], correlation: Correlation) -> Self {
        Self { outputs: outputs.to_vec(), correlation, stages: StageCalibration::default() }
    }

    /// Probability of one output's answer being yes.
    pub fn probability(&self, output: usize, logit: f32) -> f64 {
        let Platt { slope, intercept } = self.outputs[output];
        1.0 / (1.0 + (-(slope * f64::from(logit) + intercept)).exp())
    }
}

/// One zone, graded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZoneGrade {
    /// Probability of profusion 0 to 3.
    pub profusion: GradeProbabilities,
    /// Probability that small opacities crowd together.
    pub aggregation: f64,
    /// Probability of no large opacity, of one below 20 x 10 mm, of one from there on.
    pub large: LargeProbabilities,
    /// Probability that opacities of each shape are there, in the order of [`Shape::ALL`].
    pub shapes: [f64; 6],
}

impl ZoneGrade {
    /// From the logits of one zone, in the order of [`OUTPUTS`].
    pub fn of(logits: &[f32], calibration: &ZoneCalibration) -> Self {
        let p = |output: usize| calibration.probability(output, logits[output]);
        let [one, two, three] = [PROFUSION, PROFUSION + 1, PROFUSION + 2].map(p);
        let (large, major) = (p(LARGE), p(LARGE + 1));
        Self {
            profusion: [1.0 - one, one * (1.0 - two), one * two * (1.0 - three), one * two * three],
            aggregation: p(AGGREGATION),
            large: [1.0 - large, large * (1.0 - major), large * major],
            shapes: std::array::from_fn(|i| p(SHAPES + i)),
        }
    }

    /// The median grade, 0 to 3: the highest that is reached with a probability above one half. Of
    /// ordered grades it is off by the least in the mean; the likeliest one falls to 0 too easily.
    pub fn grade(&self) -> u8 {
        let reached = |k: &usize| self.profusion[*k..].iter().sum::<f64>() > 0.5;
        (1..4).rev().find(reached).unwrap_or(0) as u8
    }

    /// Probability of profusion 1 and above.
    pub fn affected(&self) -> f64 {
        self.profusion[1..].iter().sum()
    }
}

/// All zones of a film, graded, in the order of [`Zone::ALL`](crate::zones::Zone::ALL).
#[derive(Clone, Debug, PartialEq)]
pub struct Grades {
    /// A grade a zone.
    pub zones: [ZoneGrade; 6],
    /// The profusion of all zones together.
    pub joint: Joint,
    /// What calibrates the stage.
    pub stages: StageCalibration,
}

impl Grades {
    /// From the outputs of six zones.
    ///
    /// # Errors
    /// [`Error::Model`] if there are not six of them with a logit an output.
    pub fn of(outputs: &[ZoneOutput], calibration: &ZoneCalibration) -> Result<Self, Error> {
        let complete = outputs.iter().all(|zone| zone.logits.len() == OUTPUTS.len());
        match <&[ZoneOutput; 6]>::try_from(outputs) {
            Ok(six) if complete => {
                let zones = six.each_ref().map(|zone| ZoneGrade::of(&zone.logits, calibration));
                let joint = Joint::of(&zones.map(|zone| zone.profusion), calibration.correlation);
                Ok(Self { zones, joint, stages: calibration.stages })
            }
            _ => Err(Error::Model {
                detail: format!("a zone grader gave {} zones or too few outputs", outputs.len()),
            }),
        }
    }

    /// Probability that small opacities crowd together somewhere.
    pub fn aggregation(&self) -> f64 {
        1.0 - self.zones.iter().map(|z| 1.0 - z.aggregation).product::<f64>()
    }

    /// Probability of no large opacity, of none of 20 x 10 mm, and of one.
    pub fn large(&self) -> LargeProbabilities {
        let none: f64 = self.zones.iter().map(|z| z.large[0]).product();
        let no_major: f64 = self.zones.iter().map(|z| 1.0 - z.large[2]).product();
        [none, no_major - none, 1.0 - no_major]
    }

    /// The stage as a distribution, by GBZ 70, calibrated.
    pub fn stage(&self) -> StageDistribution {
        StageDistribution::of(&self.joint, self.aggregation(), &self.large())
            .calibrated(&self.stages)
    }

    /// Primary and secondary shape of the small opacities, as `q/t`: the two with the most
    /// evidence over the affected zones; the primary twice where no other is likelier than not.
    pub fn shape(&self) -> [Shape; 2] {
        let weight: f64 = self.zones.iter().map(ZoneGrade::affected).sum::<f64>().max(1e-12);
        let evidence = |shape: Shape| {
            let sum = self.zones.iter().map(|z| z.affected() * z.shapes[shape as usize]);
            sum.sum::<f64>() / weight
        };
        let mut shapes = Shape::ALL;
        shapes.sort_by(|a, b| evidence(*b).total_cmp(&evidence(*a)));
        let [first, second, ..] = shapes;
        [first, if evidence(second) > 0.5 { second } else { first }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(logits: [f32; 12]) -> ZoneOutput {
        ZoneOutput { logits: logits.to_vec(), maps: Vec::new() }
    }

    const NONE: [f32; 12] = [-9.0; 12];

    #[test]
    fn a_spot_is_told_by_its_peak_and_a_grade_by_the_mean() {
        // One cell of 25 is sure of everything, the others of nothing.
        let mut maps = vec![-4.0; 25 * OUTPUTS.len()];
        maps.iter_mut().step_by(25).for_each(|v| *v = 4.0);
        let means = vec![-4.0 + 8.0 / 25.0; OUTPUTS.len()];
        let logits = zone_logits(&means, &maps, true);
        for (output, logit) in logits.iter().enumerate() {
            let expected = match PEAKED.contains(&output) {
                // ln((e^12 + 24 e^-12) / 25) / 3
                true => (((12f32).exp() + 24.0 * (-12f32).exp()) / 25.0).ln() / 3.0,
                false => means[output],
            };
            assert!((logit - expected).abs() < 1e-4, "{output}: {logit}, {expected}");
        }
        assert_eq!(zone_logits(&means, &maps, false), means);
        assert!((peak(&[900.0, 900.0]) - 900.0).abs() < 1e-3, "no overflow");
    }

    #[test]
    fn zones_tell_of_their_lung_in_the_mean() {
        let names = output_names(true);
        assert_eq!((names.len(), &*names[0], &*names[12]), (24, "profusion_1", "lung_profusion_1"));
        assert_eq!(output_names(false), OUTPUTS);
        // Zone z says z of its own questions and 10 z + k of question k on the lung.
        let of = |z: usize, i: usize| if i < 12 { z } else { 10 * z + i - 12 };
        let zones: Vec<f32> = (0..3 * 24).map(|at| of(at / 24, at % 24) as f32).collect();
        let expected: Vec<f32> = (0..12).map(|k| 10.0 + k as f32).collect();
        assert_eq!(lung_logits(&zones), expected);
    }

    #[test]
    fn conditional_answers_multiply() {
        let mut logits = NONE;
        (logits[0], logits[1], logits[2]) = (0.0, 0.0, 0.0);
        let grade = ZoneGrade::of(&logits, &ZoneCalibration::identity());
        assert_eq!(grade.profusion, [0.5, 0.25, 0.125, 0.125]);
        assert_eq!(grade.grade(), 0);
        assert_eq!(grade.affected(), 0.5);
        let mut outputs = [Platt { slope: 1.0, intercept: 0.0 }; 12];
        outputs[0] = Platt { slope: 2.0, intercept: 1.0 };
        let shifted =
            ZoneGrade::of(&logits, &ZoneCalibration::new(outputs, Correlation::default()));
        assert!((shifted.affected() - 1.0 / (1.0 + (-1f64).exp())).abs() < 1e-12);
    }

    #[test]
    fn the_film_follows_from_its_zones() {
        let mut sick = NONE;
        (sick[0], sick[1]) = (9.0, 9.0);
        (sick[SHAPES + 1], sick[SHAPES + 4]) = (3.0, 2.0);
        let mut zones = vec![zone(sick); 5];
        let mut large = NONE;
        large[LARGE] = 0.0;
        zones.push(zone(large));
        let grades = Grades::of(&zones, &ZoneCalibration::identity());
        let grades = grades.expect("six complete zones");
        assert!(grades.stage().probabilities[2] > 0.98, "{:?}", grades.stage());
        assert!((grades.large()[0] - 0.5).abs() < 1e-3);
        assert!((grades.large().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(grades.shape(), [Shape::Q, Shape::T]);
        assert!(Grades::of(&zones[1..], &ZoneCalibration::identity()).is_err());
    }
}
