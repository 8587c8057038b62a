//! One sample film in several containers.

use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use image::{ImageBuffer, ImageFormat, Luma};
use koniscope::{
    Reader,
    decode::{Limits, decode},
    model::Device,
    normalize::normalize,
    reader::load_reader,
};

/// Millimeters on the side of a film.
pub(crate) const FIELD_MM: f64 = 430.0;

/// An element of a header: tag, VR and value.
pub(crate) type Element = (Tag, VR, String);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The reader that ships.
pub(crate) fn reader() -> Reader {
    load_reader(&root().join("models"), &Device::cpu(), None).unwrap()
}

/// A sample at `side x side` pixels with 16 bit.
pub(crate) fn film(side: usize) -> Vec<u16> {
    let bytes = std::fs::read(root().join("samples/00003137_001.jpg")).unwrap();
    let film = normalize(&decode(&bytes, &Limits::default()).unwrap()).unwrap();
    let plane = film.pixels().resize(side, side);
    plane.data().iter().map(|v| (v * 65_535.0).round() as u16).collect()
}

pub(crate) fn negative(pixels: &[u16]) -> Vec<u16> {
    pixels.iter().map(|v| 65_535 - v).collect()
}

/// A PNG of `[width, height]`.
pub(crate) fn png(pixels: &[u16], [width, height]: [usize; 2]) -> Vec<u8> {
    let picture: ImageBuffer<Luma<u16>, _> =
        ImageBuffer::from_raw(width as u32, height as u32, pixels.to_vec()).unwrap();
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The spacing of a film of `side` pixels that is [`FIELD_MM`] wide.
pub(crate) fn spacing(side: usize) -> Vec<Element> {
    spaced([FIELD_MM / side as f64; 2])
}

/// Imager Pixel Spacing, `[row, column]`.
pub(crate) fn spaced([row, column]: [f64; 2]) -> Vec<Element> {
    vec![(tags::IMAGER_PIXEL_SPACING, VR::DS, format!("{row:.8}\\{column:.8}"))]
}

/// A DX object of `[width, height]` with more elements.
pub(crate) fn dicom(
    pixels: &[u16],
    [width, height]: [usize; 2],
    photometric: &str,
    more: &[Element],
) -> Vec<u8> {
    let text = |tag, vr, value: &str| DataElement::new(tag, vr, PrimitiveValue::from(value));
    let number = |tag, value: u16| DataElement::new(tag, VR::US, PrimitiveValue::from(value));
    let mut object = InMemDicomObject::from_element_iter([
        text(tags::SOP_CLASS_UID, VR::UI, uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION),
        text(tags::SOP_INSTANCE_UID, VR::UI, "1.2.826.0.1.3680043.10.1"),
        text(tags::MODALITY, VR::CS, "DX"),
        text(tags::VIEW_POSITION, VR::CS, "PA"),
        text(tags::BODY_PART_EXAMINED, VR::CS, "CHEST"),
        text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, photometric),
        number(tags::SAMPLES_PER_PIXEL, 1),
        number(tags::ROWS, height as u16),
        number(tags::COLUMNS, width as u16),
        number(tags::BITS_ALLOCATED, 16),
        number(tags::BITS_STORED, 16),
        number(tags::HIGH_BIT, 15),
        number(tags::PIXEL_REPRESENTATION, 0),
        DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(pixels.to_vec().into())),
    ]);
    for (tag, vr, value) in more {
        object.put(match vr {
            VR::US => number(*tag, value.parse().unwrap()),
            vr => text(*tag, *vr, value),
        });
    }
    let meta = FileMetaTableBuilder::new().transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let mut bytes = Vec::new();
    object.with_meta(meta).unwrap().write_all(&mut bytes).unwrap();
    bytes
}
