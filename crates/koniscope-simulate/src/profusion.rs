//! How many small opacities a square centimeter of lung has at each place of the ILO scale, and
//! back.
//!
//! The standard films define profusion by example, not by number. What makes a profusion here is the share
//! of the lung that opacities cover, each with its whole area though they overlap, over the share that
//! opacities of its shape cover at 1/1; and it rises by the same factor from each of the 12 minor
//! categories to the next.

use koniscope::stage::ilo::{Profusion, Shape};

use crate::opacities::Form;

/// Factor of density from one minor category to the next. Fitted to nine of the ILO's standard films of 2022:
/// contrast in bands of 0.35 to 4.9 mm rises from the affected zones of 1/1 q to those of 3/3 q as 17 to 40
/// thousandths of the logarithm of the signal, and goes with the root of the number.
pub const RATIO: f64 = 1.35;

/// Area of all opacities over that of the lung at 1/1, p to u. Fitted to nine of the ILO's standard films of
/// 2022 by the contrast in the same bands that affected zones have over free ones, in thousandths at 1/1: p 11,
/// q 17, r 17, s 8, t 8. No film shows u; 10 is chosen.
const COVERAGE_AT_1_1: [f64; 6] = [0.48, 1.5, 0.9, 0.24, 0.14, 0.36];

/// Place of 1/1 on the scale.
const PLACE_1_1: f64 = 4.0;

/// Place from which opacities are there at all: the lower end of 0/1. Category `i` covers
/// `[i - 0.5, i + 0.5)`; 0/- and 0/0 mean none.
pub const FIRST_PLACE: f64 = 1.5;

/// Upper end of 3/+, the last category.
pub const LAST_PLACE: f64 = 11.5;

/// Area of all opacities of one shape over that of the lung at 1/1.
pub fn coverage_at_1_1(shape: Shape) -> f64 {
    COVERAGE_AT_1_1[shape as usize]
}

/// Mean number of opacities of one shape per cm2 of lung at a continuous place on the 12-point
/// scale (the index of [`Profusion`]); 0 below [`FIRST_PLACE`].
pub fn density(place: f64, shape: Shape) -> f64 {
    if place < FIRST_PLACE {
        return 0.0;
    }
    coverage_at_1_1(shape) * RATIO.powf(place - PLACE_1_1) / Form::mean_area_cm2(shape)
}

/// The continuous place of lung that has so many times the opacities of 1/1; nothing for 0.
pub fn place_of_share(share: f64) -> Option<f64> {
    (share > 0.0).then(|| PLACE_1_1 + share.ln() / RATIO.ln())
}

/// The category of a zone that has so many times the opacities of 1/1: 0/0 for none, else that of its
/// [`place_of_share`], at least 0/1 and at most 3/+.
pub fn category(share: f64) -> Profusion {
    match place_of_share(share) {
        None => Profusion::middle_of(0),
        Some(place) => Profusion::new((place + 0.5).floor().clamp(2.0, 11.0) as u8),
    }
}

/// The category of each zone whose opacities make so many cm2 of lung 1/1 ([`Form::profuse_cm2`]), of zones
/// of `areas_cm2`.
pub fn of_zones(profuse_cm2: [f64; 6], areas_cm2: &[f64; 6]) -> [Profusion; 6] {
    std::array::from_fn(|i| {
        // A zone without area holds no opacity.
        category(if areas_cm2[i] > 0.0 { profuse_cm2[i] / areas_cm2[i] } else { 0.0 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_and_density_are_inverse() {
        for shape in Shape::ALL {
            for index in 2..12u8 {
                for offset in [-0.49, 0.0, 0.49] {
                    let wanted = f64::from(index) + offset;
                    let covered = density(wanted, shape) * Form::mean_area_cm2(shape);
                    let share = covered / coverage_at_1_1(shape);
                    assert_eq!(category(share).index(), index);
                    assert!((place_of_share(share).unwrap_or(0.0) - wanted).abs() < 1e-9);
                }
            }
            assert_eq!(density(1.4, shape), 0.0);
        }
        // pi / 4 * 5.25 mm2 an opacity.
        assert!((density(4.0, Shape::Q) - 150.0 / 4.123).abs() < 1e-2);
    }

    #[test]
    fn no_opacity_is_0_0_and_one_is_0_1_at_least() {
        let one = of_zones([0.0, 1e-4, 1e4, 0.0, 0.0, 0.0], &[80.0, 80.0, 80.0, 0.0, 80.0, 80.0]);
        assert_eq!(one.map(|p| p.to_string())[..4], ["0/0", "0/1", "3/+", "0/0"]);
    }
}
