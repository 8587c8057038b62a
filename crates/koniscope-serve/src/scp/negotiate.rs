//! Which associations and contexts are taken.

use dicom_transfer_syntax_registry::{TransferSyntaxIndex, TransferSyntaxRegistry};
use dicom_ul::pdu::{
    AssociationRJ, AssociationRJResult, AssociationRJServiceProviderPresentationReason,
    AssociationRJServiceUserReason, AssociationRJSource, AssociationRQ,
    PresentationContextProposed, PresentationContextResult, PresentationContextResultReason,
    UserVariableItem,
};
use koniscope_dicom::uids;

use crate::{ae::AeTitle, config::Config, scu::APPLICATION_CONTEXT};

/// Classes of films that are taken: Computed Radiography, Digital X-Ray for presentation and for processing,
/// Secondary Capture.
pub(crate) const FILMS: [&str; 4] = [
    uids::COMPUTED_RADIOGRAPHY_IMAGE_STORAGE,
    uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION,
    uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PROCESSING,
    uids::SECONDARY_CAPTURE_IMAGE_STORAGE,
];

/// Transfer syntaxes of films that are asked for, as far as they can be read. Those that every peer can write go
/// first.
pub(crate) fn film_syntaxes() -> Vec<&'static str> {
    let mut syntaxes = vec![
        uids::EXPLICIT_VR_LITTLE_ENDIAN,
        uids::IMPLICIT_VR_LITTLE_ENDIAN,
        uids::JPEG_LOSSLESS_SV1,
        uids::JPEG_LOSSLESS,
        uids::JPEGLS_LOSSLESS,
        uids::JPEG2000_LOSSLESS,
        uids::RLE_LOSSLESS,
        uids::JPEG_BASELINE8_BIT,
        uids::JPEG_EXTENDED12_BIT,
        uids::JPEG2000,
    ];
    syntaxes.retain(|syntax| rank(syntax, true).is_some());
    syntaxes
}

/// A context that was taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Taken {
    pub(super) id: u8,
    pub(super) class: String,
    pub(super) transfer_syntax: String,
}

/// Whether the association is taken, as which calling title.
pub(super) fn caller(
    request: &AssociationRQ,
    config: &Config,
    is_free: bool,
) -> Result<AeTitle, (AssociationRJ, String)> {
    use AssociationRJServiceUserReason as User;
    let by_user = |reason, words: String| {
        let source = AssociationRJSource::ServiceUser(reason);
        Err((AssociationRJ { result: AssociationRJResult::Permanent, source }, words))
    };
    if !is_free {
        let reason = AssociationRJServiceProviderPresentationReason::LocalLimitExceeded;
        let source = AssociationRJSource::ServiceProviderPresentation(reason);
        let words = format!("rejected: {} associations run", config.node.max_associations);
        return Err((AssociationRJ { result: AssociationRJResult::Transient, source }, words));
    }
    if trimmed(&request.application_context_name) != APPLICATION_CONTEXT {
        let words = "rejected: another application context than DICOM's".to_owned();
        return by_user(User::ApplicationContextNameNotSupported, words);
    }
    let own = config.node.ae_title.as_str();
    let called = AeTitle::try_from(request.called_ae_title.clone());
    if !config.node.accept_any_called && called.as_ref().map(AeTitle::as_str) != Ok(own) {
        let other = called.map_or("no AE title".to_owned(), |called| called.to_string());
        let words = format!("rejected: it called {other}, this node is {own}");
        return by_user(User::CalledAETitleNotRecognized, words);
    }
    match AeTitle::try_from(request.calling_ae_title.clone()) {
        Ok(calling) if config.takes_from(&calling) => Ok(calling),
        Ok(calling) => {
            let words = format!("rejected: {calling} is no peer; add it to the configuration");
            by_user(User::CallingAETitleNotRecognized, words)
        }
        Err(_) => {
            let words = "rejected: it names no AE title of its own".to_owned();
            by_user(User::CallingAETitleNotRecognized, words)
        }
    }
}

