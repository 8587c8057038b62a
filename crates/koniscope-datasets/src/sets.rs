//! An adapter a set, and the list of them.

mod ilo_2022;
mod jsrt;
mod montgomery;
mod nih;
mod niosh;
mod nlm;
mod shenzhen;
mod silicodata;
mod vindr;

pub use ilo_2022::{StandardImage, standard_images};

use std::path::PathBuf;

use crate::{Error, film::Found, folder::Folder};

/// A set of films and how its folder is read.
#[derive(Debug, serde::Serialize)]
pub struct Set {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name in the column `source`.
    pub title: &'static str,
    /// Where it is to be had.
    pub from: &'static str,
    /// On which terms.
    pub license: &'static str,
    /// The layout as downloaded, in a line.
    pub layout: &'static str,
    /// What of the layout is assumed rather than documented; empty where nothing is.
    pub assumed: &'static str,
    /// Columns whose values are counted in the summary.
    pub labels: &'static [&'static str],
    /// Further columns.
    pub more: &'static [&'static str],
    /// Finds the films. Reads tables and texts, no pixels; writes nothing.
    #[serde(skip)]
    pub find: fn(&Folder) -> Result<Found, Error>,
}

impl Set {
    /// An [`Error::Layout`] of this set, with what is there.
    #[must_use]
    pub fn not_as_expected(&self, folder: &Folder, what: impl Into<String>) -> Error {
        Error::Layout {
            what: what.into(),
            folder: folder.root().to_owned(),
            holds: folder.holds(),
            layout: self.layout,
            from: self.from,
            license: self.license,
        }
    }

    /// The set's table of this name.
    ///
    /// # Errors
    /// [`Error::Layout`], if there is none or more than one.
    pub fn table<'a>(&self, folder: &'a Folder, name: &str) -> Result<&'a PathBuf, Error> {
        folder.only(name).map_err(|what| self.not_as_expected(folder, what))
    }
}

/// All sets: first those of pneumoconiosis.
pub const ALL: [&Set; 8] = [
    &ilo_2022::SET,
    &silicodata::SET,
    &niosh::SET,
    &jsrt::SET,
    &montgomery::SET,
    &shenzhen::SET,
    &nih::SET,
    &vindr::SET,
];

/// The set of this name; capitals do not matter.
///
/// # Errors
/// [`Error::UnknownSet`] with all names.
pub fn named(name: &str) -> Result<&'static Set, Error> {
    ALL.into_iter().find(|set| set.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let known: Vec<&str> = ALL.iter().map(|set| set.name).collect();
        Error::UnknownSet { name: name.to_owned(), known: known.join(", ") }
    })
}

/// `M` or `F`; anything else is not known.
fn sex(text: &str) -> &'static str {
    match text.trim().to_lowercase().as_str() {
        "m" | "male" => "M",
        "f" | "female" => "F",
        _ => "",
    }
}

/// Years at most; NIH has films of 414 years.
const OLDEST: u32 = 120;

/// Whole years of an age as `58`, `058Y` or `58.0`; what is no age is not known.
fn years(text: &str) -> String {
    let text = text.trim().trim_end_matches(['Y', 'y']);
    let whole = text.strip_suffix(".0").unwrap_or(text);
    let age: Option<u32> = whole.parse().ok();
    age.filter(|age| *age <= OLDEST).map_or(String::new(), |age| age.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn sets_have_names_terms_and_columns_of_their_own() {
        let names: HashSet<&str> = ALL.iter().map(|set| set.name).collect();
        assert_eq!(names.len(), ALL.len());
        for set in ALL {
            assert_eq!(named(&set.name.to_uppercase()).unwrap().title, set.title);
            for said in [set.from, set.license, set.layout] {
                assert!(!said.is_empty(), "{}", set.name);
            }
            let columns: Vec<_> = set.labels.iter().chain(set.more).collect();
            let once: HashSet<_> = columns.iter().collect();
            assert_eq!(once.len(), columns.len(), "{}", set.name);
            for fixed in ["image", "patient_id", "source", "mask"] {
                assert!(!columns.contains(&&fixed), "{}", set.name);
            }
        }
        let error = named("chexpert").unwrap_err().to_string();
        assert!(error.contains("ilo-2022, silicodata, niosh, jsrt"), "{error}");
    }

    #[test]
    fn ages_and_sexes_that_are_none_stay_empty() {
        for (text, age) in
            [("58", "58"), ("058Y", "58"), ("7.0", "7"), ("414", ""), ("?", ""), ("-1", "")]
        {
            assert_eq!(years(text), age, "{text}");
        }
        assert_eq!([sex("Male"), sex(" f "), sex("?")], ["M", "F", ""]);
    }
}
