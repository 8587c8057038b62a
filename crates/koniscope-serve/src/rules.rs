//! Which films are read.

use serde::Deserialize;

use crate::{ae::AeTitle, film::Facts};

/// A film is read if one rule wants it. An empty list of a rule asks nothing; an empty text in a list
/// stands for a film that does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Calling AE titles.
    pub from: Vec<AeTitle>,
    /// Modality, as `["CR", "DX"]`.
    pub modality: Vec<String>,
    /// View Position, as `["PA", "AP", ""]`.
    pub view: Vec<String>,
    /// Body Part Examined, as `["CHEST", ""]`.
    pub body_part: Vec<String>,
}

impl Rule {
    /// What is wanted where no rule is given: frontal chest films, and films that do not say.
    pub fn usual() -> Self {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            from: Vec::new(),
            modality: list(&["CR", "DX", "DR", "RG"]),
            view: list(&["PA", "AP", ""]),
            body_part: list(&["CHEST", "THORAX", "LUNG", ""]),
        }
    }

    /// Why it does not want a film.
    fn objection(&self, film: &Facts, from: &AeTitle) -> Option<String> {
        let told = |word: &str| if word.is_empty() { "not told".into() } else { word.to_owned() };
        let unwanted = |list: &[String], word: &str| {
            !list.is_empty() && !list.iter().any(|wanted| wanted.eq_ignore_ascii_case(word))
        };
        if !self.from.is_empty() && !self.from.contains(from) {
            return Some(format!("from {from}"));
        }
        if unwanted(&self.modality, &film.modality) {
            return Some(format!("modality {}", told(&film.modality)));
        }
        if unwanted(&self.view, &film.view) {
            return Some(format!("view {}", told(&film.view)));
        }
        if unwanted(&self.body_part, &film.body_part) {
            return Some(format!("body part {}", told(&film.body_part)));
        }
        None
    }
}

/// Whether one of the rules wants a film.
///
/// # Errors
/// Why none does.
pub fn wanted(rules: &[Rule], film: &Facts, from: &AeTitle) -> Result<(), String> {
    let mut objections: Vec<String> = Vec::new();
    for rule in rules {
        match rule.objection(film, from) {
            None => return Ok(()),
            Some(objection) if !objections.contains(&objection) => objections.push(objection),
            Some(_) => {}
        }
    }
    Err(format!("no rule asks for it: {}", objections.join(", ")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_rule_must_want_it() {
        let title = |text: &str| AeTitle::try_from(text.to_owned()).unwrap();
        let film = |modality: &str, view: &str, body_part: &str| Facts {
            modality: modality.into(),
            view: view.into(),
            body_part: body_part.into(),
            ..Facts::default()
        };
        let from_ct = Rule { from: vec![title("OTHER")], ..Rule::default() };
        let rules = [Rule::usual(), from_ct];
        for (film, from, objection) in [
            (film("DX", "PA", "CHEST"), "A", None),
            (film("CR", "", ""), "A", None),
            (film("DX", "LL", "CHEST"), "A", Some("view LL, from A")),
            (film("DX", "LL", "CHEST"), "OTHER", None),
            (film("CT", "", ""), "A", Some("modality CT, from A")),
            (film("DX", "PA", "HAND"), "A", Some("body part HAND, from A")),
            (film("", "PA", "CHEST"), "A", Some("modality not told, from A")),
        ] {
            let found = wanted(&rules, &film, &title(from)).err();
            let expected = objection.map(|words| format!("no rule asks for it: {words}"));
            assert_eq!(found, expected);
        }
    }
}
