//! Is this a frontal chest film that can be read? Refusals are [`Error`](crate::Error)s; what a
//! reader should know but can live with is a [`Flag`].

mod film;
mod lungs;

pub use film::{check_film, check_header};
pub use lungs::check_lungs;

use serde::{Deserialize, Serialize};

/// Something a reader of the result must know about the film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flag {
    /// Dark and bright were exchanged though the header did not say so; read as the negative.
    Inverted,
    /// A lung touches the border of the film.
    CutOff,
    /// Much of the film is at its brightest value.
    Underexposed,
    /// Much of the film is at its darkest value, lungs included.
    Overexposed,
    /// No pixel spacing: no area in mm2.
    NoSpacing,
    /// AP projection: heart and mediastinum are enlarged.
    ApProjection,
    /// Fewer pixels than small opacities need.
    LowResolution,
    /// The header says that text is burned into the pixels.
    BurnedInText,
}

impl Flag {
    /// The flag in a sentence.
    pub fn message(self) -> &'static str {
        match self {
            Self::Inverted => "the film looks inverted; it was read as its negative",
            Self::CutOff => "a lung touches the border of the film; part of it may be missing",
            Self::Underexposed => "underexposed: much of the film is at its brightest value",
            Self::Overexposed => "overexposed: much of the lungs is at the darkest value",
            Self::NoSpacing => "no pixel spacing in the file; areas are in pixels only",
            Self::ApProjection => "AP projection; staging standards ask for PA",
            Self::LowResolution => "fewer pixels than small opacities of 1.5 mm need",
            Self::BurnedInText => "the header says that text is burned into the pixels",
        }
    }
}
