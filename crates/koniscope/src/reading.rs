//! The result of one film, as it is written: complete, or there is none.

mod graded;
mod record;

pub use graded::{ByZone, Form, Gbz70, Graded, Ilo, IloShape, SmallOpacities, ZoneReading};
pub use record::{
    CalibratedOn, Detection, Film, FlagEntry, Lung, LungLines, Lungs, ModelIdentity, Models,
    Quality, Reading, SecondStageKind, StageProbabilities, Timings, ZoneLines,
};

/// Said on every output.
pub const DISCLAIMER: &str = "Research use only. Not a medical device; not for diagnosis.";
