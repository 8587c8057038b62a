//! The form of GBZ 70-2015: a grade for each zone, and the stage with its clause by the rule.

use serde::{Deserialize, Serialize};

use super::words::words;
use crate::{
    reading::ByZone,
    stage::gbz70::{Clause, Findings, Large, Plaques, Stage, asbestos, stage},
    zones::Zone,
};

words! {
    /// Profusion of one zone.
    ZoneGrade {
        /// None.
        Zero = "0",
        /// Doubtful: below 1, counted by the clauses for asbestos alone.
        Doubtful = "0/1",
        /// 1.
        One = "1",
        /// 2.
        Two = "2",
        /// 3.
        Three = "3",
    }
}

impl ZoneGrade {
    /// Of a major category, 0 to 3; higher ones count as 3.
    pub fn of_major(major: u8) -> Self {
        match major {
            0 => Self::Zero,
            1 => Self::One,
            2 => Self::Two,
            _ => Self::Three,
        }
    }

    /// As the rule counts it, 0 to 3.
    pub fn major(self) -> u8 {
        match self {
            Self::Zero | Self::Doubtful => 0,
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

/// The form. What is not answered is `None`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    /// Profusion of each zone.
    pub zones: ByZone<Option<ZoneGrade>>,
    /// Whether small opacities crowd together somewhere.
    pub aggregation: Option<bool>,
    /// Large opacities.
    pub large: Option<Large>,
    /// Whether the patient was exposed to asbestos, so that plaques count.
    pub exposed_to_asbestos: bool,
    /// How far pleural plaques go; asked of those exposed to asbestos.
    pub plaques: Option<Plaques>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            zones: ByZone([None; 6]),
            aggregation: None,
            large: None,
            exposed_to_asbestos: false,
            plaques: None,
        }
    }
}

/// What the rule makes of the form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The stage.
    pub stage: Stage,
    /// The clause that gave it.
    pub clause: Clause,
    /// Highest grade of a zone, 0 to 3.
    pub overall_profusion: u8,
    /// Zones of grade 1 and above, 0 to 6.
    pub distribution_range: usize,
}

impl Form {
    /// Fields by where they stand in the form as JSON, with a point for each step down.
    pub const FIELDS: [&'static str; 10] = [
        "zones.right_upper",
        "zones.right_middle",
        "zones.right_lower",
        "zones.left_upper",
        "zones.left_middle",
        "zones.left_lower",
        "aggregation",
        "large",
        "exposed_to_asbestos",
        "plaques",
    ];

    /// Whether nothing is answered.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The form without plaques where they are not asked for.
    #[must_use]
    pub fn settled(&self) -> Self {
        let plaques = self.plaques.filter(|_| self.exposed_to_asbestos);
        Self { plaques, ..self.clone() }
    }

    /// Fields that the rule still wants.
    pub fn missing(&self) -> Vec<&'static str> {
        let zones = Zone::ALL.iter().map(|zone| self.zones.get(*zone).is_none());
        let others = [
            self.aggregation.is_none(),
            self.large.is_none(),
            false,
            self.exposed_to_asbestos && self.plaques.is_none(),
        ];
        let missing = Self::FIELDS.into_iter().zip(zones.chain(others));
        missing.filter(|(_, is_missing)| *is_missing).map(|(field, _)| field).collect()
    }

    /// Stage and clause; nothing while a field is [missing](Self::missing).
    pub fn outcome(&self) -> Option<Outcome> {
        let zones = self.zones.0;
        let grades = zones.map(|zone| zone.map(ZoneGrade::major));
        if grades.contains(&None) {
            return None;
        }
        let findings = Findings {
            zones: grades.map(Option::unwrap_or_default),
            aggregation: self.aggregation?,
            large: self.large?,
        };
        let (stage, clause) = if self.exposed_to_asbestos {
            let doubtful = zones.iter().filter(|zone| **zone == Some(ZoneGrade::Doubtful)).count();
            asbestos(&findings, doubtful, self.plaques?)
        } else {
            stage(&findings)
        };
        let (overall_profusion, distribution_range) = (findings.overall(), findings.range());
        Some(Outcome { stage, clause, overall_profusion, distribution_range })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn form(zones: [&str; 6]) -> Form {
        Form {
            zones: ByZone(zones.map(ZoneGrade::parse)),
            aggregation: Some(false),
            large: Some(Large::None),
            ..Form::default()
        }
    }

    #[test]
    fn the_stage_follows_the_zones() {
        for (zones, stage, clause) in [
            (["0"; 6], Stage::Zero, Clause::NoZone),
            (["1", "0", "0", "0", "0", "0"], Stage::Zero, Clause::OneZone),
            (["1", "1", "0", "0", "0", "0"], Stage::I, Clause::OneInTwo),
            (["2", "2", "2", "1", "1", "0"], Stage::II, Clause::TwoInFive),
            (["3", "1", "1", "1", "0/1", "0"], Stage::II, Clause::ThreeInFour),
        ] {
            let outcome = form(zones).outcome().unwrap();
            assert_eq!((outcome.stage, outcome.clause), (stage, clause), "{zones:?}");
        }
        let aggregated = Form { aggregation: Some(true), ..form(["3", "3", "1", "1", "1", "0"]) };
        let outcome = aggregated.outcome().unwrap();
        assert_eq!((outcome.stage, outcome.clause), (Stage::III, Clause::ThreeAggregation));
        assert_eq!((outcome.overall_profusion, outcome.distribution_range), (3, 5));
    }

    #[test]
    fn asbestos_counts_plaques_and_doubtful_zones() {
        let mut exposed = form(["0/1", "0/1", "0", "0", "0", "0"]);
        assert_eq!(exposed.outcome().unwrap().stage, Stage::Zero);
        exposed.exposed_to_asbestos = true;
        assert_eq!((exposed.outcome(), exposed.missing()), (None, vec!["plaques"]));
        exposed.plaques = Some(Plaques::Present);
        let outcome = exposed.outcome().unwrap();
        assert_eq!((outcome.stage, outcome.clause), (Stage::I, Clause::Asbestos));
        exposed.exposed_to_asbestos = false;
        assert_eq!(exposed.settled().plaques, None);
        assert_eq!(exposed.outcome().unwrap().stage, Stage::Zero);
    }

    #[test]
    fn no_stage_without_every_answer() {
        assert_eq!(Form::default().missing().len(), 8);
        assert!(Form::default().is_empty() && Form::default().outcome().is_none());
        for zone in 0..6 {
            let mut form = form(["1"; 6]);
            form.zones.0[zone] = None;
            assert_eq!((form.outcome(), form.missing()), (None, vec![Form::FIELDS[zone]]));
        }
        let json = serde_json::to_value(Form::default()).unwrap();
        for field in Form::FIELDS {
            assert!(json.pointer(&format!("/{}", field.replace('.', "/"))).is_some(), "{field}");
        }
    }
}
