//! The variations, of a film after normalization or of its lungs as found.

use serde::{Deserialize, Serialize};

/// A way in which a film is varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variation {
    /// Values to the power of 1.25.
    Darker,
    /// Values to the power of 0.8.
    Brighter,
    /// Distance from one half times 0.8.
    LessContrast,
    /// Distance from one half times 1.25, cut to `[0, 1]`.
    MoreContrast,
    /// Normal noise of standard deviation 0.03, cut to `[0, 1]`.
    Noise,
    /// Turned by 5 degrees about its middle; what comes from outside is black.
    Rotated,
    /// Half as many pixels a side.
    HalfSize,
    /// Written as JPEG of quality 50, 8 bit, and read again.
    Jpeg,
    /// Black on a twentieth of each side.
    Border,
    /// Both lungs at one half: what is read rests on their outline alone, so that the AUC should
    /// fall to that of chance.
    LungsBlanked,
    /// Small white patches outside of the lungs, as letters are, filled with what is around them;
    /// a film without any stays as it is.
    MarkerRemoved,
    /// Lungs less a rim of 2 % of their height; the film is as it was.
    LungsEroded,
    /// Lungs and such a rim.
    LungsDilated,
    /// Lungs moved by as much to the right of the picture.
    LungsAside,
    /// Lungs moved by as much down.
    LungsDown,
}

impl Variation {
    const NAMES: [(Self, &str); 15] = [
        (Self::Darker, "darker (gamma 1.25)"),
        (Self::Brighter, "brighter (gamma 0.8)"),
        (Self::LessContrast, "contrast times 0.8"),
        (Self::MoreContrast, "contrast times 1.25"),
        (Self::Noise, "noise of 0.03"),
        (Self::Rotated, "turned by 5 degrees"),
        (Self::HalfSize, "half as many pixels a side"),
        (Self::Jpeg, "JPEG of quality 50"),
        (Self::Border, "black border of 5 %"),
        (Self::LungsBlanked, "lungs blanked"),
        (Self::MarkerRemoved, "marker removed"),
        (Self::LungsEroded, "lungs eroded by 2 %"),
        (Self::LungsDilated, "lungs dilated by 2 %"),
        (Self::LungsAside, "lungs moved aside by 2 %"),
        (Self::LungsDown, "lungs moved down by 2 %"),
    ];

    /// All.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::NAMES.into_iter().map(|(variation, _)| variation)
    }

    /// In words.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].1
    }
}
