//! DICOM: hostile bytes to attributes and pixels, and objects written.
//!
//! The bytes are hostile until proven otherwise, so the way is narrow:
//!
//! ```text
//! bytes -> Container -> elements -> Attributes -> Grid -> codec -> Picture
//!          syntax       lengths     values        size    stream   stored values
//! ```
//!
//! `elements` walks the top level and checks every length against what is there; a value is read when
//! it is asked for, by what the dictionary says it is ([`Attributes`]); rows, columns and depth are
//! settled ([`Grid`]) before a pixel is decoded; and a compressed stream must declare the same
//! picture (`codec`).
//!
//! All of it takes time in proportion to the bytes of the file and the pixels of the picture: no
//! length is believed, nesting has an end, and the scans of a JPEG stream are counted.
//!
//! What a header means for a radiograph is said by the crate that reads them; [`mod@write`] makes objects of
//! chest radiographs. It prints nothing, reads no clock and draws no UID.

mod attributes;
mod cells;
mod codec;
mod container;
mod data_set;
mod elements;
mod encoding;
mod error;
mod grid;
mod kinds;
pub mod lossless_jpeg;
mod lut;
mod object;
mod pixel_data;
pub mod results;
mod rle;
mod source;
pub mod stream;
mod value;
pub mod write;

pub use attributes::Attributes;
pub use container::{Container, recognizes};
pub use data_set::DataSet;
pub use dicom_core::{Tag, VR};
pub use dicom_dictionary_std::{tags, uids};
pub use error::Error;
pub use grid::Grid;
pub use lut::{Lut, ModalityTransform, Voi, WindowFunction, modality, voi};
pub use object::{Object, Picture};
pub use source::Source;

/// What a file may cost at most. Checked before memory is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of the picture.
    pub pixels: u64,
    /// Bytes after a deflated data set is inflated.
    pub inflated_bytes: u64,
}
