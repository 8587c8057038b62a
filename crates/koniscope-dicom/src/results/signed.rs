//! What a person signed, as a Comprehensive SR by the template Measurement Report (PS3.16 TID 1500).

use dicom_dictionary_std::{tags, uids};

use super::{
    Origin, ResultObject,
    code::{Code, plain},
    content::{
        CONTAINS, CONTEXT, EVIDENCE, MODIFIER, code, container, dcm, evidence, language, object,
        person_name, region, root, text, uid_ref,
    },
    finished,
    segmentation::tracking_uid,
};
use crate::{DataSet, Error};

/// The person who read a film (PS3.16 TID 1003).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observer {
    /// Name, as it is written.
    pub name: String,
    /// Where the person works; empty where it is not told.
    pub organization: String,
}

/// A person's answers on a film.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// What they are, as people call it.
    pub label: String,
    /// What they are.
    pub finding: Code,
    /// Columns and rows of the film as it is stored.
    pub size: [usize; 2],
    /// Question and answer.
    pub codes: Vec<(Code, Code)>,
    /// About what, and what.
    pub texts: Vec<(Code, String)>,
}

/// A report of a person's answers. The person is its observer, and no program is. It is not verified: an
/// archive cannot know that the person is who the name says.
///
/// # Errors
/// [`Error::Unwritable`] if it has no observer or does not fit a DICOM file.
pub fn signed_report(
    origin: &Origin,
    observer: &Observer,
    answers: &Answers,
) -> Result<ResultObject, Error> {
    // Letters that separate the parts of a person's name.
    let name = plain(&observer.name.replace(['^', '='], " "), 64);
    if name.trim().is_empty() {
        return Err(Error::Unwritable { detail: "the name of a reader was expected".into() });
    }
    let procedure = Code::new("SCT", "363679005", "Imaging procedure");
    let image = object(CONTAINS, "IMAGE", &origin.film);
    let library = container(&dcm("126200", "Image Library Group"), vec![image]);
    let mut children = vec![
        language(),
        code(CONTEXT, &dcm("121005", "Observer Type"), &dcm("121006", "Person")),
        person_name(CONTEXT, &dcm("121008", "Person Observer Name"), name.trim()),
    ];
    let organization = observer.organization.trim();
    if !organization.is_empty() {
        let title = dcm("121009", "Person Observer's Organization Name");
        children.push(text(CONTEXT, &title, organization));
    }
    children.extend([
        code(MODIFIER, &dcm("121058", "Procedure reported"), &procedure),
        container(&dcm("111028", "Image Library"), vec![library]),
        container(&dcm("126010", "Imaging Measurements"), vec![group(origin, answers)]),
    ]);
    let set = origin
        .object("SR", 9106, "Koniscope signed form. Research use only, not for diagnosis")
        .and(root(&dcm("126000", "Imaging Measurement Report"), "1500", children))
        .text(tags::COMPLETION_FLAG, "COMPLETE")
        .text(tags::COMPLETION_FLAG_DESCRIPTION, origin.notice())
        .text(tags::VERIFICATION_FLAG, "UNVERIFIED")
        .empty(tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE)
        .empty(tags::PERFORMED_PROCEDURE_CODE_SEQUENCE)
        .items(EVIDENCE, [evidence(&origin.study, std::slice::from_ref(&origin.film))]);
    finished(set, uids::COMPREHENSIVE_SR_STORAGE)
}

fn group(origin: &Origin, answers: &Answers) -> DataSet {
    let Answers { label, finding, size, codes, texts } = answers;
    let [width, height] = size.map(|side| side as f32);
    let outline = [[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]];
    let mut children = vec![
        text(CONTEXT, &dcm("112039", "Tracking Identifier"), &plain(label, 64)),
        uid_ref(
            CONTEXT,
            &dcm("112040", "Tracking Unique Identifier"),
            &tracking_uid(origin, label),
        ),
        code(CONTAINS, &dcm("121071", "Finding"), finding),
        // Viewers end at a finding without a region.
        region(&outline, &origin.film),
    ];
    children.extend(codes.iter().map(|(name, value)| code(CONTAINS, name, value)));
    children.extend(texts.iter().map(|(name, value)| text(CONTAINS, name, value)));
    container(&dcm("125007", "Measurement Group"), children)
}
