//! What calibrates the stage's probabilities on films whose stage is known.
//!
//! Calibrated zones and the doubt that they share leave a stage a little off: which grades stand beside one
//! another on films is more than one factor tells. So P(stage I and above), P(II and above) and P(III) are
//! each shifted on the logarithm of their odds, which keeps their order, and that of films.

use serde::{Deserialize, Serialize};

/// Logarithms of the factors of the odds of stage I and above, II and above, and III.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f64; 3]", into = "[f64; 3]")]
pub struct StageCalibration([f64; 3]);

impl StageCalibration {
    /// # Errors
    /// What was expected, where one is no finite number.
    pub fn new(shifts: [f64; 3]) -> Result<Self, String> {
        if shifts.iter().all(|shift| shift.is_finite()) {
            Ok(Self(shifts))
        } else {
            Err(format!("shifts of stages {shifts:?}; three finite numbers were expected"))
        }
    }

    /// Probabilities of the stages 0 to III, shifted; they sum to 1 as before.
    pub fn apply(&self, probabilities: [f64; 4]) -> [f64; 4] {
        if self.0 == [0.0; 3] {
            return probabilities;
        }
        let mut reached = [1.0, 0.0, 0.0, 0.0];
        for (k, shift) in (1..4).zip(self.0) {
            let p: f64 = probabilities[k..].iter().sum::<f64>().min(1.0);
            // A later stage is never likelier than an earlier one to be reached.
            reached[k] = shifted(p, shift).min(reached[k - 1]);
        }
        let [all, one, two, three] = reached;
        [all - one, one - two, two - three, three]
    }
}

/// A probability whose odds are multiplied by the exponential of the shift.
pub fn shifted(p: f64, shift: f64) -> f64 {
    let odds = p * shift.exp();
    odds / (odds + 1.0 - p)
}

impl TryFrom<[f64; 3]> for StageCalibration {
    type Error = String;

    fn try_from(shifts: [f64; 3]) -> Result<Self, String> {
        Self::new(shifts)
    }
}

impl From<StageCalibration> for [f64; 3] {
    fn from(calibration: StageCalibration) -> Self {
        calibration.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shifted_by(shifts: [f64; 3], probabilities: [f64; 4]) -> [f64; 4] {
        StageCalibration::new(shifts).expect("finite").apply(probabilities)
    }

    #[test]
    fn odds_are_multiplied() {
        // P(I and above) 0.5 at twice the odds, P(II and above) 0.2 at half of them.
        let [none, one, two, three] =
            shifted_by([2f64.ln(), 0.5f64.ln(), 0.0], [0.5, 0.3, 0.1, 0.1]);
        assert!((none - 1.0 / 3.0).abs() < 1e-12);
        assert!((two + three - 1.0 / 9.0).abs() < 1e-12 && (three - 0.1).abs() < 1e-12);
        assert!((none + one + two + three - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_sure_stays_and_order_is_kept() {
        let sure = [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]];
        for stage in sure {
            assert_eq!(shifted_by([-3.0, 2.0, 1.0], stage), stage);
        }
        let crossed = shifted_by([-5.0, 5.0, 5.0], [0.4, 0.2, 0.2, 0.2]);
        assert!(crossed.iter().all(|p| *p >= 0.0), "{crossed:?}");
        assert!((crossed.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        assert!(StageCalibration::new([0.0, f64::NAN, 0.0]).is_err_and(|e| e.contains("finite")));
    }
}
