//! Koniscope reads chest radiographs for pneumoconiosis: bytes in, values out.
//!
//! ```no_run
//! use koniscope::{model::Device, reader::load_reader};
//!
//! let reader = load_reader("models".as_ref(), &Device::cpu(), None)?;
//! let bytes = std::fs::read("samples/00003507_000.dcm")?;
//! let film = reader.read(&bytes, &|| 0.0)?; // the clock for timings is yours
//! println!("{}", film.reading.pneumoconiosis.probability);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Reader::read`](reader::Reader::read) is the pipeline as one sentence. Its rooms, in the order of a
//! reading as it is by default:
//!
//! - [`decode`], [`normalize`], [`quality`]: bytes to a radiograph, or a refusal by name;
//! - [`segmentation`], [`zones`]: its lungs, and the six zones between their lines;
//! - [`second_stage`]: what they show. `ZoneGrading` cuts each zone out ([`crop`]), grades it
//!   ([`grading`]), measures large opacities ([`large`]) and finds the stage by rule ([`stage`]);
//!   `WholeLungClassifier` has a classifier see both lungs ([`classification`], [`calibration`]). Either
//!   way there is a [`heat_map`];
//! - [`features`], [`site`]: what kind of film it is, and what a site makes of the answer;
//! - [`reading`], [`report`], [`output`]: the result, its forms, and where it goes;
//! - [`form`]: the official forms, which a reader fills in and signs, with the result as a proposal.
//!
//! Beside them stand the networks ([`model`], [`weights`], [`manifest`], [`checked_manifest`], [`export`])
//! and what all rooms use ([`plane`], [`files`], [`many`], [`digest`], [`stopwatch`],
//! [`cache`]).
//!
//! This library does no network, reads no clock and no environment, draws no random number and
//! prints nothing. Networks are graphs of
//! [`koniscope_engine`].
//!
//! Research use only. Not a medical device.

pub mod cache;
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
pub mod form;
pub mod grading;
pub mod heat_map;
pub mod large;
pub mod manifest;
pub mod many;
pub mod model;
pub mod normalize;
pub mod output;
mod panics;
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

pub use cache::READING_VERSION;
pub use error::Error;
pub use radiograph::{Radiograph, SourceGrid};
pub use reader::{FilmReading, Reader};
pub use reading::Reading;
