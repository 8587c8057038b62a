//! DICOM files: an object's picture, and what its header says of a radiograph.

mod header;

use koniscope_dicom::{Container, Error, Object, Source};

use super::{Limits, RawImage};

pub(super) use koniscope_dicom::recognizes;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<(RawImage, Source), Error> {
    let limits =
        koniscope_dicom::Limits { pixels: limits.pixels, inflated_bytes: limits.inflated_bytes };
    let container = Container::open(bytes, &limits)?;
    let object = Object::read(&container)?;
    let photometric = header::photometric(&object.attributes)?;
    let picture = object.picture(&limits)?;
    let header =
        header::read(&object.attributes, photometric, &picture, container.transfer_syntax())?;
    let raw = RawImage {
        width: picture.grid.width,
        height: picture.grid.height,
        bits_stored: picture.grid.bits_stored,
        signed: picture.grid.signed,
        stored: picture.stored,
        header,
    };
    Ok((raw, Source::of(&container)))
}
