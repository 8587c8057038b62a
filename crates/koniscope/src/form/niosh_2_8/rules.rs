//! The rules: what an answer opens and closes, and what is wanting.

use super::{Defect, Field, Form, Grade, ReportKind, Section, Sides, Symbol};
use crate::{form::words::words, stage::ilo::Profusion};

words! {
    /// A rule that a form breaks.
    Rule {
        /// The field has no answer.
        Unanswered = "unanswered",
        /// A film that is not of grade 1 has a defect.
        DefectNeeded = "defect_needed",
        /// The other defect is told in words.
        OtherDefectUntold = "other_defect_untold",
        /// Small opacities lie in a zone.
        ZoneNeeded = "zone_needed",
        /// Profusion 0/- or 0/0 without a zone: readers differ on whether one is wanted.
        NoZone = "no_zone",
        /// Side and size go together.
        SizeNeeded = "size_needed",
        /// Where 4A says yes, a symbol, a disorder or a comment says what.
        OtherUntold = "other_untold",
        /// `od` wants a comment.
        OdUntold = "od_untold",
        /// `ca` must be told to a physician.
        CaUntold = "ca_untold",
        /// An unreadable film should be taken again.
        NewFilm = "new_film",
        /// A report of this kind wants it.
        ReportNeeds = "report_needs",
        /// An answer of the machine waits for a decision.
        Undecided = "undecided",
        /// An answer of the machine was rejected without a reason.
        ReasonNeeded = "reason_needed",
    }
}

impl Rule {
    /// Whether a form that breaks it cannot be signed; else it is advice.
    pub fn is_needed(self) -> bool {
        !matches!(self, Self::OtherDefectUntold | Self::NoZone | Self::NewFilm)
    }
}

/// What is wanting, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The field to look at.
    pub field: Field,
    /// What is wrong with it.
    pub rule: Rule,
}

impl Form {
    /// Whether a field may be answered, as the others stand.
    pub fn is_open(&self, field: Field) -> bool {
        let is_readable = self.image_quality.grade != Some(Grade::Unreadable);
        let has_angle = self.angle.is_some_and(|sides| sides != Sides::None);
        match (field, field.section()) {
            (Field::Defects, _) => self.image_quality.grade != Some(Grade::One),
            (Field::DefectOther, _) => {
                self.is_open(Field::Defects) && self.image_quality.defects.contains(&Defect::Other)
            }
            (Field::DateNotified, _) => self.notified == Some(true),
            (_, Section::TwoA | Section::ThreeA | Section::FourA) => is_readable,
            (_, Section::TwoB | Section::TwoC) => is_readable && self.parenchymal == Some(true),
            (_, Section::ThreeB | Section::ThreeC) => is_readable && self.pleural == Some(true),
            (_, Section::ThreeD) => is_readable && self.pleural == Some(true) && has_angle,
            (_, Section::FourB | Section::FourC) => is_readable && self.other == Some(true),
            _ => true,
        }
    }

    /// The form with every field erased that may not be answered.
    #[must_use]
    pub fn settled(&self) -> Self {
        let mut form = self.clone();
        loop {
            let closed: Vec<Field> =
                Field::ALL.iter().copied().filter(|field| !form.is_open(*field)).collect();
            let next = form.with(&closed, &Self::default());
            if next == form {
                return form;
            }
            form = next;
        }
    }

    /// The form of a normal study: 2A, 3A and 4A say no, and what hangs on them is erased.
    #[must_use]
    pub fn normal_study(&self) -> Self {
        let no = Some(false);
        Self { parenchymal: no, pleural: no, other: no, ..self.clone() }.settled()
    }

    /// Answers that [`normal_study`](Self::normal_study) would erase or turn: ask before it is done.
    pub fn lost_by_normal_study(&self) -> Vec<Field> {
        let normal = self.normal_study();
        let is_lost =
            |field: &Field| self.is_answered(*field) && self.value(*field) != normal.value(*field);
        Field::ALL.iter().copied().filter(is_lost).collect()
    }

    /// What is wanting in fields 1 to 4, in the order of the form.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |field, rule| faults.push(Fault { field, rule });
        let asked = |field: &Field| {
            let section = field.section();
            let is_finding = (Section::TwoA..=Section::FourA).contains(&section);
            (*field == Field::Grade || is_finding)
                && !Field::ZONES.contains(field)
                && self.is_open(*field)
        };
        for field in Field::ALL.iter().copied().filter(asked) {
            match self.value(field).as_str() {
                Some("present") => fault(field, Rule::SizeNeeded),
                _ if !self.is_answered(field) => fault(field, Rule::Unanswered),
                _ => {}
            }
        }
        let quality = &self.image_quality;
        if quality.grade.is_some_and(|grade| grade != Grade::One) && quality.defects.is_empty() {
            fault(Field::Defects, Rule::DefectNeeded);
        }
        if self.is_open(Field::DefectOther) && quality.other.trim().is_empty() {
            fault(Field::DefectOther, Rule::OtherDefectUntold);
        }
        if quality.grade == Some(Grade::Unreadable) {
            fault(Field::Grade, Rule::NewFilm);
        }
        if self.is_open(Field::Profusion) && !self.small.zones.0.contains(&true) {
            let is_none = self.small.profusion.is_some_and(|p| p <= Profusion::middle_of(0));
            let rule = if is_none { Rule::NoZone } else { Rule::ZoneNeeded };
            fault(Field::ZoneRightUpper, rule);
        }
        if self.is_open(Field::Symbols) {
            let has_comment = !self.comments.trim().is_empty();
            if self.symbols.is_empty() && self.disorders.is_empty() && !has_comment {
                fault(Field::Symbols, Rule::OtherUntold);
            }
            if self.symbols.contains(&Symbol::Od) && !has_comment {
                fault(Field::Comments, Rule::OdUntold);
            }
            if self.symbols.contains(&Symbol::Ca) && self.see_physician != Some(true) {
                fault(Field::SeePhysician, Rule::CaUntold);
            }
        }
        faults.sort();
        faults
    }

    /// Fields besides the findings that a report of this kind wants and that are not filled. They are
    /// told while the form is filled in; without them it is not signed.
    pub fn missing_for(&self, kind: ReportKind) -> Vec<Fault> {
        use Field as F;
        let wanted: &[Field] = match kind {
            ReportKind::Study => &[F::ReaderName, F::DateOfReading],
            ReportKind::Cwhsp => &[
                F::DateOfRadiograph,
                F::TypeOfReading,
                F::SeePhysician,
                F::ReaderLastName,
                F::ReaderInitials,
                F::ReaderStreet,
                F::ReaderCity,
                F::ReaderState,
                F::ReaderZip,
                F::DateOfReading,
            ],
            ReportKind::General => &[
                F::ExamineeId,
                F::Facility,
                F::PatientLastName,
                F::BirthDate,
                F::OrderingPhysician,
                F::Purpose,
                F::ReaderName,
                F::DateOfReading,
            ],
        };
        let missing = wanted.iter().copied().filter(|field| !self.is_answered(*field));
        missing.map(|field| Fault { field, rule: Rule::ReportNeeds }).collect()
    }

    /// Whether it can be signed: a settled form, all findings answered, all fields of the report filled.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn signable(&self, kind: ReportKind) -> Result<(), Vec<Fault>> {
        let mut faults = self.faults();
        faults.retain(|fault| fault.rule.is_needed());
        faults.extend(self.missing_for(kind));
        faults.sort();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests;
