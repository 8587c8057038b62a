//! The tree of a structured report (PS3.3 C.17.3), item by item.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::{
    Origin, Reference,
    code::{Code, plain},
    uid,
};
use crate::DataSet;

pub(super) const CONTAINS: &str = "CONTAINS";
pub(super) const CONTEXT: &str = "HAS OBS CONTEXT";
pub(super) const MODIFIER: &str = "HAS CONCEPT MOD";

/// A word of PS3.16 annex D.
pub(super) const fn dcm(value: &'static str, meaning: &'static str) -> Code {
    Code::new("DCM", value, meaning)
}

fn item(relation: &str, kind: &str, name: &Code) -> DataSet {
    DataSet::new()
        .text(tags::RELATIONSHIP_TYPE, relation)
        .text(tags::VALUE_TYPE, kind)
        .items(tags::CONCEPT_NAME_CODE_SEQUENCE, [name.item()])
}

/// With items below it. None are written as no sequence: viewers end at an empty one.
pub(super) fn with(set: DataSet, children: Vec<DataSet>) -> DataSet {
    if children.is_empty() { set } else { set.items(tags::CONTENT_SEQUENCE, children) }
}

pub(super) fn container(name: &Code, children: Vec<DataSet>) -> DataSet {
    let set = item(CONTAINS, "CONTAINER", name).text(tags::CONTINUITY_OF_CONTENT, "SEPARATE");
    with(set, children)
}

/// The root of a document by a template of PS3.16.
pub(super) fn root(name: &Code, template: &str, children: Vec<DataSet>) -> DataSet {
    let template = DataSet::new()
        .text(tags::MAPPING_RESOURCE, "DCMR")
        .text(tags::TEMPLATE_IDENTIFIER, template);
    let set = DataSet::new()
        .text(tags::VALUE_TYPE, "CONTAINER")
        .items(tags::CONCEPT_NAME_CODE_SEQUENCE, [name.item()])
        .text(tags::CONTINUITY_OF_CONTENT, "SEPARATE")
        .items(tags::CONTENT_TEMPLATE_SEQUENCE, [template]);
    with(set, children)
}

pub(super) fn code(relation: &str, name: &Code, value: &Code) -> DataSet {
    item(relation, "CODE", name).items(tags::CONCEPT_CODE_SEQUENCE, [value.item()])
}

pub(super) fn text(relation: &str, name: &Code, value: &str) -> DataSet {
    item(relation, "TEXT", name).text(tags::TEXT_VALUE, &plain(value, 4096))
}

pub(super) fn person_name(relation: &str, name: &Code, value: &str) -> DataSet {
    item(relation, "PNAME", name).text(tags::PERSON_NAME, value)
}

pub(super) fn uid_ref(relation: &str, name: &Code, value: &str) -> DataSet {
    item(relation, "UIDREF", name).text(tags::UID, value)
}

/// A number of at most four decimals.
pub(super) fn number(name: &Code, value: f64, unit: &Code) -> DataSet {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let value = DataSet::new()
        .text(tags::NUMERIC_VALUE, text)
        .items(tags::MEASUREMENT_UNITS_CODE_SEQUENCE, [unit.item()]);
    item(CONTAINS, "NUM", name).items(tags::MEASURED_VALUE_SEQUENCE, [value])
}

/// Another object: `IMAGE` or `COMPOSITE`.
pub(super) fn object(relation: &str, kind: &str, reference: &Reference) -> DataSet {
    DataSet::new()
        .text(tags::RELATIONSHIP_TYPE, relation)
        .text(tags::VALUE_TYPE, kind)
        .items(tags::REFERENCED_SOP_SEQUENCE, [reference.item()])
}

/// A closed outline on an image, of points `[x, y]` in continuous pixels from its upper left corner
/// (PS3.3 C.18.6.1.1).
pub(super) fn region(outline: &[[f32; 2]], image: &Reference) -> DataSet {
    let points: Vec<f32> = outline.iter().chain(outline.first()).flatten().copied().collect();
    let set = item(CONTAINS, "SCOORD", &dcm("111030", "Image Region"))
        .text(tags::GRAPHIC_TYPE, "POLYLINE")
        .floats(tags::GRAPHIC_DATA, &points);
    with(set, vec![object("SELECTED FROM", "IMAGE", image)])
}

/// The language of a document (PS3.16 TID 1204).
pub(super) fn language() -> DataSet {
    let english = Code::new("RFC5646", "en-US", "English (United States)");
    code(MODIFIER, &dcm("121049", "Language of Content Item and Descendants"), &english)
}

/// The language of a document, and the program that made it (PS3.16 TID 1204 and 1001).
pub(super) fn context(origin: &Origin) -> Vec<DataSet> {
    let serial = origin.text(tags::DEVICE_SERIAL_NUMBER);
    let device = uid(&[b"device", serial.as_bytes()]);
    vec![
        language(),
        code(CONTEXT, &dcm("121005", "Observer Type"), &dcm("121007", "Device")),
        uid_ref(CONTEXT, &dcm("121012", "Device Observer UID"), &device),
        text(CONTEXT, &dcm("121013", "Device Observer Name"), "koniscope"),
        text(CONTEXT, &dcm("121014", "Device Observer Manufacturer"), "Koniscope"),
        text(CONTEXT, &dcm("121015", "Device Observer Model Name"), "koniscope"),
        text(CONTEXT, &dcm("121016", "Device Observer Serial Number"), &serial),
    ]
}

/// The objects of one study that a document refers to, by series (PS3.3 C.17.2.1).
pub(super) fn evidence(study: &str, references: &[Reference]) -> DataSet {
    let series = references.iter().map(|reference| {
        DataSet::new()
            .items(tags::REFERENCED_SOP_SEQUENCE, [reference.item()])
            .text(tags::SERIES_INSTANCE_UID, &reference.series)
    });
    DataSet::new()
        .items(tags::REFERENCED_SERIES_SEQUENCE, series)
        .text(tags::STUDY_INSTANCE_UID, study)
}

/// Where [`evidence`] stands in a document.
pub(super) const EVIDENCE: Tag = tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE;
