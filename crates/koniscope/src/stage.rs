//! From graded zones to a stage: two standards as pure functions, and what they give when the
//! grades are known as probabilities only.

pub mod calibration;
mod doubt;
pub mod gbz70;
pub mod ilo;
pub mod joint;

pub use calibration::StageCalibration;
pub use doubt::{Correlation, given_doubt};
pub use joint::{GradeProbabilities, Joint, LargeProbabilities, StageDistribution};
