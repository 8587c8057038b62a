//! From graded zones to a stage: two standards as pure functions, and what they give when the
//! grades are known as probabilities only.

pub mod gbz70;
pub mod ilo;
pub mod joint;
mod neighbors;

pub use joint::{GradeProbabilities, Joint, LargeProbabilities, StageDistribution};
pub use neighbors::Neighbors;
