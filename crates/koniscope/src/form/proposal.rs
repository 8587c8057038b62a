//! Both forms filled in from a reading, as a proposal: each answer of the machine waits until a reader
//! accepts, changes or rejects it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    gbz70::{self, ZoneGrade},
    niosh_2_8::{self, Field, Grade},
    words::words,
};
use crate::{
    Reading,
    reading::{ByZone, Graded},
    stage::{
        gbz70::Large,
        ilo::{LargeCategory, Profusion},
    },
};

/// Probability from which aggregation, or a large opacity that was not measured, is taken for seen.
const LIKELY: f64 = 0.5;

/// Both forms of one film.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Forms {
    /// The form of the ILO Classification.
    pub niosh: niosh_2_8::Form,
    /// The form of GBZ 70-2015.
    pub gbz70: gbz70::Form,
}

impl Forms {
    /// Both without what may not be answered.
    #[must_use]
    pub fn settled(&self) -> Self {
        let gbz70 = if self.is_readable() { self.gbz70.settled() } else { gbz70::Form::default() };
        Self { niosh: self.niosh.settled(), gbz70 }
    }

    fn is_readable(&self) -> bool {
        self.niosh.image_quality.grade != Some(Grade::Unreadable)
    }

    /// All fields: `niosh.` or `gbz70.`, and the field's own name.
    pub fn fields() -> impl Iterator<Item = String> {
        let niosh = Field::ALL.iter().map(|field| format!("niosh.{}", field.word()));
        niosh.chain(gbz70::Form::FIELDS.iter().map(|field| format!("gbz70.{field}")))
    }

    /// Whether a field may be answered, as the others stand.
    pub fn is_open(&self, field: &str) -> bool {
        match field.strip_prefix("niosh.").map(Field::parse) {
            Some(field) => field.is_some_and(|field| self.niosh.is_open(field)),
            None => {
                let is_asked = field != "gbz70.plaques" || self.gbz70.exposed_to_asbestos;
                self.is_readable() && is_asked
            }
        }
    }

    /// Both as JSON.
    pub(crate) fn as_json(&self) -> Value {
        serde_json::to_value(self)
            .unwrap_or_else(|e| unreachable!("forms of words and days are JSON: {e}"))
    }
}

/// What `json`, both forms, holds of a field.
fn value<'a>(json: &'a Value, field: &str) -> &'a Value {
    json.pointer(&format!("/{}", field.replace('.', "/"))).unwrap_or(&Value::Null)
}

words! {
    /// What became of an answer of the machine.
    Decision {
        /// It stands as proposed, and no reader has looked at it.
        Open = "open",
        /// A reader agrees.
        Accepted = "accepted",
        /// A reader answers otherwise.
        Changed = "changed",
        /// A reader rejects it, for a reason.
        Rejected = "rejected",
    }
}

/// What a reader said of an answer of the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The decision.
    pub decision: Decision,
    /// Why; needed where it was rejected.
    #[serde(default)]
    pub reason: String,
}

/// An answer of the machine and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// What the machine answered.
    pub proposed: Value,
    /// What became of it.
    #[serde(flatten)]
    pub mark: Mark,
}

/// By field, as [`Forms::fields`] names them.
pub type Decisions = BTreeMap<String, Decided>;

/// What the machine answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The forms as it would fill them in.
    pub forms: Forms,
    /// The fields that it answers.
    pub fields: Vec<String>,
}

impl Proposal {
    /// From a reading of a zone grader; nothing from another. Zones and profusion are those of the zones'
    /// median grades, profusion as a whole by [`Profusion::overall`] of the middle of each: a
    /// proposal on the networks' scale, which is lower than the ILO's. Quality,
    /// pleura and other abnormalities are not judged.
    pub fn of(reading: &Reading) -> Option<Self> {
        let forms = forms(reading.graded.as_ref()?);
        let (json, empty) = (forms.as_json(), Forms::default().as_json());
        let is_zone = |field: &String| field.starts_with("niosh.small.zones.");
        let fields = Forms::fields().filter(|field| {
            forms.is_open(field) && (is_zone(field) || value(&json, field) != value(&empty, field))
        });
        Some(Self { fields: fields.collect(), forms })
    }

    /// What became of each answer. `forms` are the reader's, settled; `said` what the reader said of
    /// fields. An answer that differs was changed, whatever was said, unless it was rejected; one
    /// that was rejected and stands all the same is open. Fields that may not be answered are left out.
    pub fn decided(&self, forms: &Forms, said: &BTreeMap<String, Mark>) -> Decisions {
        let (proposed, answered) = (self.forms.as_json(), forms.as_json());
        let decide = |field: &String| {
            let is_kept = value(&proposed, field) == value(&answered, field);
            let mark = said.get(field);
            let decision = match (mark.map(|mark| mark.decision), is_kept) {
                (Some(Decision::Accepted), true) => Decision::Accepted,
                (Some(Decision::Rejected), false) => Decision::Rejected,
                (_, true) => Decision::Open,
                (_, false) => Decision::Changed,
            };
            let reason = mark.map(|mark| mark.reason.trim().to_owned()).unwrap_or_default();
            let proposed = value(&proposed, field).clone();
            (field.clone(), Decided { proposed, mark: Mark { decision, reason } })
        };
        self.fields.iter().filter(|field| forms.is_open(field)).map(decide).collect()
    }
}

