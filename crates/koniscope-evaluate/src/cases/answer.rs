//! What the figures need of a reading.

use koniscope::{Reading, quality::Flag};
use serde::{Deserialize, Serialize};

use crate::overlap::Overlap;

/// What the reader said of one film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Probability of disease, as in `reading.json`.
    pub probability: f64,
    /// Probability of the stages 0 to III: by GBZ 70 with a zone grader, else of the paper's
    /// classifier, where it has four classes.
    pub stages: Option<[f64; 4]>,
    /// The likeliest stage, 0 to 3.
    pub stage: Option<usize>,
    /// Grade of each zone, 0 to 3, with a zone grader.
    pub zones: Option<[u8; 6]>,
    /// View position that the film's header says.
    pub view: Option<String>,
    /// What to know about the film.
    pub flags: Vec<Flag>,
    /// Its lungs against the mask of the table, or why they could not be compared.
    pub overlap: Option<Result<Overlap, String>>,
}

impl Answer {
    pub(super) fn of(reading: &Reading, overlap: Option<Result<Overlap, String>>) -> Self {
        let of_paper = || {
            let stages = reading.stage.as_ref()?;
            <[f64; 4]>::try_from(stages.probabilities.as_slice()).ok()
        };
        let graded = reading.graded.as_ref();
        let stages = graded.map(|graded| graded.gbz70.probabilities).or_else(of_paper);
        Self {
            probability: reading.pneumoconiosis.probability,
            stages,
            stage: match graded {
                Some(graded) => Some(graded.gbz70.stage as usize),
                None => stages.map(likeliest),
            },
            zones: graded.map(|graded| graded.zones.0.each_ref().map(|zone| zone.grade)),
            view: reading.film.view_position.clone(),
            flags: reading.quality.flags.iter().map(|flag| flag.kind).collect(),
            overlap,
        }
    }
}

/// The first of the likeliest.
fn likeliest(stages: [f64; 4]) -> usize {
    (1..4).fold(0, |best, stage| if stages[stage] > stages[best] { stage } else { best })
}
