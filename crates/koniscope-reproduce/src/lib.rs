//! The paper's experiment from start to end (Yang F. et al., BMC Medical Imaging 2021;21:189), with
//! baselines on the same folds.
//!
//! ```text
//! films or simulate -> cohort (patients dealt into folds, once for all models)
//!   -> each model and fold: train (koniscope-train) -> read the fold's films (koniscope-evaluate)
//!   -> every film's answer by the model that did not see its patient -> figures -> report
//! ```
//!
//! It has no pipeline of its own: it calls the rooms that train, read and measure elsewhere. Every
//! step leaves its result in the folder, so that the same command goes on where it was stopped.
//!
//! Research use only. Not a medical device.

pub mod baselines;
pub mod cohort;
mod error;
pub mod model;
mod pooled;
mod recipes;
mod report;
mod run;
mod settings;
mod source;
mod step;
mod train;

pub mod plan;

pub use error::Error;
pub use run::{Options, Summary, Watch, reproduce};
pub use settings::{Learning, Lungs, Settings, Source};
