//! What is asked for.

use koniscope_dicom::{Tag, VR, tags};

use crate::{command::is_uid, rules::Rule};

/// Which films are wanted. What is not given asks nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Study Date: `20261130`, `20261101-20261130`, `20261101-` or `-20261130`.
    pub study_date: Option<String>,
    /// Patient ID.
    pub patient_id: Option<String>,
    /// Accession Number.
    pub accession: Option<String>,
    /// Study Instance UID.
    pub study_uid: Option<String>,
    /// Modalities of series.
    pub modalities: Vec<String>,
    /// Most films.
    pub limit: Option<usize>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            study_date: None,
            patient_id: None,
            accession: None,
            study_uid: None,
            modalities: vec!["CR".into(), "DX".into()],
            limit: None,
        }
    }
}

impl Wanted {
    /// Whether it asks for some of an archive, in words that a query can hold.
    pub(super) fn check(&self) -> Result<(), String> {
        let Self { study_date, patient_id, accession, study_uid, .. } = self;
        if [study_date, patient_id, accession, study_uid].into_iter().all(Option::is_none) {
            return Err("this asks for all of the archive; name a study date, patient, accession number or study".into());
        }
        if let Some(date) = study_date
            && !is_range(date)
        {
            return Err(format!(
                "{date:?} is no date; 20261130, 20261101-20261130, 20261101- or -20261130 was expected"
            ));
        }
        if let Some(uid) = study_uid
            && !is_uid(uid)
        {
            return Err(format!("{uid:?} is no UID; 1 to 64 digits and points were expected"));
        }
        for (what, text) in [("patient ID", patient_id), ("accession number", accession)] {
            let is_odd = |text: &String| {
                text.trim().is_empty()
                    || text.len() > 64
                    || text.contains(['\\', '*', '?'])
                    || text.contains(char::is_control)
            };
            // The text itself is a patient's, and not told.
            if text.as_ref().is_some_and(is_odd) {
                return Err(format!(
                    "the {what} is empty, too long or has one of \\ * ?; a whole one was expected"
                ));
            }
        }
        if self.modalities.is_empty() || self.limit == Some(0) {
            return Err("at least one modality, and a limit of at least 1, were expected".into());
        }
        Ok(())
    }

    /// Keys of the query for studies.
    pub(super) fn of_studies(&self) -> [(Tag, VR, &str); 6] {
        fn text(text: &Option<String>) -> &str {
            text.as_deref().unwrap_or_default()
        }
        [
            (tags::QUERY_RETRIEVE_LEVEL, VR::CS, "STUDY"),
            (tags::STUDY_DATE, VR::DA, text(&self.study_date)),
            (tags::ACCESSION_NUMBER, VR::SH, text(&self.accession)),
            (tags::MODALITIES_IN_STUDY, VR::CS, ""),
            (tags::PATIENT_ID, VR::LO, text(&self.patient_id)),
            (tags::STUDY_INSTANCE_UID, VR::UI, text(&self.study_uid)),
        ]
    }

    /// Whether a list of modalities has a wanted one, or says nothing.
    pub(super) fn has_modality(&self, list: &str) -> bool {
        let is_wanted =
            |one: &str| self.modalities.iter().any(|m| m.eq_ignore_ascii_case(one.trim()));
        list.is_empty() || list.split('\\').any(is_wanted)
    }

    /// Whether a body part is the chest, or is not told.
    pub(super) fn is_chest(body_part: &str) -> bool {
        Rule::usual().body_part.iter().any(|part| part.eq_ignore_ascii_case(body_part))
    }
}

fn is_range(text: &str) -> bool {
    let is_date = |date: &str| date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('-') {
        None => is_date(text),
        Some((from, to)) => {
            let is_open = |date: &str| date.is_empty() || is_date(date);
            is_open(from) && is_open(to) && text.len() > 1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_an_archive_is_not_asked_for() {
        let some = |text: &str| Some(text.to_owned());
        let none = Wanted::default();
        for (wanted, told) in [
            (none.clone(), "all of the archive"),
            (Wanted { study_date: some("2026-11-30"), ..none.clone() }, "no date"),
            (Wanted { study_date: some("-"), ..none.clone() }, "no date"),
            (Wanted { study_uid: some("1.2/3"), ..none.clone() }, "no UID"),
            (Wanted { patient_id: some("*"), ..none.clone() }, "the patient ID is empty"),
            (Wanted { accession: some("A\\B"), ..none.clone() }, "the accession number"),
            (Wanted { study_uid: some("1.2"), limit: Some(0), ..none.clone() }, "at least 1"),
        ] {
            let error = wanted.check().err().unwrap_or_default();
            assert!(error.contains(told), "{told}: {error}");
        }
        for date in ["20261130", "20261101-20261130", "20261101-", "-20261130"] {
            assert_eq!(Wanted { study_date: some(date), ..none.clone() }.check(), Ok(()), "{date}");
        }
    }

    #[test]
    fn films_of_the_chest_and_those_that_do_not_say_are_wanted() {
        let wanted = Wanted::default();
        assert!(
            wanted.has_modality("CT\\DX") && wanted.has_modality("") && wanted.has_modality("cr")
        );
        assert!(!wanted.has_modality("CT\\SR"));
        assert!(Wanted::is_chest("Chest") && Wanted::is_chest("") && !Wanted::is_chest("HAND"));
    }
}
