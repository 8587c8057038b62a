//! Encapsulated PDF (PS3.3 A.45.1) and Key Object Selection (A.35.4).

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};

use super::{
    Origin, Reference, ResultObject,
    code::plain,
    content::{CONTAINS, EVIDENCE, context, dcm, evidence, object, root, text},
    finished,
};
use crate::{DataSet, Error};

/// A document of the film. `burned_in` says whether text that names the patient may stand in it.
///
/// # Errors
/// [`Error::Unwritable`] if it is no PDF or does not fit a DICOM file.
pub fn encapsulated_pdf(
    origin: &Origin,
    pdf: &[u8],
    title: &str,
    burned_in: bool,
) -> Result<ResultObject, Error> {
    let length = u32::try_from(pdf.len()).ok().filter(|_| pdf.starts_with(b"%PDF-"));
    let length = length.ok_or_else(|| Error::Unwritable { detail: "a PDF was expected".into() })?;
    let set = origin
        .object("DOC", 9104, "Koniscope report. Research use only, not for diagnosis")
        .text(tags::CONVERSION_TYPE, "WSD")
        .empty(tags::ACQUISITION_DATE_TIME)
        .text(tags::BURNED_IN_ANNOTATION, if burned_in { "YES" } else { "NO" })
        .text(tags::RECOGNIZABLE_VISUAL_FEATURES, "NO")
        .items(tags::SOURCE_INSTANCE_SEQUENCE, [origin.film.item()])
        .text(tags::DOCUMENT_TITLE, &plain(title, 1024))
        .empty(tags::CONCEPT_NAME_CODE_SEQUENCE)
        .text(tags::VERIFICATION_FLAG, "UNVERIFIED")
        .text(tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT, "application/pdf")
        .bytes(tags::ENCAPSULATED_DOCUMENT, VR::OB, pdf)
        .longs(tags::ENCAPSULATED_DOCUMENT_LENGTH, &[length]);
    finished(set, uids::ENCAPSULATED_PDF_STORAGE)
}

/// A list of the film and the results of it. `images` are results with pixels, `others` without.
///
/// # Errors
/// [`Error::Unwritable`] if it does not fit a DICOM file.
pub fn key_objects(
    origin: &Origin,
    images: &[Reference],
    others: &[Reference],
) -> Result<ResultObject, Error> {
    let mut children = context(origin);
    children.push(text(CONTAINS, &dcm("113012", "Key Object Description"), origin.notice()));
    let film = std::slice::from_ref(&origin.film);
    children.extend(film.iter().chain(images).map(|image| object(CONTAINS, "IMAGE", image)));
    children.extend(others.iter().map(|other| object(CONTAINS, "COMPOSITE", other)));
    let all = [film, images, others].concat();
    let set: DataSet = origin
        .object("KO", 9105, "Koniscope results. Research use only, not for diagnosis")
        .and(root(&dcm("113000", "Of Interest"), "2010", children))
        .empty(tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE)
        .items(EVIDENCE, [evidence(&origin.study, &all)]);
    finished(set, uids::KEY_OBJECT_SELECTION_DOCUMENT_STORAGE)
}
