//! One film in several containers gives one reading, with the weights that ship.
#![allow(clippy::unwrap_used)]

use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use image::{ImageBuffer, ImageFormat, Luma};
use koniscope::{
    FilmReading, Reader,
    decode::{Limits, decode},
    model::Device,
    normalize::normalize,
    quality::Flag,
    reader::load_reader,
    segmentation::Side,
};

/// Millimeters on the side of a film.
const FIELD_MM: f64 = 430.0;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn reader() -> Reader {
    load_reader(&root().join("models"), &Device::cpu(), None).unwrap()
}

/// A sample at `side x side` pixels with 16 bit.
fn film(side: usize) -> Vec<u16> {
    let bytes = std::fs::read(root().join("samples/00003137_001.jpg")).unwrap();
    let film = normalize(&decode(&bytes, &Limits::default()).unwrap()).unwrap();
    let plane = film.pixels().resize(side, side);
    plane.data().iter().map(|v| (v * 65_535.0).round() as u16).collect()
}

fn negative(pixels: &[u16]) -> Vec<u16> {
    pixels.iter().map(|v| 65_535 - v).collect()
}

fn png(pixels: &[u16], side: usize) -> Vec<u8> {
    let picture: ImageBuffer<Luma<u16>, _> =
        ImageBuffer::from_raw(side as u32, side as u32, pixels.to_vec()).unwrap();
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn dicom(pixels: &[u16], side: usize, photometric: &str) -> Vec<u8> {
    let spacing = FIELD_MM / side as f64;
    let text = |tag, vr, value: &str| DataElement::new(tag, vr, PrimitiveValue::from(value));
    let number = |tag, value: u16| DataElement::new(tag, VR::US, PrimitiveValue::from(value));
    let object = InMemDicomObject::from_element_iter([
        text(tags::SOP_CLASS_UID, VR::UI, uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION),
        text(tags::SOP_INSTANCE_UID, VR::UI, "1.2.826.0.1.3680043.10.1"),
        text(tags::MODALITY, VR::CS, "DX"),
        text(tags::VIEW_POSITION, VR::CS, "PA"),
        text(tags::BODY_PART_EXAMINED, VR::CS, "CHEST"),
        text(tags::IMAGER_PIXEL_SPACING, VR::DS, &format!("{spacing:.8}\\{spacing:.8}")),
        text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, photometric),
        number(tags::SAMPLES_PER_PIXEL, 1),
        number(tags::ROWS, side as u16),
        number(tags::COLUMNS, side as u16),
        number(tags::BITS_ALLOCATED, 16),
        number(tags::BITS_STORED, 16),
        number(tags::HIGH_BIT, 15),
        number(tags::PIXEL_REPRESENTATION, 0),
        DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(pixels.to_vec().into())),
    ]);
    let meta = FileMetaTableBuilder::new().transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let mut bytes = Vec::new();
    object.with_meta(meta).unwrap().write_all(&mut bytes).unwrap();
    bytes
}

fn read(reader: &Reader, bytes: &[u8]) -> FilmReading {
    reader.read(bytes, &|| 0.0).unwrap()
}

fn largest_difference(a: &FilmReading, b: &FilmReading) -> f32 {
    let pairs = a.film.pixels().data().iter().zip(b.film.pixels().data());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn a_dicom_its_png_and_its_monochrome1_twin_give_one_reading() {
    let reader = reader();
    let side = 512;
    let pixels = film(side);
    let plain = read(&reader, &dicom(&pixels, side, "MONOCHROME2"));
    let twins = [
        ("16-bit PNG", read(&reader, &png(&pixels, side))),
        ("MONOCHROME1", read(&reader, &dicom(&negative(&pixels), side, "MONOCHROME1"))),
    ];
    for (name, twin) in &twins {
        assert!(largest_difference(&plain, twin) < 1e-6, "{name}");
        assert_eq!(plain.mask, twin.mask, "{name}");
        let p = [&plain, twin].map(|r| r.reading.pneumoconiosis.probability);
        assert!((p[0] - p[1]).abs() < 1e-6, "{name}: {p:?}");
    }
    let area = plain.reading.lungs.right.area_mm2.unwrap();
    assert!((5_000.0..40_000.0).contains(&area), "a lung of {area} mm2");
    assert_eq!(twins[0].1.reading.lungs.right.area_mm2, None, "a PNG has no spacing");
}

#[test]
fn an_inverted_png_is_read_as_its_negative_and_says_so() {
    let reader = reader();
    let pixels = film(512);
    let upright = read(&reader, &png(&pixels, 512));
    let inverted = read(&reader, &png(&negative(&pixels), 512));
    let says_so =
        |r: &FilmReading| r.reading.quality.flags.iter().any(|f| f.kind == Flag::Inverted);
    assert!(says_so(&inverted) && !says_so(&upright), "{:?}", inverted.reading.quality);
    assert_eq!(upright.mask, inverted.mask);
}

#[test]
fn a_large_film_and_its_half_give_lungs_of_the_same_mm2() {
    let reader = reader();
    let [whole, half] =
        [3000, 1500].map(|side| read(&reader, &dicom(&film(side), side, "MONOCHROME2")));
    assert_eq!((whole.mask.width(), half.mask.width()), (3000, 1500));
    for side in Side::BOTH {
        let area = |r: &FilmReading| r.film.pixel_area_mm2().unwrap() * r.mask.area_px(side) as f64;
        let ratio = area(&whole) / area(&half);
        assert!((ratio - 1.0).abs() < 0.02, "{side:?}: {ratio}");
    }
}
