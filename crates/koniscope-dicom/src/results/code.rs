//! Coded words.

use std::borrow::Cow;

use dicom_dictionary_std::tags;

use crate::DataSet;

/// A word of a coding scheme (PS3.3 section 8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    value: Cow<'static, str>,
    scheme: &'static str,
    meaning: Cow<'static, str>,
}

impl Code {
    /// Of the scheme `DCM` (PS3.16 annex D), `SCT` (SNOMED CT), `LN` (LOINC), `UCUM` or another.
    pub const fn new(scheme: &'static str, value: &'static str, meaning: &'static str) -> Self {
        Self { value: Cow::Borrowed(value), scheme, meaning: Cow::Borrowed(meaning) }
    }

    /// Of the project's own scheme, for what no public one has: at most 16 letters of value and 64 of
    /// meaning, longer ones are cut off.
    pub fn own(value: &str, meaning: &str) -> Self {
        let [value, meaning] =
            [(value, 16), (meaning, 64)].map(|(text, most)| Cow::Owned(plain(text, most)));
        Self { value, scheme: Self::OWN_SCHEME, meaning }
    }

    /// Designator of the project's own scheme.
    pub const OWN_SCHEME: &'static str = "99KONISCOPE";

    /// Its item in a code sequence.
    pub(crate) fn item(&self) -> DataSet {
        DataSet::new()
            .text(tags::CODE_VALUE, &self.value)
            .text(tags::CODING_SCHEME_DESIGNATOR, self.scheme)
            .text(tags::CODE_MEANING, &self.meaning)
    }
}

/// Text that every character set has and no separator of values: of at most so many letters, `?` in
/// place of all beyond ASCII.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let letter = |c: char| match c {
        '\\' => '/',
        ' '..='~' => c,
        _ => '?',
    };
    text.chars().map(letter).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_words_fit_their_elements() {
        let code = Code::own("STAGE\\OF_GBZ_70_2015", "Stade \u{e9}");
        let item = code.item();
        assert_eq!(item.get(tags::CODE_VALUE), Some(&b"STAGE/OF_GBZ_70_"[..]));
        assert_eq!(item.get(tags::CODE_MEANING), Some(&b"Stade ? "[..]));
    }
}
