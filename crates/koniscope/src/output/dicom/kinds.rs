//! Which results are asked for.

use std::{collections::BTreeSet, str::FromStr};

/// One kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Segmentation: both lungs, and large opacities where there are some.
    Seg,
    /// Structured report: what was found, in numbers and codes.
    Sr,
    /// Secondary Capture: the overlay, which every viewer shows.
    Sc,
    /// Encapsulated PDF: the report for people.
    Pdf,
    /// Key Object Selection: the film and its results, as a list.
    Kos,
}

impl Kind {
    /// All, in the order in which they are made.
    pub const ALL: [Self; 5] = [Self::Seg, Self::Sr, Self::Sc, Self::Pdf, Self::Kos];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seg => "seg",
            Self::Sr => "sr",
            Self::Sc => "sc",
            Self::Pdf => "pdf",
            Self::Kos => "kos",
        }
    }

    /// Whether it is an image.
    pub(super) fn has_pixels(self) -> bool {
        matches!(self, Self::Seg | Self::Sc)
    }

    /// Its file, as `seg.dcm`.
    pub fn file(self) -> String {
        format!("{}.dcm", self.name())
    }
}

/// Some of the kinds; as text their words with commas between, as `seg,sr`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kinds(BTreeSet<Kind>);

impl Kinds {
    /// All.
    pub fn all() -> Self {
        Self(Kind::ALL.into())
    }

    /// These.
    pub fn of(kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self(kinds.into_iter().collect())
    }

    /// Whether this one is asked for.
    pub fn has(&self, kind: Kind) -> bool {
        self.0.contains(&kind)
    }
}

impl FromStr for Kinds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let kind = |word: &str| {
            let known = Kind::ALL.into_iter().find(|kind| kind.name() == word.trim());
            known.ok_or_else(|| {
                let names = Kind::ALL.map(Kind::name).join(", ");
                format!("no kind of DICOM result is called {word:?}; there are {names}")
            })
        };
        text.split(',').map(kind).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_and_others_refused() {
        assert_eq!("sr, seg".parse(), Ok(Kinds::of([Kind::Seg, Kind::Sr])));
        assert_eq!("seg,sr,sc,pdf,kos".parse(), Ok(Kinds::all()));
        let refused = "seg,gsps".parse::<Kinds>().map_err(|e| e.contains("\"gsps\""));
        assert_eq!(refused, Err(true));
        assert!("".parse::<Kinds>().is_err());
    }
}
