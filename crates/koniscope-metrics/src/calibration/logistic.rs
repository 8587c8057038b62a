//! Slope and intercept of probabilities.

use crate::are_probabilities;

/// Probabilities are held this far from 0 and 1, whose logits are infinite. A probability in f32 is
/// no finer near 1.
const CLOSEST: f64 = 1e-7;

/// `logit(share of sick) = slope * logit(probability) + intercept`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recalibration {
    /// 1 if right; below 1 the probabilities are too bold, above 1 too timid.
    pub slope: f64,
    /// 0 if right, for a slope of 1; above 0 the sick are more than was said.
    pub intercept: f64,
}

/// Slope and intercept that make the truth likeliest (Cox 1958), by Newton's method; probabilities
/// are held 1e-7 away from 0 and 1. Nothing if a class is missing, all probabilities are the same, a
/// threshold parts the classes fully (the slope would be infinite), or a probability is out of range.
pub fn slope_intercept(probabilities: &[f64], truth: &[bool]) -> Option<Recalibration> {
    if !are_probabilities(probabilities, truth) {
        return None;
    }
    let logit = |p: &f64| {
        let p = p.clamp(CLOSEST, 1.0 - CLOSEST);
        (p / (1.0 - p)).ln()
    };
    let films: Vec<(f64, bool)> =
        probabilities.iter().map(logit).zip(truth.iter().copied()).collect();
    if overlap(&films) {
        fitted(&films, Recalibration { slope: 0.0, intercept: 0.0 }, 0.0)
    } else {
        None
    }
}

/// Films of either answer below which [`platt`] fits nothing.
const FEWEST: usize = 10;

/// How strongly [`platt`] pulls the slope to 1 and the intercept to 0: few films should not make a bold
/// calibration.
const PULL: f64 = 1.0;

/// Slope and intercept of `sigmoid(slope * logit + intercept)` that make the answers likeliest (Platt 1999),
/// with a weak pull to 1 and 0, by Newton's method. Nothing with fewer than ten films of either answer, a
/// logit that is not finite, or a slope that would turn the order round.
pub fn platt(logits: &[f64], truth: &[bool]) -> Option<Recalibration> {
    let sick = truth.iter().filter(|sick| **sick).count();
    let finite = logits.iter().all(|logit| logit.is_finite());
    if logits.len() != truth.len() || !finite || sick.min(truth.len() - sick) < FEWEST {
        return None;
    }
    let films: Vec<(f64, bool)> = logits.iter().copied().zip(truth.iter().copied()).collect();
    let identity = Recalibration { slope: 1.0, intercept: 0.0 };
    fitted(&films, identity, PULL).filter(|fit| fit.slope > 0.0)
}

/// The line that makes the truth of logits likeliest, from `line` on. Nothing if Newton's method does not
/// come to it.
fn fitted(films: &[(f64, bool)], mut line: Recalibration, pull: f64) -> Option<Recalibration> {
    let mut loss = line.loss(films, pull);
    for _ in 0..100 {
        let [slope, intercept] = line.newton_step(films, pull)?;
        // A whole step may overshoot far from the optimum; the loss is convex, so half of it, or
        // half of that, goes down, but for the rounding of the loss near the optimum.
        let shorter = (0..60).map(|halvings| 0.5_f64.powi(halvings)).map(|length| Recalibration {
            slope: line.slope - length * slope,
            intercept: line.intercept - length * intercept,
        });
        let mut losses = shorter.map(|next| (next, next.loss(films, pull)));
        (line, loss) = losses.find(|(_, next)| *next <= loss * (1.0 + 1e-12))?;
        let size = 1.0 + line.slope.abs().max(line.intercept.abs());
        if slope.abs().max(intercept.abs()) < 1e-10 * size {
            return Some(line);
        }
    }
    None
}

/// Whether no threshold parts the classes, so that the optimum is finite (Albert and Anderson 1984):
/// the ranges of both overlap by more than a point, on either side.
fn overlap(films: &[(f64, bool)]) -> bool {
    let range = |class| {
        let of_class = films.iter().filter(move |film| film.1 == class).map(|film| film.0);
        of_class
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)])
    };
    let ([sick_low, sick_high], [healthy_low, healthy_high]) = (range(true), range(false));
    sick_low < healthy_high && healthy_low < sick_high
}

