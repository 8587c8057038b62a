//! Learns and measures: the two networks of [`koniscope`] from films and labels.
//!
//! ```text
//! labels.csv -> dataset -> split (by patient) -> training: augment -> network -> loss
//!                                             -> tuning:   best epoch, temperature
//!                                             -> test:     the shipped rooms -> figures
//! ```
//!
//! A film of the test part cannot reach a training loop: it takes a
//! [`Training`](koniscope_data::split::Training), which only a split makes.
//!
//! Research use only. Not a medical device.

pub mod augment;
pub mod bench;
pub mod calibrate;
pub mod curves;
pub mod dataset;
mod error;
pub mod loss;
pub mod network;
pub mod optimizer;
pub mod recipe;
mod rng;
pub mod run;
pub mod run_log;
pub mod training;
mod write;

pub use error::Error;
