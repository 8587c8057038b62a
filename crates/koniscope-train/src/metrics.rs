//! Figures, each with its source.

pub mod agreement;
pub mod bootstrap;
pub mod calibration;
pub mod overlap;
pub mod roc;

/// A figure with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Films.
    pub n: usize,
}
