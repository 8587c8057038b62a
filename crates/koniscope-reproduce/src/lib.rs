//! The paper's experiment from start to end (Yang F. et al., BMC Medical Imaging 2021;21:189), with the
//! zone grader and a baseline on the same folds.
//!
//! ```text
//! films or simulate -> cohort (patients dealt into folds, once for all models)
//!   -> each model and fold: train (koniscope-train) -> read the fold's films (koniscope-evaluate)
//!   -> every film's answer by the model that did not see its patient -> figures -> report
//! ```
//!
//! It has no pipeline of its own: it calls the rooms that simulate, train, read and measure. Every
//! step leaves its result in the folder, so that the same command goes on where it was stopped.
//!
//! Research use only. Not a medical device.

mod answers;
mod cohort;
mod error;
pub mod model;
mod recipes;
mod report;
mod run;
mod settings;
mod source;
mod step;
mod train;

pub use error::Error;
pub use run::{Options, Plan, Summary, Watch, plan, reproduce};
pub use settings::{Learning, Lungs, Settings, Source};