/// The answer to each context proposed, and those taken. Unknown classes, as vendors' own, are refused one
/// by one.
pub(super) fn contexts(
    proposed: &[PresentationContextProposed],
) -> (Vec<PresentationContextResult>, Vec<Taken>) {
    use PresentationContextResultReason as Reason;
    let mut taken: Vec<Taken> = Vec::new();
    let mut answer = |context: &PresentationContextProposed| {
        let result = |reason, syntax: &str| PresentationContextResult {
            id: context.id,
            reason,
            transfer_syntax: syntax.to_owned(),
        };
        let class = trimmed(&context.abstract_syntax);
        let is_film = FILMS.contains(&class);
        let is_service = [uids::VERIFICATION, uids::STORAGE_COMMITMENT_PUSH_MODEL].contains(&class);
        // Context identifiers are odd (PS3.8 table 9-18), and each stands for one context.
        if context.id.is_multiple_of(2) || taken.iter().any(|other| other.id == context.id) {
            return result(Reason::NoReason, uids::IMPLICIT_VR_LITTLE_ENDIAN);
        }
        if !is_film && !is_service {
            return result(Reason::AbstractSyntaxNotSupported, uids::IMPLICIT_VR_LITTLE_ENDIAN);
        }
        let syntaxes = context.transfer_syntaxes.iter().map(|syntax| trimmed(syntax));
        let usable = syntaxes.filter(|syntax| rank(syntax, is_film).is_some());
        // The sender's order holds among syntaxes that are as good as each other: the first of equals is the least.
        match usable.min_by_key(|syntax| rank(syntax, is_film)) {
            Some(syntax) => {
                let (class, transfer_syntax) = (class.to_owned(), syntax.to_owned());
                taken.push(Taken { id: context.id, class, transfer_syntax });
                result(Reason::Acceptance, syntax)
            }
            None => result(Reason::TransferSyntaxesNotSupported, uids::IMPLICIT_VR_LITTLE_ENDIAN),
        }
    };
    let answers = proposed.iter().map(&mut answer).collect();
    (answers, taken)
}

/// The roles of the caller that are taken: a provider of storage commitment may report here.
pub(super) fn roles(asked: &[UserVariableItem], taken: &[Taken]) -> Vec<UserVariableItem> {
    let is_taken = |item: &&UserVariableItem| match item {
        UserVariableItem::ScuScpRoleSelectionSubItem(class, _) => {
            let class = trimmed(class);
            class == uids::STORAGE_COMMITMENT_PUSH_MODEL
                && taken.iter().any(|context| context.class == class)
        }
        _ => false,
    };
    asked.iter().filter(is_taken).cloned().collect()
}

/// How little a transfer syntax is liked; nothing where it cannot be read. One that loses nothing goes first,
/// since a sender may compress for the one that is taken.
fn rank(uid: &str, is_film: bool) -> Option<u8> {
    match uid {
        uids::EXPLICIT_VR_LITTLE_ENDIAN => Some(0),
        uids::IMPLICIT_VR_LITTLE_ENDIAN => Some(1),
        _ if !is_film => None,
        uids::RLE_LOSSLESS
        | uids::JPEG_LOSSLESS
        | uids::JPEG_LOSSLESS_SV1
        | uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN => Some(0),
        _ => {
            let syntax = TransferSyntaxRegistry.get(uid)?;
            let is_read = syntax.is_codec_free() || syntax.can_decode_all();
            let is_lossless = syntax.name().to_lowercase().contains("lossless");
            is_read.then_some(if is_lossless { 0 } else { 2 })
        }
    }
}

