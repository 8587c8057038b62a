//! What a header can tell against a film. Headers are typed by busy people: only a word that
//! clearly names something else refuses; what is absent or unknown is left to the pixels.

use crate::{Error, decode::RawImage};

/// Modalities of projection radiographs: computed, digital, film (RG), fluoroscopy; and what scans
/// and secondary captures of films call themselves (OT, and against the standard DR, SC).
const MODALITIES: [&str; 7] = ["CR", "DX", "DR", "RG", "RF", "OT", "SC"];

/// Views that are not frontal (PS3.3 C.8.1.1, C.8.11.5): lateral, oblique, and decubitus, whose
/// lungs lie otherwise than staging expects. Also how people abbreviate them.
const OTHER_VIEWS: [&str; 13] =
    ["LL", "RL", "LLD", "RLD", "LLO", "RLO", "LAO", "RAO", "LPO", "RPO", "LAT", "OBL", "OBLIQUE"];

/// Parts of words that say chest, in the languages that our readers type.
const CHEST: [&str; 6] = ["CHEST", "THORA", "TORAX", "TORACE", "LUNG", "PULM"];

/// Words that say another body part (PS3.16 annex L and CID 4009), without a plural S.
const OTHER_PARTS: [&str; 60] = [
    "ABDOMEN",
    "ANKLE",
    "ARM",
    "BLADDER",
    "BRAIN",
    "BREAST",
    "BUTTOCK",
    "CALCANEUS",
    "CALF",
    "CERVICAL",
    "CLAVICLE",
    "COCCYX",
    "COLON",
    "CSPINE",
    "ELBOW",
    "EXTREMITIE",
    "EXTREMITY",
    "EYE",
    "FEMUR",
    "FIBULA",
    "FINGER",
    "FOOT",
    "FEET",
    "FOREARM",
    "HAND",
    "HEAD",
    "HIP",
    "HUMERU",
    "JAW",
    "KIDNEY",
    "KNEE",
    "LEG",
    "LIVER",
    "LSPINE",
    "LUMBAR",
    "MANDIBLE",
    "MAXILLA",
    "NECK",
    "NOSE",
    "ORBIT",
    "PATELLA",
    "PELVIS",
    "RADIU",
    "SACRUM",
    "SCAPULA",
    "SHOULDER",
    "SINU",
    "SKULL",
    "SPINE",
    "SSPINE",
    "TEETH",
    "THIGH",
    "THUMB",
    "TIBIA",
    "TOE",
    "TOOTH",
    "TSPINE",
    "ULNA",
    "WHOLEBODY",
    "WRIST",
];

/// Refuses what the header says is no frontal chest radiograph, ready for viewing.
///
/// # Errors
/// [`Error::WrongModality`], [`Error::ForProcessing`], [`Error::WrongBodyPart`],
/// [`Error::NotFrontal`].
pub fn check_header(raw: &RawImage) -> Result<(), Error> {
    let header = &raw.header;
    let upper = |text: &Option<String>| text.as_ref().map(|t| t.trim().to_uppercase());
    if let Some(modality) = upper(&header.modality_code)
        && !MODALITIES.contains(&modality.as_str())
    {
        return Err(Error::WrongModality { modality });
    }
    if header.for_processing {
        return Err(Error::ForProcessing);
    }
    if let Some(body_part) = upper(&header.body_part)
        && is_other_part(&body_part)
    {
        return Err(Error::WrongBodyPart { body_part });
    }
    if let Some(view) = upper(&header.view_position)
        && is_other_view(&view)
    {
        return Err(Error::NotFrontal { view });
    }
    Ok(())
}

/// Whether the header says that the beam came from in front.
pub(super) fn is_ap(raw: &RawImage) -> bool {
    let view = raw.header.view_position.as_deref().unwrap_or_default();
    words(&view.to_uppercase()).any(|word| word == "AP")
}

fn is_other_part(part: &str) -> bool {
    let joined: String = words(part).collect();
    let is_other = |word: &str| OTHER_PARTS.contains(&word.strip_suffix('S').unwrap_or(word));
    let whole = |word: &str| OTHER_PARTS.contains(&word) || is_other(word);
    !CHEST.iter().any(|chest| part.contains(chest)) && (words(part).any(whole) || whole(&joined))
}

fn is_other_view(view: &str) -> bool {
    words(view).any(|word| OTHER_VIEWS.contains(&word) || word.contains("LATERAL"))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Header;

    /// The kind of refusal, or `read`.
    fn verdict(modality: &str, part: &str, view: &str, for_processing: bool) -> &'static str {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
        let header = Header {
            modality_code: some(modality),
            body_part: some(part),
            view_position: some(view),
            for_processing,
            ..Header::default()
        };
        let raw = RawImage {
            width: 1,
            height: 1,
            stored: vec![0],
            bits_stored: 8,
            signed: false,
            header,
        };
        check_header(&raw).map_or_else(|e| e.kind(), |()| "read")
    }

    #[test]
    fn headers_are_believed_where_they_are_clear() {
        let cases = [
            ("", "", "", false, "read"),
            ("DX", "CHEST", "PA", false, "read"),
            ("CR", "THORAX PA", "AP", false, "read"),
            ("dx", "Chest and abdomen", "pa", false, "read"),
            ("RG", "TORAX", "FRONTAL", false, "read"),
            ("OT", "something else", "ANTEROPOSTERIOR", false, "read"),
            ("CT", "CHEST", "", false, "wrong_modality"),
            ("US", "", "", false, "wrong_modality"),
            ("DX", "CHEST", "PA", true, "for_processing"),
            ("CR", "EXTREMITY", "AP", false, "wrong_body_part"),
            ("CR", "Hands", "", false, "wrong_body_part"),
            ("CR", "PELVIS^HIP", "", false, "wrong_body_part"),
            ("NM", "WHOLE BODY", "", false, "wrong_modality"),
            ("CR", "WHOLE BODY", "", false, "wrong_body_part"),
            ("CR", "CSPINE", "", false, "wrong_body_part"),
            ("CR", "HANDSOME", "", false, "read"),
            ("CR", "CHEST", "LL", false, "not_frontal"),
            ("CR", "CHEST", "LLD", false, "not_frontal"),
            ("CR", "CHEST", "Left lateral", false, "not_frontal"),
            ("DX", "", "LEFT LATERAL", false, "not_frontal"),
        ];
        for (modality, part, view, for_processing, expected) in cases {
            let found = verdict(modality, part, view, for_processing);
            assert_eq!(found, expected, "{modality} {part} {view}");
        }
    }
}
