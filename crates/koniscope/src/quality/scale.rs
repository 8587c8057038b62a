//! Checks of how large a pixel is, once the lungs tell whether what the file says can be.

use std::ops::RangeInclusive;

use super::Flag;
use crate::{
    Radiograph,
    decode::{Oddity, RawImage},
    segmentation::Side,
    zones::Zones,
};

/// Height of the taller lung from apex to dome, in mm on the detector, that a person can have. On 101
/// films of known spacing it is 131 to 304; a spacing that is wrong is mostly so by a factor of 2 or more.
const LUNG_MM: RangeInclusive<f64> = 100.0..=400.0;

/// Pixel spacing in mm from which opacities of 1.5 mm (size p of the ILO classification) have
/// fewer than three pixels across.
const COARSE_MM: f64 = 0.5;

/// Pixels on the shorter side that stand for [`COARSE_MM`] where no spacing is given: a chest film
/// is about 350 mm (14 inches) wide.
const COARSE_SIDE: usize = 700;

/// Flags spacing and resolution, and takes from the film a spacing by which its lungs would be no
/// person's: kept from before a film was made smaller, or in another unit.
pub fn check_scale(raw: &RawImage, film: Radiograph, zones: &Zones) -> (Radiograph, Vec<Flag>) {
    let mut flags = Vec::new();
    let heights = Side::BOTH.map(|side| zones.lung(side).dome - zones.lung(side).apex);
    let film = match film.spacing_mm() {
        None => {
            if !raw.header.oddities.contains(&Oddity::UnusableSpacing) {
                flags.push(Flag::NoSpacing);
            }
            film
        }
        Some([row, _]) if LUNG_MM.contains(&(row * heights[0].max(heights[1]))) => film,
        Some(_) => {
            flags.push(Flag::ImplausibleSpacing);
            film.without_spacing()
        }
    };
    let coarse = match raw.header.spacing_mm.filter(|_| film.spacing_mm().is_some()) {
        Some([row, column]) => row.max(column) > COARSE_MM,
        None => {
            let window = film.grid().window();
            window.width.min(window.height) < COARSE_SIDE
        }
    };
    if coarse {
        flags.push(Flag::LowResolution);
    }
    (film, flags)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{decode::Header, plane::Plane, segmentation::LungMask};

    /// Flags, and the spacing that is left, of a film whose lungs are 60 % of its height.
    fn flags(side: usize, spacing_mm: Option<f64>) -> (Option<[f64; 2]>, Vec<Flag>) {
        let spacing_mm = spacing_mm.map(|mm| [mm, mm]);
        let mut labels = vec![0; side * side];
        for y in side / 5..side * 4 / 5 {
            labels[y * side + side / 8..][..side / 4].fill(1);
            labels[y * side + side * 5 / 8..][..side / 4].fill(2);
        }
        let zones = Zones::of(&LungMask::new(side, side, labels)).unwrap();
        let header = Header { spacing_mm, ..Header::default() };
        let stored = Vec::new();
        let raw =
            RawImage { width: side, height: side, stored, bits_stored: 8, signed: false, header };
        let film = Radiograph::new(Plane::filled(side, side, 0.5), spacing_mm);
        let (film, flags) = check_scale(&raw, film, &zones);
        (film.spacing_mm(), flags)
    }

    #[test]
    fn a_spacing_makes_lungs_of_a_persons_height_or_is_dropped() {
        let both = vec![Flag::ImplausibleSpacing, Flag::LowResolution];
        let cases = [
            (500, Some(0.7), Some(0.7), vec![Flag::LowResolution]),
            (1000, Some(0.35), Some(0.35), vec![]),
            (1000, None, None, vec![Flag::NoSpacing]),
            (500, None, None, vec![Flag::NoSpacing, Flag::LowResolution]),
            // Kept from before the film was made small; cm for mm; and what no detector has.
            (500, Some(0.143), None, both.clone()),
            (500, Some(0.07), None, both.clone()),
            (500, Some(7.0), None, both.clone()),
            (500, Some(2.0), None, both.clone()),
            (500, Some(0.011), None, both),
            (1000, Some(9.9), None, vec![Flag::ImplausibleSpacing]),
        ];
        for (side, spacing, left, expected) in cases {
            let found = flags(side, spacing);
            assert_eq!(found, (left.map(|mm| [mm, mm]), expected), "{side} {spacing:?}");
        }
    }
}