impl Recalibration {
    /// Negative log likelihood, and half the pull times the squared distance from 1 and 0.
    fn loss(&self, films: &[(f64, bool)], pull: f64) -> f64 {
        let of = |(x, sick): &(f64, bool)| {
            let z = self.slope * x + self.intercept;
            let against = if *sick { -z } else { z };
            // ln(1 + e^z) without overflow.
            against.max(0.0) + (-against.abs()).exp().ln_1p()
        };
        let pulled = (self.slope - 1.0).powi(2) + self.intercept.powi(2);
        films.iter().map(of).sum::<f64>() + pull / 2.0 * pulled
    }

    /// Gradient by the inverse of the Hessian. Nothing if that is singular.
    fn newton_step(&self, films: &[(f64, bool)], pull: f64) -> Option<[f64; 2]> {
        let mut gradient = [pull * (self.slope - 1.0), pull * self.intercept];
        let mut hessian = [pull, 0.0, pull];
        for (x, sick) in films {
            let p = 1.0 / (1.0 + (-(self.slope * x + self.intercept)).exp());
            let (error, weight) = (p - f64::from(u8::from(*sick)), p * (1.0 - p));
            gradient[0] += error * x;
            gradient[1] += error;
            hessian[0] += weight * x * x;
            hessian[1] += weight * x;
            hessian[2] += weight;
        }
        let determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
        let step = [
            (hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant,
            (hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant,
        ];
        step.iter().all(|s| s.is_finite()).then_some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_fitted_is_nothing() {
        let (p, parted) = ([0.1, 0.2, 0.8, 0.9], [false, false, true, true]);
        assert_eq!(slope_intercept(&p, &parted), None);
        assert_eq!(slope_intercept(&p, &parted.map(|t| !t)), None);
        assert_eq!(slope_intercept(&[0.1, 0.5, 0.5, 0.9], &parted), None);
        assert_eq!(slope_intercept(&[0.3; 4], &parted), None);
        assert_eq!(slope_intercept(&p, &[true; 4]), None);
        assert_eq!(slope_intercept(&[0.1, f64::NAN, 0.2, 0.9], &parted), None);
        assert_eq!(slope_intercept(&[], &[]), None);
    }

    #[test]
    fn pulled_slope_and_intercept_are_near_the_true_ones() {
        // Log odds are half the logit and one less.
        let logits: Vec<f64> = (0..4000).map(|i| f64::from(i % 80) / 10.0 - 4.0).collect();
        let truth: Vec<bool> = (0..4000)
            .map(|i| {
                let p = 1.0 / (1.0 + (-(0.5 * logits[i] - 1.0)).exp());
                (i / 80) as f64 + 0.5 < p * 50.0
            })
            .collect();
        let fit = platt(&logits, &truth);
        assert!(
            fit.is_some_and(|f| (f.slope - 0.5).abs() < 0.02 && (f.intercept + 1.0).abs() < 0.03),
            "{fit:?}"
        );
        let line: Vec<f64> = (0..40).map(f64::from).collect();
        let of = |sick: fn(usize) -> bool| (0..40).map(sick).collect::<Vec<bool>>();
        assert_eq!(platt(&line, &of(|i| i < 20)), None, "the order would be turned");
        assert_eq!(platt(&line, &of(|i| i < 9)), None, "nine are too few");
        assert_eq!(platt(&[f64::INFINITY; 40], &of(|i| i < 20)), None);
        // Told apart fully: the pull keeps it finite.
        assert!(platt(&line, &of(|i| i >= 20)).is_some_and(|fit| fit.slope.is_finite()));
    }

    #[test]
    fn right_probabilities_have_slope_one() {
        // One of four at 1/4 and three of four at 3/4.
        let p: Vec<f64> = (0..8).map(|i| if i < 4 { 0.25 } else { 0.75 }).collect();
        let truth: Vec<bool> = (0..8).map(|i| i == 0 || i > 4).collect();
        let line = slope_intercept(&p, &truth);
        assert!(
            line.is_some_and(|l| (l.slope - 1.0).abs() < 1e-9 && l.intercept.abs() < 1e-9),
            "{line:?}"
        );
    }
}
