//! A signed form as a PDF: the fields of form CDC/NIOSH 2.8 in their order, the form of GBZ 70, the signature.

use serde_json::Value;

use super::pages::{Line, pages};
use crate::{
    form::{
        Decision, gbz70,
        niosh_2_8::{Field, Section},
        signed::Signed,
    },
    report::Failure,
};

/// The form as PDF, every field of it, `-` where it is not answered. `sha256` is that of the record's file;
/// `words` gives the words of a key, as `niosh.large`, `section.2B`, `word.mottle`, `yes`, and the key itself
/// where it has none. A record gives the same bytes every time.
///
/// # Errors
/// [`Failure::internal`] if it cannot be made.
pub fn form_pdf(
    signed: &Signed,
    sha256: &str,
    words: &dyn Fn(&str) -> String,
) -> Result<Vec<u8>, Failure> {
    let mut lines = Vec::new();
    let fact = |lines: &mut Vec<Line>, key: &str, said: String| {
        lines.push(Line::Fact(words(key), if said.is_empty() { "-".into() } else { said }));
    };
    for section in Section::ALL {
        lines.push(Line::Heading(words(&format!("section.{}", section.word()))));
        for field in Field::ALL.iter().filter(|field| field.section() == *section) {
            let said = said(&signed.forms.niosh.value(*field), words);
            fact(&mut lines, &format!("niosh.{}", field.word()), said);
        }
    }
    if !signed.forms.gbz70.is_empty() {
        lines.push(Line::Heading(words("form.gbz70")));
        let json = signed.forms.as_json();
        for field in gbz70::Form::FIELDS {
            let at = format!("/gbz70/{}", field.replace('.', "/"));
            let value = json.pointer(&at).unwrap_or(&Value::Null);
            fact(&mut lines, &format!("gbz70.{field}"), said(value, words));
        }
        if let Some(stage) = &signed.stage {
            let told = format!("{}: {}", stage.stage.name(), stage.clause.text());
            fact(&mut lines, "form.stage", told);
        }
    }
    lines.push(Line::Heading(words("print.signature")));
    let reader = &signed.forms.niosh.reader;
    fact(&mut lines, "print.signed_by", reader.printed_name.clone());
    if let Some(account) = &signed.account {
        fact(&mut lines, "print.account", account.clone());
    }
    fact(&mut lines, "print.signed_at", signed.signed_at.clone());
    fact(&mut lines, "print.number", signed.number.to_string());
    if let Some(reason) = &signed.reason {
        fact(&mut lines, "form.reason", reason.clone());
    }
    fact(&mut lines, "form.report", words(&format!("report.{}", signed.report.word())));
    fact(&mut lines, "print.mode", words(&format!("mode.{}", signed.mode.word())));
    if let Some(models) = &signed.models {
        let count = |decision: Decision| {
            let decided = signed.decisions.values();
            let count = decided.filter(|decided| decided.mark.decision == decision).count();
            format!("{count} {}", words(&format!("decision.{}", decision.word())))
        };
        let counts = [Decision::Accepted, Decision::Changed, Decision::Rejected].map(count);
        let told = format!("{}, {}: {}", models.lungs.id, models.classifier.id, counts.join(", "));
        fact(&mut lines, "form.machine", told);
    }
    fact(&mut lines, "print.film", format!("{}, SHA-256 {}", signed.film.name, signed.film.sha256));
    if let Some(uid) = &signed.film.sop_instance_uid {
        fact(&mut lines, "print.uid", uid.clone());
    }
    fact(&mut lines, "print.record", format!("SHA-256 {sha256}"));
    let software = &signed.software;
    fact(&mut lines, "print.program", format!("{} {}", software.name, software.version));
    lines.push(Line::Signature(words("print.by_hand")));
    pages(&words("form.title"), None, lines)
}

/// An answer in words; empty where there is none.
fn said(value: &Value, words: &dyn Fn(&str) -> String) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => words(if *yes { "yes" } else { "no" }),
        Value::String(word) => {
            let key = format!("word.{word}");
            let named = words(&key);
            if named == key { word.clone() } else { named }
        }
        Value::Array(all) => all.iter().map(|one| said(one, words)).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{cell::RefCell, collections::BTreeSet};

    use super::*;
    use crate::form::signed::tests::signed;

    #[test]
    fn every_field_is_on_the_form_in_its_order() {
        let record = signed();
        let asked = RefCell::new(Vec::new());
        let words = |key: &str| {
            asked.borrow_mut().push(key.to_owned());
            key.to_owned()
        };
        let bytes = form_pdf(&record, "00", &words).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        let asked = asked.into_inner();
        let fields: Vec<&str> = asked.iter().filter_map(|key| key.strip_prefix("niosh.")).collect();
        let order: Vec<&str> = Field::ALL.iter().map(|field| field.word()).collect();
        let by_section: Vec<&str> = Section::ALL
            .iter()
            .flat_map(|s| Field::ALL.iter().filter(move |field| field.section() == *s))
            .map(|field| field.word())
            .collect();
        assert_eq!(fields, by_section);
        assert_eq!(fields.iter().collect::<BTreeSet<_>>(), order.iter().collect());
        assert!(asked.contains(&"word.mottle".to_owned()));
        let same = form_pdf(&record, "00", &|key: &str| key.to_owned()).unwrap();
        assert_eq!(bytes, same);
        assert_ne!(bytes, form_pdf(&record, "01", &|key: &str| key.to_owned()).unwrap());
    }

    #[test]
    fn answers_are_told_in_words() {
        let words = |key: &str| match key {
            "yes" => "ja".to_owned(),
            "word.mottle" => "grain".into(),
            other => other.into(),
        };
        let value = serde_json::json!(["mottle", "aa", true, null]);
        assert_eq!(said(&value, &words), "grain, aa, ja, ");
        assert_eq!(said(&serde_json::json!("1/1"), &words), "1/1");
    }
}
