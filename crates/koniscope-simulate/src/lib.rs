//! Simulated chest radiographs of pneumoconiosis with known truth.
//!
//! Two kinds of film: a phantom, drawn from nothing ([`thorax`], [`acquisition`]), and a real film
//! into which opacities are put ([`insert`]). For both the rooms stand in this order:
//! [`field`] (lungs and zones in mm) → [`pattern`] (what the film shall show) → [`place`] (where
//! each opacity is) → [`opacities`] (thickness of tissue) → [`phantom`] or [`insert`] →
//! [`truth`] → [`write`](mod@write). [`run`] does it for many films.
//!
//! What is measured on such films says nothing of patients: opacities follow a formula
//! ([`profusion`]), not a disease. Research use only. Not a medical device.

pub mod acquisition;
mod error;
pub mod field;
pub mod gaussian;
pub mod insert;
pub mod opacities;
pub mod pattern;
pub mod phantom;
pub mod place;
pub mod profusion;
pub mod run;
pub mod sources;
pub mod thorax;
pub mod truth;
pub mod write;

pub use acquisition::{Acquisition, Processing};
pub use error::Error;
pub use run::{Options, Summary, simulate};
pub use thorax::{Projection, Thorax};

/// Stands at the end of every run.
pub const WARNING: &str =
    "Simulated films: nothing measured on them says how well a system reads patients.";
