//! A signed form as a structured report, whose observer is the reader.

use koniscope_dicom::{
    Source,
    results::{self, Answers, Code, Observer, Origin},
};
use serde_json::Value;

use super::{DicomObject, Error, Kind};
use crate::{
    form::{niosh_2_8::Field, signed::Signed},
    reading::DISCLAIMER,
};

/// A signed form as Comprehensive SR of the film's study. `source` is the film's, `sha256` that of the record's
/// file; `words` gives the words of a field, as `niosh.large`. What has codes in the program's own reports
/// (profusion, shapes, large opacities, stage) has the same here; every answer is there as a text too. The same
/// record gives the same bytes.
///
/// # Errors
/// [`Error::Content`] if the film could not be decoded, so that nothing can be shown on it;
/// [`Error::Object`] if the film lacks a UID that a report refers to.
pub fn signed_form(
    source: &Source,
    signed: &Signed,
    sha256: &str,
    words: &dyn Fn(&str) -> String,
) -> Result<DicomObject, Error> {
    let size = signed.film.size.ok_or_else(|| {
        Error::Content(
            "the film was not read, and a report has to name its columns and rows".into(),
        )
    })?;
    let digits: String = signed.signed_at.chars().filter(char::is_ascii_digit).collect();
    let moment = (digits.len() == 14).then(|| [&digits[..8], &digits[8..]]);
    let software = &signed.software;
    let versions = [&*software.version, "form CDC/NIOSH 2.8"];
    let origin = Origin::new(source, &versions, sha256, DISCLAIMER, moment)?;
    let reader = &signed.forms.niosh.reader;
    let observer = Observer {
        name: reader.printed_name.clone(),
        organization: signed.forms.niosh.heading.facility.clone(),
    };
    let answers = Answers {
        label: format!("Signed form {}", signed.number),
        finding: Code::own("FORM_2_8", "Form CDC/NIOSH 2.8, signed"),
        size,
        codes: codes(signed),
        texts: texts(signed, words),
    };
    let object = results::signed_report(&origin, &observer, &answers)?;
    Ok(DicomObject::new(Kind::Sr, object))
}

fn codes(signed: &Signed) -> Vec<(Code, Code)> {
    let own = Code::own;
    let form = &signed.forms.niosh;
    let mut codes = Vec::new();
    if let Some(profusion) = form.small.profusion {
        let name = profusion.to_string();
        let value = name.replace('/', "_").replace('-', "M").replace('+', "P");
        codes
            .push((own("PROFUSION_ILO", "ILO 2B, profusion"), own(&format!("ILO_{value}"), &name)));
    }
    for (value, title, shape) in [
        ("SHAPE_PRIMARY", "ILO 2B, primary shape and size", form.small.primary),
        ("SHAPE_SECONDARY", "ILO 2B, secondary shape and size", form.small.secondary),
    ] {
        let name = shape.map(|shape| shape.name());
        codes.extend(name.map(|name| (own(value, title), own(&format!("SHAPE_{name}"), name))));
    }
    codes.extend(form.large.map(|category| {
        let name = format!("{category:?}");
        let value = own(&format!("LARGE_{name}"), &format!("Category {name}"));
        (own("LARGE_CATEGORY", "ILO 2C, large opacities"), value)
    }));
    codes.extend(signed.stage.as_ref().map(|outcome| {
        let name = outcome.stage.name();
        let value = own(&format!("STAGE_{name}"), &format!("Stage {name}"));
        (own("STAGE", "Stage by GBZ 70-2015"), value)
    }));
    codes
}

fn texts(signed: &Signed, words: &dyn Fn(&str) -> String) -> Vec<(Code, String)> {
    let comment = Code::new("DCM", "121106", "Comment");
    let who = &signed.forms.niosh.reader.printed_name;
    let mut texts = vec![
        (comment.clone(), DISCLAIMER.to_owned()),
        (
            comment,
            format!("Record {} of the film, signed {} by {who}", signed.number, signed.signed_at),
        ),
    ];
    texts.extend(
        signed
            .reason
            .iter()
            .map(|reason| (Code::own("ADDENDUM", "Why the record was added"), reason.clone())),
    );
    // The heading names the patient, whom the report's own header names.
    let fields = Field::ALL.iter().enumerate().filter(|(_, field)| {
        signed.forms.niosh.is_answered(**field) && !field.word().starts_with("heading.patient")
    });
    texts.extend(fields.map(|(i, field)| {
        let name =
            Code::own(&format!("NIOSH28_{i:02}"), &words(&format!("niosh.{}", field.word())));
        (name, told(&signed.forms.niosh.value(*field)))
    }));
    texts.extend(signed.stage.iter().map(|outcome| {
        (Code::own("CLAUSE", "Clause of GBZ 70-2015"), outcome.clause.text().to_owned())
    }));
    texts
}

fn told(value: &Value) -> String {
    match value {
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(told).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{form::signed::tests::signed, report::fake};

    fn has(bytes: &[u8], words: &str) -> bool {
        bytes.windows(words.len()).any(|part| part == words.as_bytes())
    }

    #[test]
    fn the_reader_is_the_observer_and_no_program_is() {
        let film = fake::film_of_dicom();
        let source = film.source.as_ref().unwrap();
        let record = signed();
        let object = signed_form(source, &record, "00ff", &|key: &str| key.into()).unwrap();
        let who = &record.forms.niosh.reader.printed_name;
        for words in [who, "121008", "Record 1 of the film", "mottle", "ILO 2C", DISCLAIMER] {
            assert!(has(&object.bytes, words), "{words}");
        }
        for words in ["121007", "Device Observer", "Algorithm Name"] {
            assert!(!has(&object.bytes, words), "{words}");
        }
        let again = signed_form(source, &record, "00ff", &|key: &str| key.into()).unwrap();
        assert!(object == again);
        dicom_object::from_reader(&object.bytes[..]).unwrap();
        let mut unread = record.clone();
        unread.film.size = None;
        assert!(matches!(
            signed_form(source, &unread, "00ff", &|key: &str| key.into()),
            Err(Error::Content(_))
        ));
        let mut nobody = record;
        nobody.forms.niosh.reader.printed_name = " ".into();
        assert!(signed_form(source, &nobody, "00ff", &|key: &str| key.into()).is_err());
    }
}
