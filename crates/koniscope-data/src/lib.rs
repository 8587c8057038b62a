//! What is known of radiographs before they are read: tables of labels, masks of lungs, splits by
//! patient; and how every other crate writes its files.
//!
//! ```text
//! labels.csv -> table -> labels (one row per film) -> split by patient -> Training | Tuning | Test
//! mask.png   -> mask  -> right and left lung, background, ignored
//! ```
//!
//! Each of these has one reader, so that a table, a mask or a split means the same thing to the
//! simulator, to training and to an evaluation. The crate knows no network and none of the others.

pub mod digest;
mod error;
pub mod files;
pub mod labels;
pub mod mask;
pub mod split;
pub mod table;

pub use error::Error;
pub use labels::{LabelColumn, LabeledRow, patient_key, read_labels};
pub use mask::Mask;
