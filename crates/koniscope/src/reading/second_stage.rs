//! The second stage: one of two kinds of network.

use serde::{Deserialize, Serialize};

use crate::{classification::StageClassifier, grading::ZoneGrader, manifest::Manifest};

/// What grades the lungs.
pub enum Grading {
    /// The paper's classifier, on the crop of both lungs.
    Paper(Box<dyn StageClassifier>),
    /// A grader of the six zones, with the stage by rule.
    Zones(Box<dyn ZoneGrader>),
}

impl Grading {
    /// Who it is.
    pub fn manifest(&self) -> &Manifest {
        match self {
            Self::Paper(classifier) => classifier.manifest(),
            Self::Zones(grader) => grader.manifest(),
        }
    }

    /// Which kind it is.
    pub fn kind(&self) -> GradingKind {
        match self {
            Self::Paper(_) => GradingKind::Paper,
            Self::Zones(_) => GradingKind::Zones,
        }
    }

    /// The paper's classifier, where it is one.
    pub fn paper(&self) -> Option<&dyn StageClassifier> {
        match self {
            Self::Paper(classifier) => Some(classifier.as_ref()),
            Self::Zones(_) => None,
        }
    }

    /// The zone grader, where it is one.
    pub fn zones(&self) -> Option<&dyn ZoneGrader> {
        match self {
            Self::Paper(_) => None,
            Self::Zones(grader) => Some(grader.as_ref()),
        }
    }
}

/// The kinds of [`Grading`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GradingKind {
    /// [`Grading::Paper`].
    Paper,
    /// [`Grading::Zones`].
    Zones,
}
