//! How far readers agree with each other, with their consensus and with the model, and which films to
//! look at again.
//!
//! ```text
//! raters -> ratings (films x readers, on one scale) -> figures
//!        -> spread of each film                     -> disagreements
//! ```

pub mod disagreements;
pub mod figures;
mod ratings;

use koniscope::stage::ilo::Profusion;

use crate::{THRESHOLD, cases::Answer, truth::Truth};

/// How the model is called beside readers.
pub const MODEL: &str = "the model";

/// What the model says, as if it were a reader: disease from its threshold on.
fn said_by_model(answer: &Answer) -> Truth {
    Truth {
        disease: Some(answer.probability >= THRESHOLD),
        stage: answer.stage,
        zones: answer.zones,
        ilo: answer.profusion().map(Profusion::index),
        ..Truth::default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
