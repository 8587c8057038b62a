//! Statistics of a diagnostic test: figures with their 95 % intervals, each with its source.
//!
//! Scores, probabilities and truths are plain slices of one entry a film. For all of them:
//! a slice that is as long as the others and holds no NaN is usable, anything else has no figure;
//! `score >= threshold` is positive; equal scores are one threshold. A figure that has no value,
//! as the area under a curve where a class is missing, is `None`, or an empty curve.
//!
//! | question | room |
//! | --- | --- |
//! | Does the score tell sick from healthy? | [`roc`], [`precision_recall`], [`counts`] |
//! | Is the probability what happens? | [`calibration`], [`isotonic`] |
//! | Is acting on it of use? | [`decision_curve`], [`counts::predictive_values`] |
//! | Do two readers, or many, agree? | [`agreement`] |
//! | Is one model better than another? | [`roc::delong_paired`], [`paired`], [`bootstrap`], [`multiple`] |
//! | How sure is a figure? | [`proportion`], [`bootstrap`] |
//! | Which stages are still open for this film? | [`conformal`] |

pub mod agreement;
pub mod bootstrap;
pub mod calibration;
pub mod conformal;
pub mod counts;
pub mod decision_curve;
pub mod isotonic;
pub mod multiple;
pub mod paired;
pub mod precision_recall;
pub mod proportion;
pub mod rng;
pub mod roc;
mod special;
mod sweep;

/// A figure with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Films.
    pub n: usize,
}

/// Quantile 0.975 of the standard normal distribution: half a 95 % interval in standard errors.
const Z95: f64 = 1.959_963_984_540_054;

/// More classes than this are taken for a mistake; tables of classes squared are made.
const MOST_CLASSES: usize = 1000;

/// What the sum of a thousand probabilities may be off, generously.
const ROUNDING: f64 = 1e-9;

/// Whether there is one truth a score, and no score is NaN.
fn usable<T>(scores: &[f64], truth: &[T]) -> bool {
    scores.len() == truth.len() && !scores.iter().any(|s| s.is_nan())
}

/// Whether there is one truth a probability, and all are within `[0, 1]`; sums of probabilities may
/// miss it by their rounding.
fn are_probabilities<T>(probabilities: &[f64], truth: &[T]) -> bool {
    let possible = -ROUNDING..=1.0 + ROUNDING;
    probabilities.len() == truth.len() && probabilities.iter().all(|p| possible.contains(p))
}
