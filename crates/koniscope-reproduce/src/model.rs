//! The models of the experiment: the paper's, the zone grader, and the paper's without lungs cut out.

use std::{fmt, str::FromStr};

use koniscope::reader::{CLASSIFIER_MANIFEST, ZONES_MANIFEST};
use serde::Serialize;

/// What a model is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Question {
    /// Pneumoconiosis or none: the paper's two classes.
    Disease,
    /// Stage 0, I, II or III: the paper's four classes.
    Stage,
}

/// A model of the experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// A ResNet on the crop of both lungs, two classes: the paper's.
    Paper2,
    /// The same with four classes.
    Paper4,
    /// A ResNet on each of the six zones, and the stage by rule. It answers both questions.
    Zones,
    /// The paper's ResNet on the whole film, without the lungs being cut out, two classes.
    Whole2,
    /// The same with four classes.
    Whole4,
}

impl Question {
    /// Both, in the order of the paper.
    pub const ALL: [Self; 2] = [Self::Disease, Self::Stage];

    /// As a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Disease => "Disease or none",
            Self::Stage => "Four stages",
        }
    }
}

impl Model {
    /// All models, in the order in which they are trained.
    pub const ALL: [Self; 5] =
        [Self::Paper2, Self::Paper4, Self::Zones, Self::Whole2, Self::Whole4];

    /// As in `--only` and in the names of folders, and in words.
    fn words(self) -> [&'static str; 2] {
        match self {
            Self::Paper2 => ["paper2", "the paper's, a ResNet on the crop of both lungs"],
            Self::Paper4 => ["paper4", "the paper's, a ResNet on the crop of both lungs"],
            Self::Zones => ["zones", "six zones graded, stage by rule"],
            Self::Whole2 => ["whole2", "baseline: ResNet on the whole film"],
            Self::Whole4 => ["whole4", "baseline: ResNet on the whole film"],
        }
    }

    /// In words.
    pub fn title(self) -> &'static str {
        self.words()[1]
    }

    /// What it is trained to answer.
    pub fn question(self) -> Question {
        match self {
            Self::Paper2 | Self::Whole2 => Question::Disease,
            Self::Paper4 | Self::Zones | Self::Whole4 => Question::Stage,
        }
    }

    /// Whether it answers a question.
    pub fn answers(self, question: Question) -> bool {
        self.question() == question || self == Self::Zones
    }

    /// Whether it sees whole films.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Whole2 | Self::Whole4)
    }

    /// File of the manifest that its training leaves.
    pub fn manifest(self) -> &'static str {
        if self == Self::Zones { ZONES_MANIFEST } else { CLASSIFIER_MANIFEST }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.words()[0])
    }
}

impl FromStr for Model {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = Self::ALL.map(|model| model.words()[0]);
        let found = names.iter().position(|name| *name == text.trim());
        found
            .map(|place| Self::ALL[place])
            .ok_or_else(|| format!("no model {text:?}; one of {} was expected", names.join(", ")))
    }
}
