//! Slope and intercept of one logit.

use koniscope::manifest::Platt;
use koniscope_metrics::calibration::platt;

/// Slope and intercept of [`platt`]; where it fits nothing, the identity.
pub fn fit_platt(logits: &[f64], answers: &[bool]) -> Platt {
    platt(logits, answers).map_or(Platt { slope: 1.0, intercept: 0.0 }, |fit| Platt {
        slope: fit.slope,
        intercept: fit.intercept,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_fitted_stays() {
        let identity = Platt { slope: 1.0, intercept: 0.0 };
        assert_eq!(fit_platt(&[1.0; 30], &[true; 30]), identity);
        let logits: Vec<f64> = (0..40).map(f64::from).collect();
        let turned: Vec<bool> = (0..40).map(|i| i < 20).collect();
        assert_eq!(fit_platt(&logits, &turned), identity);
        // Told apart fully: the pull keeps it finite.
        let parted: Vec<bool> = (0..40).map(|i| i >= 20).collect();
        assert!(fit_platt(&logits, &parted).slope.is_finite());
    }
}
