//! A radiologist's impression in free text to one condition, where it is certain.

/// What a film shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Normal,
    Tuberculosis,
    Silicosis,
    Silicotuberculosis,
}

/// Words that make any statement uncertain or its opposite. Rather no label than a wrong one.
const DOUBT: [&str; 17] = [
    "no",
    "not",
    "without",
    "nor",
    "or",
    "vs",
    "versus",
    "possible",
    "possibly",
    "probable",
    "probably",
    "likely",
    "suspected",
    "suspicious",
    "differential",
    "rule",
    "poor",
];

impl Condition {
    /// The name in the column `condition`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Tuberculosis => "tuberculosis",
            Self::Silicosis => "silicosis",
            Self::Silicotuberculosis => "silicotuberculosis",
        }
    }

    /// The one condition that an impression names, if it names one without doubt or negation.
    pub(super) fn of_impression(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let words: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        if text.contains(['?', '/']) || words.iter().any(|word| DOUBT.contains(word)) {
            return None;
        }
        let says = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
        let both = says(&["silicotuberculosis", "stb"]);
        let silicosis = says(&["silicosis", "silico"]);
        let tuberculosis = says(&["tuberculosis", "tb", "ptb"]);
        let normal = says(&["normal"]);
        match (both, silicosis, tuberculosis, normal) {
            (true, _, _, false) | (false, true, true, false) => Some(Self::Silicotuberculosis),
            (false, true, false, false) => Some(Self::Silicosis),
            (false, false, true, false) => Some(Self::Tuberculosis),
            (false, false, false, true) => Some(Self::Normal),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubt_and_negation_give_no_label() {
        use Condition::{Normal, Silicosis, Silicotuberculosis, Tuberculosis};
        for (text, expected) in [
            ("Normal", Some(Normal)),
            ("Silicosis.", Some(Silicosis)),
            ("Features of silicosis with PMF", Some(Silicosis)),
            ("Silico-tuberculosis", Some(Silicotuberculosis)),
            ("STB", Some(Silicotuberculosis)),
            ("Silicosis with superadded tuberculosis", Some(Silicotuberculosis)),
            ("Pulmonary TB", Some(Tuberculosis)),
            ("No evidence of silicosis", None),
            ("Silicosis vs TB", None),
            ("?silicosis", None),
            ("silicosis/TB", None),
            ("Poor image", None),
            ("Abnormal", None),
            ("Heart normal, silicosis", None),
            ("", None),
        ] {
            assert_eq!(Condition::of_impression(text), expected, "{text}");
        }
    }
}
