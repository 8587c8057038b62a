//! A reading as DICOM objects of the film's study, for an archive.
//!
//! ```no_run
//! use koniscope::{model::Device, output::dicom::{self, Kinds}, reader::load_reader};
//!
//! let reader = load_reader("models".as_ref(), &Device::cpu(), None)?;
//! let film = reader.read(&std::fs::read("film.dcm")?, &|| 0.0)?;
//! for object in dicom::objects(&film, &Kinds::all(), None)? {
//!     std::fs::write(object.kind.file(), &object.bytes)?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod findings;
mod kinds;
mod outline;
mod segments;
mod signed;
mod sink;

pub use kinds::{Kind, Kinds};
pub use signed::signed_form;
pub use sink::DicomSink;

use koniscope_dicom::results::{self, Origin, Reference, ResultObject};
use thiserror::Error as ThisError;

use crate::{
    FilmReading, READING_VERSION,
    quality::Flag,
    reading::{DISCLAIMER, Reading},
    report::{overlay_rgb, pdf},
};

/// One object, as a file of PS3.10 in Explicit VR Little Endian.
#[derive(Clone, PartialEq, Eq)]
pub struct DicomObject {
    /// Which of the results it is.
    pub kind: Kind,
    /// SOP Class UID.
    pub sop_class_uid: &'static str,
    /// SOP Instance UID. It follows from all else in the object: the same reading gives the same
    /// bytes, and another reading another UID.
    pub sop_instance_uid: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// Where its data set begins, after the file meta information.
    pub data_set_at: usize,
}

impl DicomObject {
    fn new(kind: Kind, object: ResultObject) -> Self {
        let ResultObject { sop_class_uid, sop_instance_uid, bytes, data_set_at, .. } = object;
        Self { kind, sop_class_uid, sop_instance_uid, bytes, data_set_at }
    }

    /// The data set alone, in Explicit VR Little Endian.
    pub fn data_set(&self) -> &[u8] {
        &self.bytes[self.data_set_at..]
    }
}

/// When results were made, as DICOM writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// `YYYYMMDD`.
    pub date: String,
    /// `HHMMSS`.
    pub time: String,
}

/// Why a reading has no DICOM results.
#[derive(Clone, Debug, ThisError, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The film is a picture: nobody knows whose study results belong to.
    #[error(
        "the film is no DICOM object, so no DICOM results can be made of it. Read the original from \
         the archive"
    )]
    NotDicom,
    /// An object cannot be written.
    #[error("{0}")]
    Object(#[from] koniscope_dicom::Error),
    /// A picture or document in an object cannot be made.
    #[error("{0}")]
    Content(String),
}

/// The results that `kinds` asks for, in the order of [`Kind::ALL`]. `made` is when; without it results bear
/// the film's own date and time, and reading a film twice gives the same bytes.
///
/// # Errors
/// [`Error::NotDicom`]; [`Error::Object`] if the film lacks a UID that results refer to.
pub fn objects(
    film: &FilmReading,
    kinds: &Kinds,
    made: Option<&Moment>,
) -> Result<Vec<DicomObject>, Error> {
    let origin = origin(film, made)?;
    let burned_in = film.reading.quality.flags.iter().any(|f| f.kind == Flag::BurnedInText);
    let mut made: Vec<(Kind, ResultObject)> = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| kinds.has(*kind)) {
        let object = match kind {
            Kind::Seg => {
                let (size, spacing) = (film.film.grid().file_size(), film.reading.film.spacing_mm);
                results::segmentation(&origin, &segments::segments(film), size, spacing)?
            }
            Kind::Sr => results::report(&origin, &findings::findings(film))?,
            Kind::Sc => {
                let (rgb, size) = overlay_rgb(film);
                results::capture(&origin, &rgb, size, burned_in)?
            }
            Kind::Pdf => {
                let pdf = pdf(film).map_err(|fault| Error::Content(fault.message))?;
                let title = format!("Chest radiograph read by Koniscope. {DISCLAIMER}");
                results::encapsulated_pdf(&origin, &pdf, &title, burned_in)?
            }
            Kind::Kos => {
                let of = |with_pixels: bool| -> Vec<Reference> {
                    let listed = made.iter().filter(|(kind, _)| kind.has_pixels() == with_pixels);
                    listed.map(|(_, object)| object.reference()).collect()
                };
                results::key_objects(&origin, &of(true), &of(false))?
            }
        };
        made.push((kind, object));
    }
    Ok(made.into_iter().map(|(kind, object)| DicomObject::new(kind, object)).collect())
}

fn origin(film: &FilmReading, made: Option<&Moment>) -> Result<Origin, Error> {
    let Reading { software, models, .. } = &film.reading;
    let source = film.source.as_ref().ok_or(Error::NotDicom)?;
    let versions = [
        software.version.to_string(),
        format!("reading {READING_VERSION}"),
        models.lungs.id.clone(),
        models.classifier.id.clone(),
    ];
    let versions = versions.each_ref().map(String::as_str);
    let made = made.map(|Moment { date, time }| [date.as_str(), time.as_str()]);
    Ok(Origin::new(source, &versions, &models.classifier.sha256, DISCLAIMER, made)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
