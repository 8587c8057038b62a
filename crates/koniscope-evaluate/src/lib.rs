//! From films and labels to the evaluation that CLAIM, STARD-AI and TRIPOD+AI ask for.
//!
//! ```text
//! labels.csv -> truth -> cases (the reader that ships, a film at a time, kept) -> figures -> report
//!            -> readers (what each says, their consensus)              -> figures /
//!               robustness (each film again, varied)                   -> figures /
//! two evaluations -> compare (film by film) -> differences -> report
//! ```
//!
//! No figure comes from a pipeline of its own: films are read by [`koniscope::Reader`] as
//! `koniscope read` reads them. What was read is kept, so that a run that was stopped goes on.
//!
//! Research use only. Not a medical device.

pub mod cases;
pub mod compare;
mod error;
pub mod figures;
pub mod judged;
mod keep;
pub mod overlap;
pub mod readers;
pub mod report;
pub mod robustness;
mod run;
pub mod site;
pub mod svg;
pub mod truth;

pub use error::Error;
pub use run::{Observer, Options, Summary, evaluate};
