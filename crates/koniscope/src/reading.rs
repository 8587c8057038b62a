//! The result of one film, as it is written: complete, or there is none.

mod graded;
mod in_file;
mod record;

pub use graded::{ByZone, Form, Gbz70, Graded, Ilo, IloShape, SmallOpacities, ZoneReading};
pub use record::{
    CalibratedOn, Detection, Film, FlagEntry, Lung, LungLines, Lungs, ModelIdentity, Models,
    Quality, Reading, SecondStageKind, Software, StageProbabilities, Timings, ZoneLines,
};

/// Version of what is written of a reading, by docs/reference/reading.schema.json: another where a field
/// goes, or means something else.
pub const SCHEMA_VERSION: u32 = 1;

/// Said on every output.
pub const DISCLAIMER: &str = "Research use only. Not a medical device; not for diagnosis.";