fn forms(graded: &Graded) -> Forms {
    let grades = ByZone(std::array::from_fn(|i| graded.zones.0[i].grade.min(3)));
    let mut niosh = niosh_2_8::Form::default();
    let affected = graded.ilo.form.small_opacities.zones.clone();
    let has_large = graded.ilo.large_opacity != Some(LargeCategory::O);
    niosh.parenchymal = Some(affected.0.contains(&true) || has_large);
    niosh.small.primary = graded.ilo.shape.map(|shape| shape.primary);
    niosh.small.secondary = graded.ilo.shape.map(|shape| shape.secondary);
    niosh.small.profusion = Some(Profusion::overall(grades.0.map(Profusion::middle_of)));
    niosh.small.zones = affected;
    niosh.large = graded.ilo.large_opacity;

    let zones = graded.zones.0.iter();
    let aggregation = zones.clone().any(|zone| zone.aggregation >= LIKELY);
    let gbz70 = gbz70::Form {
        zones: ByZone(grades.0.map(|grade| Some(ZoneGrade::of_major(grade)))),
        aggregation: Some(aggregation),
        large: large(graded),
        ..gbz70::Form::default()
    };
    Forms { niosh, gbz70 }.settled()
}

/// Large opacities as the rule sees them; nothing where they are likely and not measured in mm.
fn large(graded: &Graded) -> Option<Large> {
    let measured = &graded.large_opacities;
    let axes: Option<Vec<[f64; 2]>> =
        measured.iter().map(|o| Some([o.long_axis_mm?, o.short_axis_mm?])).collect();
    let is_likely = graded.zones.0.iter().any(|zone| zone.large >= LIKELY);
    axes.filter(|axes| !(axes.is_empty() && is_likely)).map(Large::of)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::fake;

    fn proposal() -> Proposal {
        Proposal::of(&fake::read_zones().unwrap()).unwrap()
    }

    fn said(field: &str, decision: Decision, reason: &str) -> BTreeMap<String, Mark> {
        [(field.to_owned(), Mark { decision, reason: reason.into() })].into()
    }

    #[test]
    fn a_reading_fills_in_what_it_judges_and_no_more() {
        let Proposal { forms, fields } = proposal();
        let small = &forms.niosh.small;
        assert_eq!(small.zones.0, [true, true, true, true, true, false]);
        assert_eq!(small.profusion.unwrap().to_string(), "2/2");
        assert_eq!(small.primary.unwrap().name(), "q");
        assert_eq!(forms.niosh.parenchymal, Some(true));
        assert_eq!(forms.niosh.large, None, "a PNG has no mm");
        assert_eq!(forms.gbz70.large, None);
        assert_eq!(forms.gbz70.zones.0[5], Some(ZoneGrade::Zero));
        assert_eq!(forms.gbz70.aggregation, Some(false));
        let niosh = fields.iter().filter(|field| field.starts_with("niosh.")).count();
        assert_eq!((niosh, fields.len()), (1 + 2 + 6 + 1, 10 + 7), "{fields:?}");
        let unjudged = ["image_quality", "pleural", "symbols", "heading", "reader"];
        assert!(!fields.iter().any(|f| unjudged.iter().any(|part| f.contains(part))));
        assert_eq!(Proposal::of(&fake::read(2).unwrap()), None, "no zones, no proposal");
    }

    #[test]
    fn an_answer_waits_until_it_is_decided() {
        let proposal = proposal();
        let field = "niosh.small.zones.right_upper";
        let decision = |forms: &Forms, said: &BTreeMap<String, Mark>| {
            let decided = proposal.decided(forms, said);
            assert_eq!(decided.len(), proposal.fields.len());
            assert_eq!(decided[field].proposed, json!(true));
            decided[field].mark.decision
        };
        let same = proposal.forms.clone();
        let mut other = same.clone();
        other.niosh.small.zones.0[0] = false;
        let accepted = said(field, Decision::Accepted, "");
        let rejected = said(field, Decision::Rejected, "a vessel");
        let changed = said(field, Decision::Changed, "");
        for (forms, said, expected) in [
            (&same, &BTreeMap::new(), Decision::Open),
            (&same, &accepted, Decision::Accepted),
            (&same, &rejected, Decision::Open),
            (&same, &changed, Decision::Open),
            (&other, &BTreeMap::new(), Decision::Changed),
            (&other, &accepted, Decision::Changed),
            (&other, &rejected, Decision::Rejected),
            (&other, &changed, Decision::Changed),
        ] {
            assert_eq!(decision(forms, said), expected, "{said:?}");
        }
        assert_eq!(proposal.decided(&other, &rejected)[field].mark.reason, "a vessel");
    }

    #[test]
    fn what_may_not_be_answered_is_not_decided() {
        let proposal = proposal();
        let mut forms = proposal.forms.clone();
        forms.niosh = forms.niosh.normal_study();
        let decided = proposal.decided(&forms, &BTreeMap::new());
        assert_eq!(decided["niosh.parenchymal"].mark.decision, Decision::Changed);
        assert!(!decided.keys().any(|field| field.starts_with("niosh.small")));
        assert!(!Forms::default().is_open("niosh.nothing"));
        // An unreadable film has neither profusion nor stage.
        let mut forms = proposal.forms.clone();
        assert!(forms.is_open("gbz70.large"));
        forms.niosh.image_quality.grade = Some(Grade::Unreadable);
        assert!(forms.settled().gbz70.is_empty());
        assert!(proposal.decided(&forms.settled(), &BTreeMap::new()).is_empty());
    }
}
