//! Koniscope reads chest radiographs for pneumoconiosis: bytes in, values out.
//!
//! The rooms stand in the order of one reading:
//! [`decode`] → [`normalize`] → [`quality`] → [`segmentation`] → [`crop`] → [`classification`] →
//! [`calibration`] → [`reading`] → [`report`].
//!
//! This library does no network, reads no clock and no environment, draws no random number and
//! prints nothing. Only [`model`] and [`weights`] know the tensor framework.
//!
//! Research use only. Not a medical device.

pub mod calibration;
pub mod checked_manifest;
pub mod classification;
pub mod crop;
pub mod decode;
pub mod digest;
mod error;
pub mod export;
pub mod features;
pub mod files;
pub mod grading;
pub mod heat_map;
pub mod large;
pub mod manifest;
pub mod many;
pub mod model;
pub mod normalize;
pub mod output;
pub mod plane;
pub mod quality;
mod radiograph;
pub mod reader;
pub mod reading;
pub mod report;
pub mod second_stage;
pub mod segmentation;
pub mod site;
pub mod stage;
pub mod stopwatch;
pub mod weights;
pub mod zones;

pub use error::Error;
pub use radiograph::Radiograph;
pub use reader::{FilmReading, Reader};
pub use reading::Reading;
