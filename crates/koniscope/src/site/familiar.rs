//! Whether a film is like those that a reader was set on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::features::Features;

/// Lowest and highest value of one measure among those films. A further film like them lies
/// outside with a probability of at most 2 over their number and 1 (they are exchangeable).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// One of [`Features::NAMES`].
    pub name: String,
    /// Lowest.
    pub low: f64,
    /// Highest.
    pub high: f64,
}

impl Range {
    fn place(&self) -> Option<usize> {
        Features::NAMES.iter().position(|name| *name == self.name)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.place().is_none() {
            return Err(format!(
                "no measure {:?}; expected one of {}",
                self.name,
                Features::NAMES.join(", ")
            ));
        }
        if self.low > self.high || self.low.is_nan() || self.high.is_nan() {
            return Err(format!("{} lies within {} and {}", self.name, self.low, self.high));
        }
        Ok(())
    }
}

/// A measure that lies outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfamiliar {
    /// The range that the value is not within.
    Outside(Range, f64),
    /// The film cannot be measured.
    Unmeasured,
}

impl fmt::Display for Unfamiliar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside(Range { name, low, high }, value) => write!(
                f,
                "the film is unlike those that the reader was set on: {name} is {value:.3}, theirs \
                 {low:.3} to {high:.3}"
            ),
            Self::Unmeasured => {
                write!(
                    f,
                    "the film's lungs cannot be measured: one is empty or they are of one gray"
                )
            }
        }
    }
}

/// The first measure outside of its range; nothing if there are no ranges.
pub(super) fn first(ranges: &[Range], features: Option<&Features>) -> Option<Unfamiliar> {
    let Some(features) = features else {
        return (!ranges.is_empty()).then_some(Unfamiliar::Unmeasured);
    };
    let values = features.values();
    ranges.iter().find_map(|range| {
        let value = values[range.place()?];
        let is_inside = (range.low..=range.high).contains(&value);
        (!is_inside).then(|| Unfamiliar::Outside(range.clone(), value))
    })
}
