//! What the zones of a film say of one another.
//!
//! Dust reaches both lungs, and a film sharper than most makes all its zones look fuller: neither
//! grades nor errors of a film's zones are independent. A zone that is doubtful by itself is less so
//! beside its neighbors, and six doubts of one cause are one doubt. So all ways to grade the six zones
//! are weighed together by a Markov random field (Besag, J R Stat Soc B 1974;36:192): the zones' own
//! evidence, less a price where of two zones opposite one another, or one above the other, one is
//! affected and one is not. Prices are not below 0, so more in one zone never makes another one look
//! better; and none rises with the grade, or disease of one lung alone would be drawn to the other.

use serde::{Deserialize, Serialize};

use super::joint::{CASES, GradeProbabilities, grades_of};

/// Zones at the same level of both lungs, by their places in [`Zone::ALL`](crate::zones::Zone::ALL).
const OPPOSITE: [[usize; 2]; 3] = [[0, 3], [1, 4], [2, 5]];

/// Zones one above the other.
const ADJACENT: [[usize; 2]; 4] = [[0, 1], [1, 2], [3, 4], [4, 5]];

/// Probabilities this near to 0 count as this one.
const LEAST: f64 = 1e-9;

/// The field's parameters; by default zones are independent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Neighbors {
    /// Weight of a zone's own logarithm of probability; below 1 where zones alone are too sure.
    pub weight: f64,
    /// Logarithm of how much likelier grades 1, 2 and 3 are than 0, beside the zones' own evidence.
    pub grades: [f64; 3],
    /// Price where of two opposite zones one is of grade 0 and one above, in units of the logarithm.
    pub opposite: f64,
    /// Likewise of two zones one above the other.
    pub adjacent: f64,
}

impl Default for Neighbors {
    fn default() -> Self {
        Self { weight: 1.0, grades: [0.0; 3], opposite: 0.0, adjacent: 0.0 }
    }
}

impl Neighbors {
    /// Number of parameters.
    pub const PARAMETERS: usize = 6;

    /// Parameters that may not be below 0: the weight and both prices.
    pub const NOT_NEGATIVE: [bool; Self::PARAMETERS] = [true, false, false, false, true, true];

    /// Weight, grades 1 to 3, opposite, adjacent.
    pub fn parameters(&self) -> [f64; Self::PARAMETERS] {
        let [one, two, three] = self.grades;
        [self.weight, one, two, three, self.opposite, self.adjacent]
    }

    /// The inverse of [`Self::parameters`].
    pub fn from_parameters(parameters: [f64; Self::PARAMETERS]) -> Self {
        let [weight, one, two, three, opposite, adjacent] = parameters;
        Self { weight, grades: [one, two, three], opposite, adjacent }
    }

    /// What each parameter multiplies in each of all [`CASES`], in order; the sum is the logarithm of
    /// the case's probability but for a constant.
    pub fn terms(
        zones: &[GradeProbabilities; 6],
    ) -> impl Iterator<Item = [f64; Self::PARAMETERS]> + use<> {
        let logs = zones.map(|zone| zone.map(|p| p.max(LEAST).ln()));
        (0..CASES).map(move |case| {
            let grades = grades_of(case);
            let evidence = grades.iter().zip(&logs).map(|(grade, zone)| zone[*grade]).sum();
            let of_grade = |k: usize| grades.iter().filter(|grade| **grade == k).count() as f64;
            let affected = grades.map(|grade| grade > 0);
            let differing = |pairs: &[[usize; 2]]| {
                -(pairs.iter().filter(|[a, b]| affected[*a] != affected[*b]).count() as f64)
            };
            let [one, two, three] = [1, 2, 3].map(of_grade);
            [evidence, one, two, three, differing(&OPPOSITE), differing(&ADJACENT)]
        })
    }

    /// # Errors
    /// What is wrong: a parameter that is no number, or one below 0 that may not be.
    pub fn check(&self) -> Result<(), String> {
        let parameters = self.parameters();
        let good = parameters
            .iter()
            .zip(Self::NOT_NEGATIVE)
            .all(|(p, not_negative)| p.is_finite() && (!not_negative || *p >= 0.0));
        if good {
            Ok(())
        } else {
            Err(format!(
                "{self:?}; finite numbers, and none below 0 but for the grades, were expected"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::joint::Joint;
    use crate::zones::Zone;

    #[test]
    fn pairs_are_opposite_and_adjacent() {
        let [opposite, adjacent] = [&OPPOSITE[..], &ADJACENT[..]].map(|pairs| {
            let zone = |i: usize| (Zone::ALL[i].index() / 3, Zone::ALL[i].index() % 3);
            pairs.iter().map(|[a, b]| (zone(*a), zone(*b))).collect::<Vec<_>>()
        });
        assert!(opposite.iter().all(|(a, b)| a.0 != b.0 && a.1 == b.1));
        assert!(adjacent.iter().all(|(a, b)| a.0 == b.0 && b.1 - a.1 == 1));
    }

    #[test]
    fn a_case_has_the_probability_of_the_formula() {
        let neighbors =
            Neighbors { weight: 0.5, grades: [0.1, 0.2, 0.3], opposite: 1.5, adjacent: 0.7 };
        let zones = [[0.4, 0.3, 0.2, 0.1]; 6];
        let joint = Joint::of(&zones, &neighbors);
        // Right 2, 1, 0; left 1, 1, 1, against all 0: one pair at one level differs, one above the other.
        let case = 2 + (1 << 2) + (1 << 6) + (1 << 8) + (1 << 10);
        let evidence = 0.5 * ((0.2f64 / 0.4).ln() + 4.0 * (0.3f64 / 0.4).ln());
        let expected = evidence + 0.2 + 4.0 * 0.1 - 1.5 - 0.7;
        let found = (joint.cases()[case] / joint.cases()[0]).ln();
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn disease_of_one_lung_alone_stays_there() {
        let neighbors =
            Neighbors { weight: 0.9, grades: [0.3, 0.2, 0.2], opposite: 1.6, adjacent: 0.9 };
        for grade in 1..4 {
            let sure = |of: usize| std::array::from_fn(|g| if g == of { 0.97 } else { 0.01 });
            let zones = std::array::from_fn(|zone| sure(if zone < 3 { grade } else { 0 }));
            let together = Joint::of(&zones, &neighbors).zones();
            assert!(together[..3].iter().all(|zone| zone[grade] > 0.7), "{together:?}");
            assert!(together[3..].iter().all(|zone| zone[0] > 0.7), "{together:?}");
        }
    }

    #[test]
    fn faults_are_told() {
        assert!(Neighbors::default().check().is_ok());
        let wrong = Neighbors { adjacent: -0.1, ..Neighbors::default() };
        assert!(wrong.check().is_err_and(|e| e.contains("-0.1")));
        assert!(Neighbors { weight: f64::NAN, ..Neighbors::default() }.check().is_err());
        assert!(Neighbors { grades: [-1.0; 3], ..Neighbors::default() }.check().is_ok());
    }
}
