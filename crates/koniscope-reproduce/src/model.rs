//! The models of the experiment: the paper's, the zone grader, and baselines.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

/// What a model is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Question {
    /// Pneumoconiosis or none: the paper's two classes.
    Disease,
    /// Stage 0, I, II or III: the paper's four classes.
    Stage,
}

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A ResNet on the crop of both lungs: the paper's.
    Paper,
    /// A ResNet on each of the six zones, and the stage by rule.
    Zones,
    /// The paper's ResNet on the whole film, without the lungs being cut out.
    Whole,
    /// Measures of texture of the six zones, and logistic regression.
    Texture,
    /// The class that most training films have.
    Majority,
}

/// A model of the experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Model {
    /// How it answers.
    pub kind: Kind,
    /// What it is trained to answer. The zone grader, trained for stages, answers both.
    pub question: Question,
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
    pub const ALL: [Self; 9] = {
        use Kind::{Majority, Paper, Texture, Whole, Zones};
        use Question::{Disease, Stage};
        [
            Self { kind: Paper, question: Disease },
            Self { kind: Paper, question: Stage },
            Self { kind: Zones, question: Stage },
            Self { kind: Whole, question: Disease },
            Self { kind: Whole, question: Stage },
            Self { kind: Texture, question: Disease },
            Self { kind: Texture, question: Stage },
            Self { kind: Majority, question: Disease },
            Self { kind: Majority, question: Stage },
        ]
    };

    /// As in `--only` and in the names of folders.
    pub fn name(self) -> &'static str {
        match (self.kind, self.question) {
            (Kind::Paper, Question::Disease) => "paper2",
            (Kind::Paper, Question::Stage) => "paper4",
            (Kind::Zones, _) => "zones",
            (Kind::Whole, Question::Disease) => "whole2",
            (Kind::Whole, Question::Stage) => "whole4",
            (Kind::Texture, Question::Disease) => "texture2",
            (Kind::Texture, Question::Stage) => "texture4",
            (Kind::Majority, Question::Disease) => "majority2",
            (Kind::Majority, Question::Stage) => "majority4",
        }
    }

    /// In words.
    pub fn title(self) -> &'static str {
        match self.kind {
            Kind::Paper => "the paper's, a ResNet on the crop of both lungs",
            Kind::Zones => "six zones graded, stage by rule",
            Kind::Whole => "baseline: ResNet on the whole film",
            Kind::Texture => "baseline: texture, logistic regression",
            Kind::Majority => "baseline: majority class",
        }
    }

    /// Whether it answers a question.
    pub fn answers(self, question: Question) -> bool {
        self.question == question || self.kind == Kind::Zones
    }

    /// Whether a network is trained for it.
    pub fn is_network(self) -> bool {
        matches!(self.kind, Kind::Paper | Kind::Zones | Kind::Whole)
    }

    /// Whether the reader that ships can read with it.
    pub fn is_reader(self) -> bool {
        matches!(self.kind, Kind::Paper | Kind::Zones)
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Model {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|model| model.name() == text.trim()).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("no model {text:?}; one of {names} was expected")
        })
    }
}

impl Serialize for Model {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for model in Model::ALL {
            assert_eq!(model.name().parse(), Ok(model));
        }
        assert!("paper3".parse::<Model>().is_err_and(|e| e.contains("paper2, paper4, zones")));
    }
}
