//! From graded zones to a stage: two standards as pure functions, and what they give when the
//! grades are known as probabilities only.

mod doubt;
pub mod gbz70;
pub mod ilo;
mod joint;

pub use joint::{GradeProbabilities, LargeProbabilities, StageDistribution};
