//! PNG, JPEG and TIFF.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgb};
use koniscope::decode::{Format, Limits, decode};

type Gray16 = ImageBuffer<Luma<u16>, Vec<u16>>;

pub(crate) fn encode(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn gray_8() -> GrayImage {
    GrayImage::from_fn(40, 30, |x, y| Luma([(x * 5 + y) as u8]))
}

fn gray_16() -> Gray16 {
    Gray16::from_fn(40, 30, |x, y| Luma([(x * 1600 + y * 7) as u16]))
}

/// One small file of each format and depth.
pub(crate) fn samples() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("png 8", encode(gray_8(), ImageFormat::Png)),
        ("png 16", encode(gray_16(), ImageFormat::Png)),
        ("tiff 8", encode(gray_8(), ImageFormat::Tiff)),
        ("tiff 16", encode(gray_16(), ImageFormat::Tiff)),
        ("jpeg", encode(gray_8(), ImageFormat::Jpeg)),
    ]
}

#[test]
fn values_and_depth_are_kept_as_stored() {
    let values_8: Vec<i32> = gray_8().into_raw().into_iter().map(i32::from).collect();
    let values_16: Vec<i32> = gray_16().into_raw().into_iter().map(i32::from).collect();
    let rgb = DynamicImage::ImageLuma8(gray_8()).into_rgb8();
    let rgba = DynamicImage::ImageLuma16(gray_16()).into_rgba16();
    let alpha = DynamicImage::ImageLuma8(gray_8()).into_luma_alpha8();
    let cases = [
        (encode(gray_8(), ImageFormat::Png), 8, &values_8, Format::Png),
        (encode(gray_16(), ImageFormat::Png), 16, &values_16, Format::Png),
        (encode(gray_8(), ImageFormat::Tiff), 8, &values_8, Format::Tiff),
        (encode(gray_16(), ImageFormat::Tiff), 16, &values_16, Format::Tiff),
        (encode(rgb, ImageFormat::Png), 8, &values_8, Format::Png),
        (encode(rgba, ImageFormat::Png), 16, &values_16, Format::Png),
        (encode(alpha, ImageFormat::Png), 8, &values_8, Format::Png),
    ];
    for (bytes, bits, values, format) in cases {
        let raw = decode(&bytes, &Limits::default()).unwrap();
        assert_eq!((raw.width, raw.height, raw.bits_stored), (40, 30, bits));
        assert_eq!(raw.header.format, format);
        assert!(&raw.stored == values, "{format:?} {bits}");
    }
}

#[test]
fn a_gray_jpeg_in_color_passes_and_a_photograph_does_not() {
    let rgb = DynamicImage::ImageLuma8(gray_8()).into_rgb8();
    let photograph = image::RgbImage::from_fn(40, 30, |x, y| Rgb([200, (x * 3) as u8, y as u8]));
    let verdict = |picture: image::RgbImage| {
        let bytes = encode(picture, ImageFormat::Jpeg);
        decode(&bytes, &Limits::default()).map(|raw| raw.bits_stored).map_err(|e| e.kind())
    };
    assert_eq!(verdict(rgb), Ok(8));
    assert_eq!(verdict(photograph), Err("color"));
}

#[test]
fn a_picture_that_is_cut_off_is_damaged() {
    for (name, bytes) in samples() {
        for part in [2, 3, 10] {
            let cut = &bytes[..bytes.len() - bytes.len() / part];
            let found = decode(cut, &Limits::default()).map(|_| ()).map_err(|e| e.kind());
            assert_eq!(found, Err("damaged"), "{name} less 1/{part}");
        }
    }
}

#[test]
fn a_huge_declared_size_costs_nothing() {
    let mut png = encode(gray_8(), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    let found = decode(&png, &Limits::default()).map(|_| ()).map_err(|e| e.kind());
    assert_eq!(found, Err("too_many_pixels"));
}

#[test]
fn floating_point_is_refused() {
    let picture = DynamicImage::ImageLuma8(gray_8()).into_rgb32f();
    let bytes = encode(picture, ImageFormat::Tiff);
    let found = decode(&bytes, &Limits::default()).map(|_| ()).map_err(|e| e.kind());
    assert_eq!(found, Err("bad_header"));
}

/// The checksum of a PNG chunk (PNG specification, annex D), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 }
        })
    })
}
