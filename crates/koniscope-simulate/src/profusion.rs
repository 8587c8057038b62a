//! How many small opacities a square centimeter of lung has at each place of the ILO scale, and
//! back.
//!
//! The standard films define profusion by example, not by number. The formula here is a choice: what
//! makes a profusion is the share of the lung that opacities cover, each with its whole area though
//! they overlap, so that large ones are fewer; and this coverage rises by the same factor from each
//! of the 12 minor categories to the next, as the eye judges numbers by ratio.

use koniscope::stage::ilo::{Profusion, Shape};

use crate::opacities::Form;

/// Factor of density from one minor category to the next. Chosen, so that 1/1, 2/2 and 3/3 stand
/// as 1 to 4 to 17.
pub const RATIO: f64 = 1.6;

/// Area of all opacities over that of the lung at 1/1. Chosen: for q it means 3.6 opacities a cm2,
/// one in some five cm3 of a lung 18 cm deep.
pub const COVERAGE_AT_1_1: f64 = 0.15;

/// Place of 1/1 on the scale.
const PLACE_1_1: f64 = 4.0;

/// Place from which opacities are there at all: the lower end of 0/1. Category `i` covers
/// `[i - 0.5, i + 0.5)`; 0/- and 0/0 mean none.
pub const FIRST_PLACE: f64 = 1.5;

/// Upper end of 3/+, the last category.
pub const LAST_PLACE: f64 = 11.5;

/// Mean number of opacities of one shape per cm2 of lung at a continuous place on the 12-point
/// scale (the index of [`Profusion`]); 0 below [`FIRST_PLACE`].
pub fn density(place: f64, shape: Shape) -> f64 {
    if place < FIRST_PLACE {
        return 0.0;
    }
    COVERAGE_AT_1_1 * RATIO.powf(place - PLACE_1_1) / Form::mean_area_cm2(shape)
}

/// The continuous place of lung of which opacities cover a share; nothing for a share of 0.
pub fn place_of_coverage(share: f64) -> Option<f64> {
    (share > 0.0).then(|| PLACE_1_1 + (share / COVERAGE_AT_1_1).ln() / RATIO.ln())
}

/// The category of a zone of which opacities cover a share: 0/0 for none, else that of its
/// [`place_of_coverage`], at least 0/1 and at most 3/+.
pub fn category(share: f64) -> Profusion {
    match place_of_coverage(share) {
        None => Profusion::middle_of(0),
        Some(place) => Profusion::new((place + 0.5).floor().clamp(2.0, 11.0) as u8),
    }
}

/// The category of each zone of which opacities of these areas lie on lung of `areas_cm2`.
pub fn of_zones(covered_cm2: [f64; 6], areas_cm2: &[f64; 6]) -> [Profusion; 6] {
    std::array::from_fn(|i| {
        // A zone without area holds no opacity.
        category(if areas_cm2[i] > 0.0 { covered_cm2[i] / areas_cm2[i] } else { 0.0 })
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
                    let share = density(wanted, shape) * Form::mean_area_cm2(shape);
                    assert_eq!(category(share).index(), index);
                    assert!((place_of_coverage(share).unwrap_or(0.0) - wanted).abs() < 1e-9);
                }
            }
            assert_eq!(density(1.4, shape), 0.0);
        }
        // pi / 4 * 5.25 mm2 an opacity.
        assert!((density(4.0, Shape::Q) - 15.0 / 4.123).abs() < 1e-2);
    }

    #[test]
    fn no_opacity_is_0_0_and_one_is_0_1_at_least() {
        let one = of_zones([0.0, 1e-4, 1e4, 0.0, 0.0, 0.0], &[80.0, 80.0, 80.0, 0.0, 80.0, 80.0]);
        assert_eq!(one.map(|p| p.to_string())[..4], ["0/0", "0/1", "3/+", "0/0"]);
    }
}
