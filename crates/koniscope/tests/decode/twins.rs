//! One film in several files.

use image::{ImageBuffer, ImageFormat, Luma};
use koniscope::{
    decode::{Limits, decode},
    normalize::normalize,
};

use crate::{build::Dicom, raster::encode};

const SIDE: u16 = 96;

/// A film of 12 bits: a bright mediastinum between two dark lungs, with grain.
fn words() -> Vec<u16> {
    let side = usize::from(SIDE);
    let value = |i: usize| {
        let (x, y) = ((i % side) as f64 / 96.0, (i / side) as f64 / 96.0);
        let lung = |cx: f64| (-((x - cx).powi(2) / 0.02 + (y - 0.5).powi(2) / 0.08)).exp();
        let grain = ((i * 2_654_435_761) >> 9) % 64;
        3300.0 - 2600.0 * (lung(0.3) + lung(0.7)) + grain as f64
    };
    (0..side * side).map(|i| value(i) as u16).collect()
}

fn pixels(bytes: &[u8]) -> Vec<f32> {
    let raw = decode(bytes, &Limits::default()).unwrap();
    normalize(&raw).unwrap().pixels().data().to_vec()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn dicom(words: &[u16]) -> Dicom {
    Dicom { stored: 12, ..Dicom::of_words(SIDE, words) }
}

fn png_16(values: impl Iterator<Item = f64>) -> Vec<u8> {
    let values = values.map(|v| v.round() as u16).collect();
    let side = u32::from(SIDE);
    let picture = ImageBuffer::<Luma<u16>, Vec<u16>>::from_vec(side, side, values).unwrap();
    encode(picture, ImageFormat::Png)
}

fn png_8(values: impl Iterator<Item = f64>) -> Vec<u8> {
    let values = values.map(|v| v.round() as u8).collect();
    let side = u32::from(SIDE);
    encode(image::GrayImage::from_vec(side, side, values).unwrap(), ImageFormat::Png)
}

#[test]
fn a_dicom_and_its_png_are_one_film() {
    let words = words();
    let film = pixels(&dicom(&words).file());
    let unit = || words.iter().map(|v| f64::from(*v) / 4095.0);
    let (low, high) = (*words.iter().min().unwrap(), *words.iter().max().unwrap());
    let stretched = || words.iter().map(|v| f64::from(v - low) / f64::from(high - low));
    let cases = [
        ("16 bits, whole range", png_16(unit().map(|v| v * 65535.0)), 1e-4),
        ("16 bits, stored values", png_16(words.iter().map(|v| f64::from(*v))), 1e-6),
        ("16 bits, min-max", png_16(stretched().map(|v| v * 65535.0)), 1e-4),
        // Half a step of 255 at the value and at each end, over a range of at least 0.6.
        ("8 bits, whole range", png_8(unit().map(|v| v * 255.0)), 0.01),
        ("8 bits, min-max", png_8(stretched().map(|v| v * 255.0)), 0.01),
    ];
    for (name, png, tolerance) in cases {
        let difference = largest_difference(&film, &pixels(&png));
        assert!(difference <= tolerance, "{name}: {difference}");
    }
}

#[test]
fn a_windowed_dicom_and_its_windowed_png_are_one_film() {
    // A window that clips on both sides, as vendors set it.
    let (center, width) = (1900.0, 2400.0);
    let words = words();
    let mut windowed = dicom(&words);
    windowed.more = vec![(0x0028, 0x1050, "DS", "1900"), (0x0028, 0x1051, "DS", "2400")];
    let unit = words.iter().map(|v| {
        let x = f64::from(*v);
        ((x - (center - 0.5)) / (width - 1.0) + 0.5).clamp(0.0, 1.0) * 65535.0
    });
    let difference = largest_difference(&pixels(&windowed.file()), &pixels(&png_16(unit)));
    assert!(difference <= 1e-4, "{difference}");
}

#[test]
fn monochrome1_and_its_inverted_twin_are_one_film() {
    let words = words();
    let inverted: Vec<u16> = words.iter().map(|v| 4095 - v).collect();
    let film = pixels(&dicom(&words).file());
    let mono1 = Dicom { photometric: "MONOCHROME1", ..dicom(&inverted) };
    let mut with_shape = mono1.clone();
    with_shape.more = vec![(0x2050, 0x0020, "CS", "INVERSE")];
    assert!(pixels(&mono1.file()) == film);
    assert!(pixels(&with_shape.file()) == film);
}
