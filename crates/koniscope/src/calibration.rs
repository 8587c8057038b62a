//! Logits to probabilities.

use crate::{Error, manifest::Manifest};

/// Temperature scaling (Guo et al., ICML 2017): `softmax(logits / temperature)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    temperature: f64,
}

impl Calibration {
    /// # Errors
    /// [`Error::Model`] if the manifest has no calibration, or one whose temperature is not
    /// a positive number: no reading may exist without calibrated probabilities.
    pub fn of(manifest: &Manifest) -> Result<Self, Error> {
        let temperature = manifest.calibration.as_ref().map(|c| c.temperature);
        match temperature {
            Some(t) if t.is_finite() && t > 0.0 => Ok(Self { temperature: t }),
            found => Err(Error::Model {
                detail: format!(
                    "the manifest of {} has calibration temperature {found:?}; a positive number \
                     was expected. Train it with a tuning part, which writes one",
                    manifest.id
                ),
            }),
        }
    }

    /// A probability per class; they sum to 1.
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f64> {
        let scaled: Vec<f64> = logits.iter().map(|l| f64::from(*l) / self.temperature).collect();
        let max = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let exp: Vec<f64> = scaled.iter().map(|s| (s - max).exp()).collect();
        let sum: f64 = exp.iter().sum();
        exp.iter().map(|e| e / sum).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_temperature_is_less_sure() {
        let at = |temperature| Calibration { temperature }.probabilities(&[0.0, 2.0])[1];
        assert!((at(1.0) - 1.0 / (1.0 + (-2.0f64).exp())).abs() < 1e-12);
        assert!(at(2.0) < at(1.0) && at(2.0) > 0.5);
    }

    #[test]
    fn huge_logits_do_not_overflow() {
        let p = Calibration { temperature: 1.0 }.probabilities(&[1e30, -1e30]);
        assert_eq!(p, [1.0, 0.0]);
    }
}
