//! What the figures need of a reading.

use koniscope::{
    Reading,
    features::Features,
    quality::Flag,
    site::AbstentionKind,
    stage::ilo::{LargeCategory, Profusion, Shape},
};
use serde::{Deserialize, Serialize};

use crate::overlap::Overlap;

/// What the reader said of one film.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Probability of disease, as in `reading.json`.
    pub probability: f64,
    /// Probability of the stages 0 to III, where the second stage tells them.
    pub stages: Option<[f64; 4]>,
    /// The likeliest stage, 0 to 3.
    pub stage: Option<usize>,
    /// Grade of each zone, 0 to 3, with a zone grader.
    pub zones: Option<[u8; 6]>,
    /// Probability of grade 1 and above of each zone, with a zone grader.
    #[serde(default)]
    pub affected: Option<[f64; 6]>,
    /// Probability of profusion 1/0 and above on the ILO's scale, with a zone grader.
    pub ilo_positive: Option<f64>,
    /// Shape and size of most small opacities, where it told them.
    pub shape: Option<Shape>,
    /// Category of large opacities, where it could be told.
    pub large_opacity: Option<LargeCategory>,
    /// View position that the film's header says.
    pub view: Option<String>,
    /// Measures of film and lungs, in the order of [`Features::NAMES`].
    pub features: Option<[f64; Features::NAMES.len()]>,
    /// Whether the probability reaches the site's threshold.
    pub positive: Option<bool>,
    /// The stages that the film may have, 0 to 3, at the site's coverage.
    pub set: Option<Vec<usize>>,
    /// Word for why nothing should be concluded, `unfamiliar` or `undecided`.
    pub abstained: Option<String>,
    /// What to know about the film.
    pub flags: Vec<Flag>,
    /// Its lungs against the mask of the table, or why they could not be compared.
    pub overlap: Option<Result<Overlap, String>>,
}

impl Answer {
    /// Bare probabilities of the classes, normal first, as of a baseline that is no reader: of the
    /// stages where there are four.
    pub fn of_classes(probabilities: &[f64]) -> Self {
        let stages = <[f64; 4]>::try_from(probabilities).ok();
        let probability = 1.0 - probabilities.first().copied().unwrap_or(1.0);
        Self { probability, stages, stage: stages.map(likeliest), ..Self::default() }
    }

    /// The ILO's profusion of the middles of the zones' grades: minor categories are not graded.
    pub fn profusion(&self) -> Option<Profusion> {
        Some(Profusion::overall(self.zones?.map(Profusion::middle_of)))
    }

    pub(super) fn of(reading: &Reading, overlap: Option<Result<Overlap, String>>) -> Self {
        let staged = reading.stage.as_ref();
        let stages = staged.and_then(|s| <[f64; 4]>::try_from(s.probabilities.as_slice()).ok());
        let place = |class: &String| staged?.classes.iter().position(|c| c == class);
        let set = staged.and_then(|s| s.set.as_ref());
        let graded = reading.graded.as_ref();
        Self {
            probability: reading.pneumoconiosis.probability,
            stages,
            stage: stages.map(likeliest),
            zones: graded.map(|graded| graded.zones.0.each_ref().map(|zone| zone.grade)),
            affected: graded
                .map(|graded| graded.zones.0.each_ref().map(|zone| 1.0 - zone.profusion[0])),
            ilo_positive: graded.map(|graded| graded.ilo.probability_1_0),
            shape: graded.and_then(|graded| Some(graded.ilo.shape?.primary)),
            large_opacity: graded.and_then(|graded| graded.ilo.large_opacity),
            view: reading.film.view_position.clone(),
            features: reading.features.as_ref().map(Features::values),
            positive: reading.pneumoconiosis.positive,
            set: set.map(|set| set.iter().filter_map(place).collect()),
            abstained: reading.abstained.as_ref().map(|abstained| match abstained.kind {
                AbstentionKind::Unfamiliar => "unfamiliar".into(),
                AbstentionKind::Undecided => "undecided".into(),
            }),
            flags: reading.quality.flags.iter().map(|flag| flag.kind).collect(),
            overlap,
        }
    }
}

/// The first of the likeliest.
pub(crate) fn likeliest(stages: [f64; 4]) -> usize {
    (1..4).fold(0, |best, stage| if stages[stage] > stages[best] { stage } else { best })
}
