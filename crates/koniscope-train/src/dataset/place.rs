//! Profusion finer than its grade: a place on ILO's 12-point scale.

use koniscope_simulate::profusion::place_of_share;

/// Places on the scale of one grade: of grade 1 these are 1/0, 1/1 and 1/2.
const PLACES: f64 = 3.0;

/// A place on the 12-point scale, 0 being 0/-, 1 being 0/0 and 11 being 3/+, with all between;
/// negative infinity where there is no opacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place(f64);

impl Place {
    /// A place on the scale.
    pub fn new(place: f64) -> Self {
        Self(place)
    }

    /// Of lung that has so many times the small opacities of 1/1.
    pub fn of_share(share: f64) -> Self {
        Self(place_of_share(share).unwrap_or(f64::NEG_INFINITY))
    }

    /// The place from which profusion is `grade`, 1 to 3.
    fn limit(grade: u8) -> f64 {
        f64::from(grade) * PLACES - 0.5
    }

    /// Profusion, 0 to 3.
    pub fn grade(self) -> u8 {
        (1..=3).filter(|grade| self.0 >= Self::limit(*grade)).count() as u8
    }

    /// The place of a grade that is nearest.
    pub fn within(self, grade: u8) -> Self {
        let least = if grade == 0 { f64::NEG_INFINITY } else { Self::limit(grade) };
        let most = if grade == 3 { f64::INFINITY } else { Self::limit(grade + 1).next_down() };
        Self(self.0.clamp(least, most))
    }

    /// How far profusion counts as `grade` and above, 0 to 1: a half at the limit, and less or more
    /// about it as a logistic curve of scale `spread`, in places. With a spread of 0, 0 or 1.
    pub fn at_least(self, grade: u8, spread: f64) -> f64 {
        let above = self.0 - Self::limit(grade);
        if spread > 0.0 { 1.0 / (1.0 + (-above / spread).exp()) } else { f64::from(above >= 0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_begin_at_1_0_2_1_and_3_2() {
        let grades: Vec<u8> = (0..12).map(|place| Place(f64::from(place)).grade()).collect();
        assert_eq!(grades, [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
        assert_eq!(Place::of_share(0.0).grade(), 0);
    }

    #[test]
    fn a_grade_counts_by_its_distance() {
        let at = |place: f64, grade| Place(place).at_least(grade, 0.5);
        assert!((at(2.5, 1) - 0.5).abs() < 1e-12);
        // 1/0 is half a place above the limit.
        assert!((at(3.0, 1) - 1.0 / (1.0 + (-1f64).exp())).abs() < 1e-12);
        assert!((at(2.0, 1) + at(3.0, 1) - 1.0).abs() < 1e-12);
        assert_eq!(at(f64::NEG_INFINITY, 1), 0.0);
        for place in 0..12 {
            let place = Place(f64::from(place));
            for grade in 1..=3 {
                let hard = f64::from(u8::from(place.grade() >= grade));
                assert_eq!(place.at_least(grade, 0.0), hard);
                assert!((place.at_least(grade, 0.5) - hard).abs() < 0.5);
            }
        }
    }

    #[test]
    fn a_place_outside_of_its_grade_is_moved_to_the_limit() {
        assert_eq!(Place(2.0).within(1), Place(2.5));
        assert_eq!(Place(7.0).within(1), Place(5.5f64.next_down()));
        for place in 0..12 {
            for grade in 0..4 {
                assert_eq!(Place(f64::from(place)).within(grade).grade(), grade);
            }
        }
        assert_eq!(Place(4.0).within(1), Place(4.0));
        assert_eq!(Place(12.0).within(3), Place(12.0));
        assert_eq!(Place(f64::NEG_INFINITY).within(0), Place(f64::NEG_INFINITY));
    }
}
