//! Films on which the two disagree.

use serde::Serialize;

use super::pairs::Pair;
use crate::THRESHOLD;

/// A film of which A and B read another stage, or on whose disease they differ at 0.5.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Disagreement {
    /// The picture.
    pub image: String,
    /// The set it belongs to.
    pub source: String,
    /// Whether it comes from the simulator.
    pub simulated: bool,
    /// Whether it shows the disease, where known.
    pub disease: Option<bool>,
    /// Its true stage, 0 to 3, where known.
    pub stage: Option<usize>,
    /// What A read.
    pub a: View,
    /// What B read.
    pub b: View,
    /// Who is right: of the stage where that is known and both read one, else of the disease at 0.5;
    /// nothing where neither is known.
    pub right: Option<Right>,
}

/// What one of them read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct View {
    /// Probability of disease.
    pub probability: f64,
    /// The likeliest stage, 0 to 3.
    pub stage: Option<usize>,
}

/// Who is right of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Right {
    /// A alone.
    A,
    /// B alone.
    B,
    /// Both: they agree on the stage, and it is right.
    #[serde(rename = "both")]
    Both,
    /// Neither.
    #[serde(rename = "neither")]
    Neither,
}

impl Disagreement {
    fn of(pair: &Pair) -> Option<Self> {
        let truth = pair.film.truth;
        let [a, b] =
            pair.said.map(|said| View { probability: said.probability, stage: said.stage });
        let stages = a.stage.zip(b.stage);
        if a.positive() == b.positive() && stages.is_none_or(|(a, b)| a == b) {
            return None;
        }
        let right = match (truth.stage.zip(stages), truth.disease) {
            (Some((stage, (a, b))), _) => Some(Right::of(a == stage, b == stage)),
            (None, Some(sick)) => Some(Right::of(a.positive() == sick, b.positive() == sick)),
            (None, None) => None,
        };
        Some(Self {
            image: pair.film.image.clone(),
            source: pair.film.source.clone(),
            simulated: pair.film.simulated,
            disease: truth.disease,
            stage: truth.stage,
            a,
            b,
            right,
        })
    }

    /// Stages between, and between the probabilities.
    fn apart(&self) -> (usize, f64) {
        let stages = self.a.stage.zip(self.b.stage).map_or(0, |(a, b)| a.abs_diff(b));
        (stages, (self.a.probability - self.b.probability).abs())
    }
}

impl View {
    fn positive(&self) -> bool {
        self.probability >= THRESHOLD
    }
}

impl Right {
    fn of(a: bool, b: bool) -> Self {
        match (a, b) {
            (true, true) => Self::Both,
            (true, false) => Self::A,
            (false, true) => Self::B,
            (false, false) => Self::Neither,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::Both => "both",
            Self::Neither => "neither",
        }
    }
}

/// Films on which they disagree: farthest apart by stages first, then by probability.
pub(super) fn disagreements(pairs: &[Pair]) -> Vec<Disagreement> {
    let mut films: Vec<Disagreement> = pairs.iter().filter_map(Disagreement::of).collect();
    films.sort_by(|a, b| {
        let ((stages, p), (other, q)) = (a.apart(), b.apart());
        other.cmp(&stages).then(q.total_cmp(&p))
    });
    films
}
