//! Comprehensive SR by the template Measurement Report (PS3.16 TID 1500).

use dicom_dictionary_std::{tags, uids};

use super::{
    Algorithm, Origin, ResultObject,
    code::{Code, plain},
    content::{
        CONTAINS, CONTEXT, EVIDENCE, MODIFIER, code, container, context, dcm, evidence, number,
        object, region, root, text, uid_ref, with,
    },
    finished,
    segmentation::tracking_uid,
};
use crate::{DataSet, Error};

/// Where in the body something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The part of the body.
    pub part: Code,
    /// Its side.
    pub side: Code,
    /// What part of it.
    pub modifier: Option<Code>,
}

/// What was found at one region of a film (PS3.16 TID 1410).
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What people call it; a segment of the same label has the same tracking UID.
    pub label: String,
    /// What it is.
    pub finding: Code,
    /// Where it is.
    pub site: Option<Site>,
    /// Its outline: points `[x, y]` in continuous pixels of the film as it is stored, three or more.
    pub outline: Vec<[f32; 2]>,
    /// Who found it.
    pub algorithm: Algorithm,
    /// What was measured: name, value, unit.
    pub numbers: Vec<(Code, f64, Code)>,
    /// What was judged: question and answer.
    pub codes: Vec<(Code, Code)>,
    /// What there is to say: about what, and what.
    pub texts: Vec<(Code, String)>,
}

/// A report of all groups.
///
/// # Errors
/// [`Error::Unwritable`] without a group, or where one has no region: viewers end at it.
pub fn report(origin: &Origin, groups: &[Group]) -> Result<ResultObject, Error> {
    if groups.is_empty() || groups.iter().any(|group| group.outline.len() < 3) {
        let detail = "findings, each with an outline of three points and more, were expected";
        return Err(Error::Unwritable { detail: detail.into() });
    }
    // Of PS3.16 CID 100, which has no word for a radiograph of the chest.
    let procedure = Code::new("SCT", "363679005", "Imaging procedure");
    let image = object(CONTAINS, "IMAGE", &origin.film);
    let library = container(&dcm("126200", "Image Library Group"), vec![image]);
    let groups = groups.iter().map(|group| of_group(origin, group)).collect();
    let mut children = context(origin);
    children.extend([
        code(MODIFIER, &dcm("121058", "Procedure reported"), &procedure),
        container(&dcm("111028", "Image Library"), vec![library]),
        container(&dcm("126010", "Imaging Measurements"), groups),
    ]);
    let set = origin
        .object("SR", 9103, "Koniscope findings. Research use only, not for diagnosis")
        .and(root(&dcm("126000", "Imaging Measurement Report"), "1500", children))
        .text(tags::COMPLETION_FLAG, "COMPLETE")
        .text(tags::COMPLETION_FLAG_DESCRIPTION, origin.notice())
        .text(tags::VERIFICATION_FLAG, "UNVERIFIED")
        .empty(tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE)
        .empty(tags::PERFORMED_PROCEDURE_CODE_SEQUENCE)
        .items(EVIDENCE, [evidence(&origin.study, std::slice::from_ref(&origin.film))]);
    finished(set, uids::COMPREHENSIVE_SR_STORAGE)
}

fn of_group(origin: &Origin, group: &Group) -> DataSet {
    let Group { label, finding, site, outline, algorithm, numbers, codes, texts } = group;
    let algorithm = [
        (dcm("111001", "Algorithm Name"), &algorithm.name),
        (dcm("111003", "Algorithm Version"), &algorithm.version),
        (dcm("111002", "Algorithm Parameters"), &algorithm.parameters),
    ];
    let mut children = vec![
        text(CONTEXT, &dcm("112039", "Tracking Identifier"), &plain(label, 64)),
        uid_ref(
            CONTEXT,
            &dcm("112040", "Tracking Unique Identifier"),
            &tracking_uid(origin, label),
        ),
        code(CONTAINS, &dcm("121071", "Finding"), finding),
    ];
    children.extend(algorithm.map(|(name, value)| text(MODIFIER, &name, value)));
    if let Some(Site { part, side, modifier }) = site {
        let side_name = Code::new("SCT", "272741003", "Laterality");
        let mut below = vec![code(MODIFIER, &side_name, side)];
        let topographical = Code::new("SCT", "106233006", "Topographical modifier");
        below.extend(modifier.iter().map(|modifier| code(MODIFIER, &topographical, modifier)));
        let site = Code::new("SCT", "363698007", "Finding Site");
        children.push(with(code(MODIFIER, &site, part), below));
    }
    children.push(region(outline, &origin.film));
    children.extend(numbers.iter().map(|(name, value, unit)| number(name, *value, unit)));
    children.extend(codes.iter().map(|(name, value)| code(CONTAINS, name, value)));
    children.extend(texts.iter().map(|(name, value)| text(CONTAINS, name, value)));
    container(&dcm("125007", "Measurement Group"), children)
}