/// UIDs of PDUs are not padded, but some peers do.
fn trimmed(uid: &str) -> &str {
    uid.trim_matches(['\0', ' '])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn context(id: u8, class: &str, syntaxes: &[&str]) -> PresentationContextProposed {
        PresentationContextProposed {
            id,
            abstract_syntax: class.to_owned(),
            transfer_syntaxes: syntaxes.iter().map(|syntax| (*syntax).to_owned()).collect(),
        }
    }

    #[test]
    fn films_and_services_are_taken_and_nothing_else() {
        use PresentationContextResultReason as Reason;
        let (explicit, implicit) =
            (uids::EXPLICIT_VR_LITTLE_ENDIAN, uids::IMPLICIT_VR_LITTLE_ENDIAN);
        let dx = uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION;
        let private = "1.2.840.113619.5.2";
        let cases = [
            (context(1, uids::VERIFICATION, &[implicit]), Reason::Acceptance, implicit),
            (context(3, dx, &[implicit, explicit]), Reason::Acceptance, explicit),
            (context(4, dx, &[explicit]), Reason::NoReason, implicit),
            (context(3, dx, &[explicit]), Reason::NoReason, implicit),
            (context(5, private, &[explicit]), Reason::AbstractSyntaxNotSupported, implicit),
            (context(7, dx, &[private]), Reason::TransferSyntaxesNotSupported, implicit),
            (context(9, dx, &[private, implicit]), Reason::Acceptance, implicit),
            (
                context(11, dx, &[uids::JPEG_BASELINE8_BIT, uids::JPEG_LOSSLESS_SV1, explicit]),
                Reason::Acceptance,
                uids::JPEG_LOSSLESS_SV1,
            ),
            (
                context(13, dx, &[uids::JPEG_BASELINE8_BIT]),
                Reason::Acceptance,
                uids::JPEG_BASELINE8_BIT,
            ),
            (
                context(15, uids::VERIFICATION, &[uids::JPEG_LOSSLESS_SV1]),
                Reason::TransferSyntaxesNotSupported,
                implicit,
            ),
        ];
        let proposed: Vec<_> = cases.iter().map(|(context, ..)| context.clone()).collect();
        let (answers, taken) = contexts(&proposed);
        for (answer, (context, reason, syntax)) in answers.iter().zip(&cases) {
            assert_eq!(
                (&answer.reason, &*answer.transfer_syntax),
                (reason, *syntax),
                "{context:?}"
            );
        }
        let ids: Vec<u8> = taken.iter().map(|taken| taken.id).collect();
        assert_eq!(ids, [1, 3, 9, 11, 13]);
    }

    #[test]
    fn wrong_titles_are_rejected_by_name() {
        let file = "[node]\nae_title = \"K\"\nfolder = \"f\"\n[peers.a]\nae_title = \"A\"\naddress = \"h:1\"\n";
        let config = Config::parse(file).unwrap();
        let request = |calling: &str, called: &str| AssociationRQ {
            protocol_version: 1,
            calling_ae_title: calling.into(),
            called_ae_title: called.into(),
            application_context_name: APPLICATION_CONTEXT.into(),
            presentation_contexts: vec![],
            user_variables: vec![],
        };
        let told = |request: &AssociationRQ, is_free| {
            caller(request, &config, is_free)
                .map_err(|(rejected, words)| format!("{} / {words}", rejected.source))
        };
        assert_eq!(told(&request("A", "K "), true).unwrap().as_str(), "A");
        for (request, is_free, words) in [
            (
                request("A", "OTHER"),
                true,
                "called AE title not recognized / rejected: it called OTHER",
            ),
            (request("B", "K"), true, "calling AE title not recognized / rejected: B is no peer"),
            (request("", "K"), true, "names no AE title"),
            (request("A", "K"), false, "local limit exceeded / rejected: 24 associations"),
            (
                AssociationRQ { application_context_name: "1.2".into(), ..request("A", "K") },
                true,
                "application context",
            ),
        ] {
            let error = told(&request, is_free).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
