//! A form as signed. It never changes: what is added later is a record of its own, an addendum, which
//! names the one before it.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::{
    Decision, Decisions, Forms, Mark, Proposal,
    gbz70::Outcome,
    niosh_2_8::{Fault, ReportKind, Rule},
    words::words,
};
use crate::reading::{DISCLAIMER, Models, Software};

/// Version of what is written, by docs/reference/signed.schema.json.
pub const SIGNED_VERSION: u32 = 1;

words! {
    /// When a reader sees what the machine says.
    Mode {
        /// Once the first reading is signed.
        ReaderFirst = "reader_first",
        /// From the start.
        MachineFirst = "machine_first",
        /// Never.
        MachineOff = "machine_off",
    }
}

/// What a reader hands in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The form of the ILO Classification.
    #[serde(default)]
    pub niosh: super::niosh_2_8::Form,
    /// The form of GBZ 70-2015; left empty where it is not read by.
    #[serde(default)]
    pub gbz70: super::gbz70::Form,
    /// What was said of the machine's answers, by field.
    #[serde(default)]
    pub said: BTreeMap<String, Mark>,
    /// What the form is for.
    #[serde(default = "study")]
    pub report: ReportKind,
    /// How the film was shown.
    #[serde(default)]
    pub view: Option<View>,
    /// Why something is added to a signed reading; empty for the first.
    #[serde(default)]
    pub reason: String,
}

fn study() -> ReportKind {
    ReportKind::Study
}

/// How the film was shown when the form was signed, in values of 16 bits as
/// [`Display`](crate::normalize::Display) has them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Window Center.
    pub center: f64,
    /// Window Width.
    pub width: f64,
}

/// The film that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilmIdentity {
    /// Its name among the films that were opened together.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: String,
    /// Columns and rows; absent where the file could not be decoded.
    pub size: Option<[usize; 2]>,
    /// SOP Instance UID of a DICOM film.
    pub sop_instance_uid: Option<String>,
}

/// Around a signature: what the reader does not say.
#[derive(Clone, Debug)]
pub struct Circumstances<'a> {
    /// The film.
    pub film: FilmIdentity,
    /// When the reader saw what the machine says.
    pub mode: Mode,
    /// What the machine proposed, where the reader saw it, and by which networks.
    pub machine: Option<(&'a Proposal, &'a Models)>,
    /// When the film was first opened, and now: as `2026-11-30T22:44:55Z`.
    pub times: [String; 2],
    /// The reader's account, where there are accounts.
    pub account: Option<String>,
    /// SHA-256 of other readers' records that the reader saw.
    pub seen: Vec<String>,
    /// The record before, and the SHA-256 of its file; nothing for the first.
    pub before: Option<(&'a Signed, String)>,
}

/// A form as signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signed {
    /// [`SIGNED_VERSION`].
    pub schema_version: u32,
    /// [`DISCLAIMER`].
    pub disclaimer: Cow<'static, str>,
    /// The program that it was signed with.
    pub software: Software,
    /// The film.
    pub film: FilmIdentity,
    /// 1 for the first record of a film by this account, 2 and above for addenda.
    pub number: u32,
    /// Why it was added; absent from the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// SHA-256 of the record before; absent from the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_sha256: Option<String>,
    /// When the reader saw what the machine says.
    pub mode: Mode,
    /// When the film was first opened.
    pub opened_at: String,
    /// When it was signed.
    pub signed_at: String,
    /// The account that signed; absent where there are no accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// SHA-256 of other readers' records that the reader saw before; absent from a blinded reading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
    /// What the form is for.
    pub report: ReportKind,
    /// Both forms.
    #[serde(flatten)]
    pub forms: Forms,
    /// Stage and clause by the rule, where the form of GBZ 70 is filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Outcome>,
    /// The networks whose answers the reader saw; absent where none were shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models: Option<Models>,
    /// What became of the machine's answers.
    pub decisions: Decisions,
    /// How the film was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<View>,
}

