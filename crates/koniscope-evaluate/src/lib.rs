//! From films and labels to the evaluation that CLAIM, STARD-AI and TRIPOD+AI ask for.
//!
//! ```text
//! labels.csv -> truth -> cases (the reader that ships, a film at a time, kept) -> figures -> report
//!            -> raters (what each reader says, their consensus)        -> agreement /
//!               robustness (each film again, varied)                   -> figures /
//! two evaluations -> compare (film by film) -> differences -> report
//! ```
//!
//! No figure comes from a pipeline of its own: films are read by [`koniscope::Reader`] as
//! `koniscope read` reads them. What was read is kept, so that a run that was stopped goes on.
//!
//! Research use only. Not a medical device.

pub mod agreement;
pub mod cases;
pub mod compare;
mod error;
pub mod figures;
mod keep;
mod options;
pub mod overlap;
pub mod predictions;
pub mod raters;
pub mod report;
pub mod robustness;
mod run;
pub mod site;
pub mod svg;
pub mod truth;

pub use error::Error;
pub use options::{Observer, Options, Summary};
pub use run::evaluate;

/// The reader's own threshold: from this probability on a film is read as diseased.
pub const THRESHOLD: f64 = 0.5;
