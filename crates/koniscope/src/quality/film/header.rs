//! What a header can tell for or against a film. Headers are typed by busy people: only a term that
//! clearly names something else refuses; what is unknown is flagged and left to the pixels.

use super::{
    super::Flag,
    terms::{self, Meaning},
};
use crate::{
    Error,
    decode::{Header, Oddity, RawImage},
};

/// Modalities of projection radiographs: computed, digital, film (RG), fluoroscopy; and what scans
/// and secondary captures of films call themselves (OT, and against the standard DR, SC).
const MODALITIES: [&str; 7] = ["CR", "DX", "DR", "RG", "RF", "OT", "SC"];

/// Refuses what the header says is no frontal chest radiograph, ready for viewing.
///
/// # Errors
/// [`Error::WrongModality`], [`Error::ForProcessing`], [`Error::WrongBodyPart`],
/// [`Error::NotFrontal`].
pub fn check_header(raw: &RawImage) -> Result<(), Error> {
    let header = &raw.header;
    if let Some(modality) = header.modality_code.as_ref().map(|t| t.trim().to_uppercase())
        && !MODALITIES.contains(&modality.as_str())
    {
        return Err(Error::WrongModality { modality });
    }
    if header.for_processing {
        return Err(Error::ForProcessing);
    }
    if let Some(text) = body_part(header)
        && terms::body_part(text) == Meaning::Other
    {
        return Err(Error::WrongBodyPart { body_part: text.to_uppercase() });
    }
    // A body part may name the view as well: CHEST LATERAL.
    let in_body_part = body_part(header).filter(|text| terms::view(text) == Meaning::Other);
    let view = view(header);
    let view = view.filter(|text| matches!(terms::view(text), Meaning::Other | Meaning::Mixed));
    if let Some(view) = view.or(in_body_part) {
        return Err(Error::NotFrontal { view: view.to_uppercase() });
    }
    Ok(())
}

/// What a reader of the result must know of the header.
pub(super) fn flags(header: &Header) -> impl Iterator<Item = Flag> {
    let unclear = |meaning: Meaning| meaning == Meaning::Unknown || meaning == Meaning::Mixed;
    let said = [
        (is_ap(header), Flag::ApProjection),
        (header.burned_in_annotation, Flag::BurnedInText),
        (body_part(header).is_some_and(|t| unclear(terms::body_part(t))), Flag::UnclearBodyPart),
        (view(header).is_some_and(|t| unclear(terms::view(t))), Flag::UnclearView),
        (contradicts_itself(header), Flag::ContradictoryHeader),
    ];
    let odd = header.oddities.iter().map(|oddity| match oddity {
        Oddity::WindowLeftOut => Flag::WindowLeftOut,
        Oddity::UnusableSpacing => Flag::UnusableSpacing,
        Oddity::DecimalComma => Flag::DecimalComma,
        Oddity::UnknownOrientation => Flag::UnknownOrientation,
        Oddity::UnusablePadding => Flag::UnusablePadding,
        Oddity::SparePixelData => Flag::SparePixelData,
        Oddity::CutBits => Flag::CutBits,
        Oddity::Child => Flag::Child,
    });
    said.into_iter().filter(|(found, _)| *found).map(|(_, flag)| flag).chain(odd)
}

fn body_part(header: &Header) -> Option<&str> {
    header.body_part.as_deref().or(header.body_region.as_deref())
}

fn view(header: &Header) -> Option<&str> {
    header.view_position.as_deref()
}

/// Whether the header says that the beam came from in front.
fn is_ap(header: &Header) -> bool {
    terms::words(view(header).unwrap_or_default()).iter().any(|word| word == "AP")
}

/// Whether one element says frontal chest film and another says something else.
fn contradicts_itself(header: &Header) -> bool {
    let other = |text: &Option<String>, of: fn(&str) -> Meaning| {
        text.as_deref().is_some_and(|text| of(text) == Meaning::Other)
    };
    // Rows or columns that run between front and back show no frontal view.
    let depth = header.patient_orientation.as_deref().is_some_and(|text| {
        text.to_uppercase().split('\\').any(|way| way.trim().starts_with(['A', 'P']))
    });
    other(&header.view_code, terms::view)
        || other(&header.body_region, terms::body_part)
        || depth && view(header).is_some_and(|text| terms::view(text) == Meaning::Wanted)
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
            ("DX", "CHEST LATERAL", "", false, "not_frontal"),
            ("DX", "CHEST", "XTABLE", false, "not_frontal"),
            ("DX", "CHEST", "PA/LAT", false, "not_frontal"),
            ("DX", "THORACIC SPINE", "AP", false, "wrong_body_part"),
            ("DX", "RIBS", "AP", false, "wrong_body_part"),
            ("DX", "UPPER LIMB", "AP", false, "wrong_body_part"),
        ];
        for (modality, part, view, for_processing, expected) in cases {
            let found = verdict(modality, part, view, for_processing);
            assert_eq!(found, expected, "{modality} {part} {view}");
        }
    }
    #[test]
    fn what_is_unclear_or_contradicts_is_flagged() {
        let some = |text: &str| Some(text.to_string());
        let frontal = || Header {
            body_part: some("CHEST"),
            view_position: some("PA"),
            patient_orientation: some("L\\F"),
            ..Header::default()
        };
        let with = |change: fn(&mut Header)| {
            let mut header = frontal();
            change(&mut header);
            flags(&header).collect::<Vec<_>>()
        };
        assert_eq!(with(|_| {}), []);
        assert_eq!(with(|h| h.view_position = Some("AP".into())), [Flag::ApProjection]);
        assert_eq!(with(|h| h.body_part = Some("RIBCAGE".into())), [Flag::UnclearBodyPart]);
        assert_eq!(with(|h| h.body_part = Some("Chest, abdomen".into())), [Flag::UnclearBodyPart]);
        assert_eq!(with(|h| h.view_position = Some("W1".into())), [Flag::UnclearView]);
        let contradictions: [fn(&mut Header); 3] = [
            |h| h.patient_orientation = Some("P\\F".into()),
            |h| h.view_code = Some("LATERAL".into()),
            |h| h.body_region = Some("Skull".into()),
        ];
        for contradiction in contradictions {
            assert_eq!(with(contradiction), [Flag::ContradictoryHeader]);
        }
        let child = with(|h| h.oddities = vec![Oddity::Child, Oddity::DecimalComma]);
        assert_eq!(child, [Flag::Child, Flag::DecimalComma]);
    }
}
