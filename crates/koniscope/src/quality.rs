//! Is this a frontal chest film that can be read? Refusals are [`Error`](crate::Error)s; what a
//! reader should know but can live with is a [`Flag`].

mod film;
mod lungs;
mod scale;

pub use film::{check_film, check_header};
pub use lungs::check_lungs;
pub use scale::check_scale;

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
    /// A pixel spacing by which the lungs would be no person's: left out.
    ImplausibleSpacing,
    /// AP projection: heart and mediastinum are enlarged.
    ApProjection,
    /// Fewer pixels than small opacities need.
    LowResolution,
    /// Fewer grays than small opacities need.
    FewGrays,
    /// The header says that text is burned into the pixels.
    BurnedInText,
    /// The gray window of the header defines none, or lies beside all values; it was left out.
    WindowLeftOut,
    /// A pixel spacing that no radiograph has: no area in mm2.
    UnusableSpacing,
    /// A number with a comma in place of the point, which was read as one.
    DecimalComma,
    /// Patient Orientation names no directions: sides were taken as usual.
    UnknownOrientation,
    /// Pixel Padding Value is no number: nothing was left out of the gray range for it.
    UnusablePadding,
    /// More bytes of pixels than the picture needs.
    SparePixelData,
    /// Bits above those that hold a value were set, and cut off.
    CutBits,
    /// The patient is younger than 16: the networks have learnt from adults.
    Child,
    /// The header's body part is unknown, or not the chest alone.
    UnclearBodyPart,
    /// The header's view is unknown.
    UnclearView,
    /// One element says frontal chest film, another says something else.
    ContradictoryHeader,
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
            Self::ImplausibleSpacing => {
                "the pixel spacing in the file makes no lungs of a person's height; it was left out"
            }
            Self::ApProjection => "AP projection; staging standards ask for PA",
            Self::LowResolution => "fewer pixels than small opacities of 1.5 mm need",
            Self::FewGrays => "fewer grays than a radiograph has; small opacities do not show",
            Self::BurnedInText => "the header says that text is burned into the pixels",
            Self::WindowLeftOut => {
                "the gray window in the header is unusable or lies beside all values; it was left out"
            }
            Self::UnusableSpacing => {
                "the pixel spacing in the file is unusable; areas are in pixels only"
            }
            Self::DecimalComma => {
                "a number in the header has a decimal comma; it was read as a point"
            }
            Self::UnknownOrientation => {
                "the header does not say clearly where the patient's left is; it was taken to be on the right"
            }
            Self::UnusablePadding => "the padding value in the header is unusable; it was left out",
            Self::SparePixelData => {
                "the file holds more bytes of pixels than its picture needs; the first were read"
            }
            Self::CutBits => "bits beside the declared ones hold something; they were cut off",
            Self::Child => "the patient is younger than 16; the networks have learnt from adults",
            Self::UnclearBodyPart => "the body part in the header is not clearly the chest",
            Self::UnclearView => "the view in the header is not clearly a frontal one",
            Self::ContradictoryHeader => "the header contradicts itself on view or body part",
        }
    }
}