/// What is wanting, and where: a field as [`Forms::fields`] names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanting {
    /// The field to look at.
    pub field: String,
    /// What is wrong with it.
    pub rule: Rule,
    /// Whether the form cannot be signed without it.
    pub needed: bool,
}

impl Wanting {
    fn of(field: String, rule: Rule) -> Self {
        Self { field, rule, needed: rule.is_needed() }
    }
}

impl Draft {
    /// Both forms, settled.
    pub fn forms(&self) -> Forms {
        Forms { niosh: self.niosh.clone(), gbz70: self.gbz70.clone() }.settled()
    }

    /// What is wanting before it can be signed, advice included, in the order of the forms.
    pub fn wanting(&self, proposal: Option<&Proposal>) -> Vec<Wanting> {
        let forms = self.forms();
        let mut faults = forms.niosh.faults();
        faults.extend(forms.niosh.missing_for(self.report));
        faults.sort();
        faults.dedup();
        let niosh = faults
            .into_iter()
            .map(|Fault { field, rule }| Wanting::of(format!("niosh.{}", field.word()), rule));
        let missing = if forms.gbz70.is_empty() { Vec::new() } else { forms.gbz70.missing() };
        let gbz70 =
            missing.into_iter().map(|f| Wanting::of(format!("gbz70.{f}"), Rule::Unanswered));
        let decisions = proposal.map(|p| p.decided(&forms, &self.said)).unwrap_or_default();
        let undecided = decisions.into_iter().filter_map(|(field, decided)| {
            let rule = match decided.mark.decision {
                Decision::Open => Rule::Undecided,
                Decision::Rejected if decided.mark.reason.is_empty() => Rule::ReasonNeeded,
                _ => return None,
            };
            Some(Wanting::of(field, rule))
        });
        niosh.chain(gbz70).chain(undecided).collect()
    }
}

impl Signed {
    /// Signs.
    ///
    /// # Errors
    /// What is wanting. An addendum without a reason is told at `niosh.comments`.
    pub fn sign(draft: &Draft, about: Circumstances<'_>) -> Result<Self, Vec<Wanting>> {
        let Circumstances { film, mode, machine, times, account, seen, before } = about;
        let [opened_at, signed_at] = times;
        let mut wanting = draft.wanting(machine.map(|(proposal, _)| proposal));
        wanting.retain(|wanting| wanting.needed);
        let reason = draft.reason.trim();
        if before.is_some() && reason.is_empty() {
            wanting.push(Wanting::of("reason".into(), Rule::ReasonNeeded));
        }
        if !wanting.is_empty() {
            return Err(wanting);
        }
        let forms = draft.forms();
        let decisions =
            machine.map(|(proposal, _)| proposal.decided(&forms, &draft.said)).unwrap_or_default();
        Ok(Self {
            schema_version: SIGNED_VERSION,
            disclaimer: DISCLAIMER.into(),
            software: Software::this(),
            film,
            number: before.as_ref().map_or(1, |(signed, _)| signed.number.saturating_add(1)),
            reason: before.is_some().then(|| reason.to_owned()),
            previous_sha256: before.map(|(_, sha256)| sha256),
            mode,
            opened_at,
            signed_at,
            account,
            seen,
            report: draft.report,
            stage: forms.gbz70.outcome(),
            forms,
            models: machine.map(|(_, models)| models.clone()),
            decisions,
            view: draft.view,
        })
    }

    /// As it is written.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self)
            .unwrap_or_else(|e| unreachable!("a record of words is JSON: {e}"));
        text.push('\n');
        text
    }

    /// Reads what [`json`](Self::json) wrote.
    ///
    /// # Errors
    /// What is wrong and where, also if it is of another [`SIGNED_VERSION`].
    pub fn parse(text: &str) -> Result<Self, String> {
        let signed: Self =
            serde_json::from_str(text).map_err(|e| format!("no signed form: {e}"))?;
        if signed.schema_version != SIGNED_VERSION {
            return Err(format!(
                "no signed form: schema_version is {}; {SIGNED_VERSION} was expected",
                signed.schema_version
            ));
        }
        Ok(signed)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests;
