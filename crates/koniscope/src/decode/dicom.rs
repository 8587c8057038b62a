//! DICOM files.
//!
//! The bytes are hostile until proven otherwise, so the way is narrow: [`elements`] walks the top
//! level and checks every length against what is there; only the few elements that are wanted, cut
//! out and flat, go to dicom-rs ([`attributes`]); rows, columns and depth are settled ([`grid`])
//! before a pixel is decoded; and a compressed stream must declare the same picture ([`codec`]).

mod attributes;
mod codec;
mod container;
mod elements;
mod grid;
mod header;
mod kinds;
mod lut;
mod rle;

use dicom_dictionary_std::tags;

use super::{Limits, RawImage};
use crate::Error;
use attributes::Attributes;
use container::Container;
use elements::PixelData;
use grid::Grid;

pub(super) use container::recognizes;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<RawImage, Error> {
    let container = Container::open(bytes, limits)?;
    let (attributes, pixels) = Attributes::read(&container)?;
    let Some(pixels) = pixels else {
        return Err(without_pixels(&attributes, container.sop_class()));
    };
    let photometric = header::photometric(&attributes)?;
    let grid = Grid::of(&attributes, limits)?;
    let stored = match pixels {
        PixelData::Native { value, words } => {
            grid.unpack_native(value, container.encoding.big_endian, words)?
        }
        PixelData::Encapsulated(fragments) => codec::decode(&container, &grid, fragments)?,
    };
    Ok(RawImage {
        width: grid.width,
        height: grid.height,
        stored,
        bits_stored: grid.bits_stored,
        signed: grid.signed,
        header: header::read(&attributes, photometric, container.syntax.uid())?,
    })
}

/// An object without Pixel Data: cut off before it, or of a kind that has none.
fn without_pixels(attributes: &Attributes, meta_sop_class: Option<&str>) -> Error {
    if attributes.has(tags::ROWS) {
        let detail = "it ends before Pixel Data (7FE0,0010)".into();
        return Error::Damaged { detail };
    }
    let uid = attributes.text(tags::SOP_CLASS_UID).or(meta_sop_class.map(String::from));
    let detail = match uid {
        None => "it does not say what it is (no SOP Class UID)".into(),
        Some(uid) => match kinds::name(&uid) {
            Some(name) => format!("it is a {name}"),
            None => format!("its SOP class is {uid}"),
        },
    };
    Error::NoPixels { detail }
}

/// A header that contradicts itself.
fn bad<T>(detail: String) -> Result<T, Error> {
    Err(Error::BadHeader { detail })
}

/// A file that is cut off or overwritten.
fn damaged<T>(detail: String) -> Result<T, Error> {
    Err(Error::Damaged { detail })
}
