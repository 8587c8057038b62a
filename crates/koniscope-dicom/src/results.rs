//! Results of a film as objects of its study, for an archive and its viewers.
//!
//! Each object repeats patient and study of its [`Source`](crate::Source), stands in a series of its own and says
//! in every place where viewers show text that it is for research. Its UIDs follow from all else that
//! stands in it: the same result made twice is the same object, byte by byte, and another result
//! never has the UID of the first.

mod capture;
mod code;
mod content;
mod document;
mod origin;
mod report;
mod segmentation;
mod signed;
mod uid;

pub use capture::capture;
pub use code::Code;
pub use document::{encapsulated_pdf, key_objects};
pub use origin::{Origin, Reference};
pub use report::{Group, Site, report};
pub use segmentation::{Algorithm, Segment, segmentation};
pub use signed::{Answers, Observer, signed_report};
pub use uid::uid;

use dicom_dictionary_std::tags;

use crate::{DataSet, Error};

/// An object as a file of PS3.10, in Explicit VR Little Endian.
#[derive(Clone, PartialEq, Eq)]
pub struct ResultObject {
    /// SOP Class UID.
    pub sop_class_uid: &'static str,
    /// SOP Instance UID.
    pub sop_instance_uid: String,
    /// Series Instance UID, of a series with this object alone.
    pub series_instance_uid: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// Where its data set begins, after the file meta information.
    pub data_set_at: usize,
}

impl ResultObject {
    /// What another object refers to it by.
    pub fn reference(&self) -> Reference {
        Reference {
            class: self.sop_class_uid.into(),
            instance: self.sop_instance_uid.clone(),
            series: self.series_instance_uid.clone(),
        }
    }
}

/// A data set that lacks UIDs of instance and series, with both.
fn finished(set: DataSet, sop_class_uid: &'static str) -> Result<ResultObject, Error> {
    let set = set.text(tags::SOP_CLASS_UID, sop_class_uid);
    let content = set.encode()?;
    let [instance, series] = [&b"instance"[..], b"series"].map(|what| uid(&[what, &content]));
    let set = set.text(tags::SOP_INSTANCE_UID, &instance).text(tags::SERIES_INSTANCE_UID, &series);
    let (bytes, data_set_at) = set.file()?;
    Ok(ResultObject {
        sop_class_uid,
        sop_instance_uid: instance,
        series_instance_uid: series,
        bytes,
        data_set_at,
    })
}
