//! Slope and intercept of one logit.

use koniscope::manifest::Platt;

/// Cases of either answer below which nothing is fitted.
const FEWEST: usize = 10;

/// Pulls the slope towards 1 and the intercept towards 0, as so many cases would: few cases should
/// not make a bold calibration.
const PRIOR: f64 = 1.0;

/// Slope and intercept of `sigmoid(slope * logit + intercept)` that make the answers likeliest
/// (Platt 1999), by Newton's method with a weak pull to the identity. With fewer than ten cases of
/// either answer, or a slope that would turn the order round, the identity.
pub fn fit_platt(logits: &[f64], answers: &[bool]) -> Platt {
    let identity = Platt { slope: 1.0, intercept: 0.0 };
    let yes = answers.iter().filter(|a| **a).count();
    if yes < FEWEST || answers.len() - yes < FEWEST {
        return identity;
    }
    let (mut slope, mut intercept) = (1.0, 0.0);
    for _ in 0..50 {
        let mut gradient = [PRIOR * (slope - 1.0), PRIOR * intercept];
        let mut hessian = [PRIOR, 0.0, PRIOR];
        for (x, answer) in logits.iter().zip(answers) {
            let p = 1.0 / (1.0 + (-(slope * x + intercept)).exp());
            let error = p - f64::from(u8::from(*answer));
            let weight = p * (1.0 - p);
            gradient[0] += error * x;
            gradient[1] += error;
            hessian[0] += weight * x * x;
            hessian[1] += weight * x;
            hessian[2] += weight;
        }
        let det = hessian[0] * hessian[2] - hessian[1] * hessian[1];
        let step = [
            (hessian[2] * gradient[0] - hessian[1] * gradient[1]) / det,
            (hessian[0] * gradient[1] - hessian[1] * gradient[0]) / det,
        ];
        // Whole Newton steps may overshoot where probabilities are near 0 and 1.
        let shrink = (1.0 / step[0].abs().max(step[1].abs())).min(1.0);
        slope -= shrink * step[0];
        intercept -= shrink * step[1];
        if step[0].abs().max(step[1].abs()) < 1e-10 {
            break;
        }
    }
    if slope.is_finite() && slope > 0.0 && intercept.is_finite() {
        Platt { slope, intercept }
    } else {
        identity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slope_and_intercept() {
        // Log odds are half the logit and one less.
        let logits: Vec<f64> = (0..4000).map(|i| f64::from(i % 80) / 10.0 - 4.0).collect();
        let answers: Vec<bool> = (0..4000)
            .map(|i| {
                let p = 1.0 / (1.0 + (-(0.5 * logits[i] - 1.0)).exp());
                (i / 80) as f64 + 0.5 < p * 50.0
            })
            .collect();
        let Platt { slope, intercept } = fit_platt(&logits, &answers);
        assert!(
            (slope - 0.5).abs() < 0.02 && (intercept + 1.0).abs() < 0.03,
            "{slope} {intercept}"
        );
    }

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
