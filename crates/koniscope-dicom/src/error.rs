//! What can go wrong with one object.

use thiserror::Error as ThisError;

/// Why an object was not read or written.
#[derive(Clone, Debug, ThisError, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// More pixels than allowed.
    #[error("{width} x {height} pixels are declared, more than the limit of {limit} in all")]
    TooManyPixels {
        /// Columns declared.
        width: u64,
        /// Rows declared.
        height: u64,
        /// Pixels allowed.
        limit: u64,
    },
    /// A compressed stream that grows past the limit.
    #[error("it inflates to more than the limit of {limit} bytes")]
    InflatedTooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// Cut off or overwritten.
    #[error("damaged: {detail}")]
    Damaged {
        /// Where reading stopped.
        detail: String,
    },
    /// An object without an image.
    #[error("no image: {detail}")]
    NoPixels {
        /// What it holds instead.
        detail: String,
    },
    /// A coding this build cannot decode.
    #[error("cannot decode {name} ({uid}). {remedy}")]
    UnsupportedCoding {
        /// Transfer syntax UID.
        uid: String,
        /// Its name.
        name: String,
        /// What to do.
        remedy: String,
    },
    /// A header that contradicts itself.
    #[error("the header is unusable: {detail}")]
    BadHeader {
        /// The fact and what was expected.
        detail: String,
    },
    /// More than one sample a pixel.
    #[error("a color picture: {detail}")]
    Color {
        /// What was found.
        detail: String,
    },
    /// More than one frame.
    #[error("{frames} frames; one was expected")]
    SeveralFrames {
        /// Frames found.
        frames: u64,
    },
    /// Something that no DICOM object can hold.
    #[error("cannot be written as DICOM: {detail}")]
    Unwritable {
        /// The fact and what was expected.
        detail: String,
    },
}

/// A header that contradicts itself.
pub(crate) fn bad<T>(detail: String) -> Result<T, Error> {
    Err(Error::BadHeader { detail })
}

/// An object that is cut off or overwritten.
pub(crate) fn damaged<T>(detail: String) -> Result<T, Error> {
    Err(Error::Damaged { detail })
}
