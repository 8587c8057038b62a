//! From graded zones to a stage: two standards as pure functions, and what they give when the
//! grades are known as probabilities only.

pub mod calibration;
mod doubt;
pub mod gbz70;
pub mod ilo;
pub mod joint;

pub use calibration::StageCalibration;
pub use doubt::{Correlation, given_doubt};
pub use joint::{Joint, StageDistribution};

/// Probability of the grades 0 to 3 of one zone; they sum to 1.
pub type GradeProbabilities = [f64; 4];

/// Probability of no large opacity, of one below 20 x 10 mm, and of one from there on.
pub type LargeProbabilities = [f64; 3];
