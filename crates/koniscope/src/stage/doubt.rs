//! The doubt that the zones of a film share.
//!
//! A film whose opacities are denser than most, or which is sharper, looks fuller in all its zones: what
//! their grades are off by is alike, and six doubts of one cause are one doubt. It is drawn by a Gaussian
//! copula of one factor (Joe, *Dependence Modeling with Copulas*, 2014): zone `z` is of grade `k` or more where
//! `sqrt(r) s + sqrt(1 - r) e_z` lies above the point that a standard normal variable passes with the zone's
//! own probability of it. `s`, of the film, and each `e_z` are standard normal; `r` is the [`Correlation`].
//!
//! So every zone keeps its own probabilities whatever the others say: a sick lung does not make a free one
//! sick. And more in one zone never makes less of the film.

use serde::{Deserialize, Serialize};

use super::GradeProbabilities;

/// Standard deviations of the film's factor up to which it is summed, and the step of the sum. By the
/// trapezoidal rule, whose error falls faster than any power of the step where both ends vanish.
const FAR: f64 = 6.0;
const STEP: f64 = 0.25;

/// Normal quantiles are looked for within; beyond it lie 1e-19.
const FARTHEST: f64 = 9.0;

/// Halvings after which a quantile is as exact as its type.
const HALVINGS: usize = 60;

/// How far the doubts about the zones of a film are one doubt: 0, not at all, to [`Correlation::MOST`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Correlation(f64);

impl Correlation {
    /// Above it the steps of the sum would be too wide.
    pub const MOST: f64 = 0.9;

    /// # Errors
    /// What was expected, for a value outside 0 to [`Self::MOST`].
    pub fn new(value: f64) -> Result<Self, String> {
        if (0.0..=Self::MOST).contains(&value) {
            Ok(Self(value))
        } else {
            Err(format!("a correlation of {value}; 0 to {} was expected", Self::MOST))
        }
    }

    /// The value.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Correlation {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        Self::new(value)
    }
}

impl From<Correlation> for f64 {
    fn from(correlation: Correlation) -> Self {
        correlation.0
    }
}

/// The zones as a mixture over the film's factor: for each of its values its weight, and the zones'
/// probabilities where they are independent of one another. Weights sum to 1.
pub fn given_doubt(
    zones: &[GradeProbabilities; 6],
    correlation: Correlation,
) -> Vec<(f64, [GradeProbabilities; 6])> {
    if correlation.0 == 0.0 {
        return vec![(1.0, *zones)];
    }
    let points = zones.map(|zone| [1, 2, 3].map(|k| passed_with(zone[k..].iter().sum())));
    let (shared, own) = (correlation.0.sqrt(), (1.0 - correlation.0).sqrt());
    let steps = (FAR / STEP) as i32;
    let factors: Vec<f64> = (-steps..=steps).map(|i| f64::from(i) * STEP).collect();
    let sum: f64 = factors.iter().map(|s| (-0.5 * s * s).exp()).sum();
    let of = |s: f64| {
        let given = points.map(|points| {
            let [one, two, three] = points.map(|point| above((point - shared * s) / own));
            [1.0 - one, one - two, two - three, three]
        });
        ((-0.5 * s * s).exp() / sum, given)
    };
    factors.into_iter().map(of).collect()
}

/// Probability of a standard normal variable above `x`.
fn above(x: f64) -> f64 {
    0.5 * libm::erfc(x / std::f64::consts::SQRT_2)
}

/// The point above which a standard normal variable lies with probability `p`, within [`FARTHEST`].
fn passed_with(p: f64) -> f64 {
    let (mut low, mut high) = (-FARTHEST, FARTHEST);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if above(middle) > p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, x) in [(0.5, 0.0), (0.025, 1.959_963_984_540_054), (0.999, -3.090_232_306_167_813)]
        {
            assert!((passed_with(p) - x).abs() < 1e-12, "{p}");
        }
        assert!(passed_with(0.0) > 8.9 && passed_with(1.0) < -8.0);
    }

    #[test]
    fn every_zone_keeps_its_own_probabilities() {
        let zones = std::array::from_fn(|i| {
            [[0.7, 0.2, 0.08, 0.02], [1e-4, 0.3, 0.4, 0.2999], [1.0, 0.0, 0.0, 0.0]][i % 3]
        });
        for correlation in [0.0, 0.2, 0.6, 0.9] {
            let mixture = given_doubt(&zones, Correlation::new(correlation).unwrap());
            for (zone, own) in zones.iter().enumerate() {
                for (grade, own) in own.iter().enumerate() {
                    let sum: f64 = mixture.iter().map(|(w, zones)| w * zones[zone][grade]).sum();
                    assert!((sum - own).abs() < 1e-8, "{correlation} {grade}: {sum} {own}");
                }
            }
        }
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        for wrong in [-0.1, 0.91, f64::NAN] {
            assert!(Correlation::new(wrong).is_err_and(|e| e.contains("0 to 0.9")), "{wrong}");
        }
        assert_eq!(Correlation::new(0.9).map(f64::from), Ok(0.9));
    }
}
