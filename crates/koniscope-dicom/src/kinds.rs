//! Names of objects without pixels that stand beside radiographs in an archive.

use dicom_dictionary_std::uids;

/// SOP classes (PS3.4 table B.5-1), in plain words.
const NAMES: [(&str, &str); 16] = [
    (uids::MEDIA_STORAGE_DIRECTORY_STORAGE, "directory of a medium (DICOMDIR)"),
    (uids::BASIC_TEXT_SR_STORAGE, "structured report"),
    (uids::ENHANCED_SR_STORAGE, "structured report"),
    (uids::COMPREHENSIVE_SR_STORAGE, "structured report"),
    (uids::COMPREHENSIVE3_DSR_STORAGE, "structured report"),
    (uids::X_RAY_RADIATION_DOSE_SR_STORAGE, "radiation dose report"),
    (uids::CHEST_CADSR_STORAGE, "chest CAD report"),
    (uids::KEY_OBJECT_SELECTION_DOCUMENT_STORAGE, "list of key images"),
    (uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE, "presentation state"),
    (uids::COLOR_SOFTCOPY_PRESENTATION_STATE_STORAGE, "presentation state"),
    (uids::ENCAPSULATED_PDF_STORAGE, "PDF document"),
    (uids::ENCAPSULATED_CDA_STORAGE, "clinical document"),
    (uids::RAW_DATA_STORAGE, "raw data object"),
    (uids::TWELVE_LEAD_ECG_WAVEFORM_STORAGE, "electrocardiogram"),
    (uids::RT_STRUCTURE_SET_STORAGE, "structure set"),
    (uids::RT_PLAN_STORAGE, "treatment plan"),
];

/// The name of a SOP class, if it is one of these.
pub(crate) fn name(uid: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == uid).map(|(_, name)| *name)
}
