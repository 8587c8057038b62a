//! What all results of one film share.

use dicom_dictionary_std::tags;

use super::code::{Code, plain};
use crate::{DataSet, Error, Source};

/// Elements that every object of a patient's study has, be they empty (PS3.3 C.7.1.1 and C.7.2.1).
const MUST_BE: [crate::Tag; 9] = [
    tags::STUDY_DATE,
    tags::STUDY_TIME,
    tags::ACCESSION_NUMBER,
    tags::REFERRING_PHYSICIAN_NAME,
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_SEX,
    tags::STUDY_ID,
];

/// An object that another refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// SOP Class UID.
    pub class: String,
    /// SOP Instance UID.
    pub instance: String,
    /// Series Instance UID.
    pub series: String,
}

impl Reference {
    /// Its item in a sequence of references.
    pub(crate) fn item(&self) -> DataSet {
        DataSet::new()
            .text(tags::REFERENCED_SOP_CLASS_UID, &self.class)
            .text(tags::REFERENCED_SOP_INSTANCE_UID, &self.instance)
    }
}

/// The film that results are of, and who made them when.
#[derive(Clone)]
pub struct Origin {
    /// The film.
    pub film: Reference,
    pub(crate) study: String,
    pub(crate) frame_of_reference: Option<String>,
    /// What tells of a lossy compression of the film, for objects with pixels.
    pub(crate) lossy: DataSet,
    common: DataSet,
    notice: String,
}

impl Origin {
    /// Of a film. `versions` are those of the program and of what else a result follows from, `serial` is
    /// what tells two sets of weights apart; `notice`, of at most 64 letters, is said in every object.
    /// `moment` is date (`YYYYMMDD`) and time (`HHMMSS`); of the film where it is not given.
    ///
    /// # Errors
    /// [`Error::Unwritable`] if the film lacks a UID without which nothing can refer to it.
    pub fn new(
        source: &Source,
        versions: &[&str],
        serial: &str,
        notice: &str,
        moment: Option<[&str; 2]>,
    ) -> Result<Self, Error> {
        let needed = |uid: Option<String>, name: &str| {
            uid.ok_or_else(|| Error::Unwritable {
                detail: format!(
                    "the film has no {name}, and no result can refer to it. Send it through an \
                     archive that gives it one"
                ),
            })
        };
        let film = Reference {
            class: needed(source.sop_class_uid(), "SOP Class UID (0008,0016)")?,
            instance: needed(source.sop_instance_uid(), "SOP Instance UID (0008,0018)")?,
            series: needed(source.series_instance_uid(), "Series Instance UID (0020,000E)")?,
        };
        let study = needed(source.study_instance_uid(), "Study Instance UID (0020,000D)")?;
        let [date, time] = match moment {
            Some(moment) => moment.map(str::to_owned),
            None => [source.date(), source.time()].map(Option::unwrap_or_default),
        };
        // A date is needed where an object says when it was made.
        let [date, time] = [(date, "19000101"), (time, "000000")]
            .map(|(value, other)| if value.is_empty() { other.to_owned() } else { value });
        let mut common = source.elements().clone();
        for tag in MUST_BE {
            if !common.has(tag) {
                common = common.empty(tag);
            }
        }
        let versions: Vec<String> = versions.iter().map(|version| plain(version, 64)).collect();
        let scheme = DataSet::new()
            .text(tags::CODING_SCHEME_DESIGNATOR, Code::OWN_SCHEME)
            .text(tags::CODING_SCHEME_NAME, "Words of Koniscope");
        let common = common
            .text(tags::MANUFACTURER, "Koniscope")
            .text(tags::MANUFACTURER_MODEL_NAME, "koniscope")
            .text(tags::DEVICE_SERIAL_NUMBER, &plain(serial, 64))
            .text(tags::SOFTWARE_VERSIONS, &versions.join("\\"))
            .items(tags::CODING_SCHEME_IDENTIFICATION_SEQUENCE, [scheme])
            .text(tags::SERIES_DATE, &date)
            .text(tags::SERIES_TIME, &time)
            .text(tags::CONTENT_DATE, &date)
            .text(tags::CONTENT_TIME, &time)
            .text(tags::INSTANCE_NUMBER, "1");
        Ok(Self {
            film,
            study,
            frame_of_reference: source.frame_of_reference_uid(),
            lossy: source.lossy(),
            common,
            notice: plain(notice, 64),
        })
    }

    /// The elements that all objects have; of a series of this modality, number and name.
    pub(crate) fn object(&self, modality: &str, number: u32, series: &str) -> DataSet {
        self.common
            .clone()
            .text(tags::MODALITY, modality)
            .text(tags::SERIES_NUMBER, &number.to_string())
            .text(tags::SERIES_DESCRIPTION, series)
    }

    /// An element that all objects have, as text without padding.
    pub(crate) fn text(&self, tag: crate::Tag) -> String {
        let bytes = self.common.get(tag).unwrap_or_default();
        String::from_utf8_lossy(bytes).trim_end().to_owned()
    }

    /// What is said in every object.
    pub(crate) fn notice(&self) -> &str {
        &self.notice
    }
}
