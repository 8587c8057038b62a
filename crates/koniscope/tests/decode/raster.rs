//! PNG, JPEG and TIFF.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgb};
use koniscope::{
    decode::{Format, Limits, decode},
    normalize::normalize,
};

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

/// `picture` as its file stores it, for each of Exif's orientations: the one that a viewer shows is
/// always `picture`.
fn stored(picture: &GrayImage, orientation: u8) -> GrayImage {
    use image::imageops::{flip_horizontal, flip_vertical, rotate90, rotate180, rotate270};
    match orientation {
        2 => flip_horizontal(picture),
        3 => rotate180(picture),
        4 => flip_vertical(picture),
        5 => flip_horizontal(&rotate90(picture)),
        6 => rotate270(picture),
        7 => flip_horizontal(&rotate270(picture)),
        8 => rotate90(picture),
        _ => picture.clone(),
    }
}

/// Exif with one entry, the orientation (TIFF 6.0 section 2, tag 274).
fn exif(orientation: u8) -> Vec<u8> {
    let entry = [0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
    [b"II*\0\x08\0\0\0\x01\0".as_slice(), &entry, &[0; 4]].concat()
}

/// A PNG with a chunk `kind` behind its head.
fn with_chunk(png: &[u8], kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind.as_slice(), data].concat();
    let length = (data.len() as u32).to_be_bytes();
    [&png[..33], &length, &named, &crc32(&named).to_be_bytes(), &png[33..]].concat()
}

#[test]
fn every_orientation_is_shown_upright_and_leads_back() {
    // Not alike from any two sides, and wide enough to have a contrast.
    let picture = gray_8();
    let upright =
        normalize(&decode(&encode(picture.clone(), ImageFormat::Png), &Limits::default()).unwrap());
    let upright = upright.unwrap();
    for number in 1..=8 {
        let stored = stored(&picture, number);
        let png = encode(stored.clone(), ImageFormat::Png);
        let mut jpeg = encode(stored.clone(), ImageFormat::Jpeg);
        let body = [b"Exif\0\0".to_vec(), exif(number)].concat();
        let length = (body.len() as u16 + 2).to_be_bytes();
        jpeg.splice(2..2, [vec![0xFF, 0xE1], length.to_vec(), body].concat());
        let mut tiff = encode(stored.clone(), ImageFormat::Tiff);
        add_entry(&mut tiff, 274, number.into());
        for (bytes, tolerance) in
            [(with_chunk(&png, b"eXIf", &exif(number)), 0.0), (tiff, 0.0), (jpeg, 0.1)]
        {
            let raw = decode(&bytes, &Limits::default()).unwrap();
            assert_eq!(raw.header.orientation.exif(), number, "{:?}", raw.header.format);
            let film = normalize(&raw).unwrap();
            let pairs = film.pixels().data().iter().zip(upright.pixels().data());
            let largest = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(largest <= tolerance, "{number} {:?}: {largest}", raw.header.format);
            assert_eq!((film.width(), film.height()), (40, 30));
            // A label map has the file's own pixels.
            let labels = film.grid().labels_to_file(picture.as_raw());
            assert!(&labels == stored.as_raw(), "{number} {:?}", raw.header.format);
        }
    }
}

/// Puts an entry of one word into a TIFF's directory, which must stand at the end of the file.
fn add_entry(tiff: &mut Vec<u8>, tag: u16, value: u16) {
    let at = u32::from_le_bytes(tiff[4..8].try_into().unwrap()) as usize;
    let count = u16::from_le_bytes(tiff[at..at + 2].try_into().unwrap());
    let mut entries: Vec<[u8; 12]> =
        tiff[at + 2..][..12 * usize::from(count)].as_chunks().0.to_vec();
    let [t, v] = [tag.to_le_bytes(), value.to_le_bytes()];
    entries.push([t[0], t[1], 3, 0, 1, 0, 0, 0, v[0], v[1], 0, 0]);
    entries.sort_by_key(|entry| u16::from_le_bytes([entry[0], entry[1]]));
    let start = (tiff.len() as u32).to_le_bytes();
    tiff[4..8].copy_from_slice(&start);
    tiff.extend((count + 1).to_le_bytes());
    tiff.extend(entries.concat());
    tiff.extend([0; 4]);
}

#[test]
fn an_animation_and_a_second_picture_are_told() {
    let png = with_chunk(&encode(gray_8(), ImageFormat::Png), b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    let found = decode(&png, &Limits::default()).map(|_| ()).map_err(|e| e.kind());
    assert_eq!(found, Err("several_frames"));
}

#[test]
fn lossless_jpegs_are_read_and_other_kinds_are_named() {
    let folder =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../koniscope-dicom/tests/data/lossless_jpeg");
    let stream = std::fs::read(format!("{folder}/p6_12_every_7_rows.jpg")).unwrap();
    let values = std::fs::read(format!("{folder}/p6_12_every_7_rows.raw")).unwrap();
    let values = values.as_chunks::<2>().0.iter().map(|word| i32::from(u16::from_le_bytes(*word)));
    let raw = decode(&stream, &Limits::default()).unwrap();
    assert_eq!((raw.width, raw.height, raw.bits_stored), (33, 21, 12));
    assert_eq!(raw.header.format, Format::Jpeg);
    assert!(raw.stored.iter().copied().eq(values));
    let few = Limits { pixels: 33 * 21 - 1, ..Limits::default() };
    assert_eq!(decode(&stream, &few).map(|_| ()).map_err(|e| e.kind()), Err("too_many_pixels"));
    // The same heads, of other processes.
    let frame = stream.windows(2).position(|w| w == [0xFF, 0xC3]).unwrap();
    for (at, byte, name) in [
        (frame + 1, 0xC1, "lossy JPEG of 12 bits"),
        (frame + 9, 3, "lossless JPEG of 12 bits and 3 components"),
    ] {
        let mut other = stream.clone();
        other[at] = byte;
        let error = decode(&other, &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), "unsupported_coding");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn big_tiff_is_read() {
    let pixels = [
        b"II+\0\x08\0\0\0".to_vec(),
        24u64.to_le_bytes().to_vec(),
        vec![0, 85, 170, 255, 7, 9, 11, 13],
    ];
    let mut bytes = pixels.concat();
    let entries: [[u64; 3]; 9] = [
        [256, 3, 4], // columns, rows, bits, no compression, MinIsBlack
        [257, 3, 2],
        [258, 3, 8],
        [259, 3, 1],
        [262, 3, 1],
        [273, 4, 16], // where the pixels are, samples each, rows of a strip, bytes
        [277, 3, 1],
        [278, 3, 2],
        [279, 4, 8],
    ];
    bytes.extend((entries.len() as u64).to_le_bytes());
    for [tag, kind, value] in entries {
        bytes.extend((tag as u16).to_le_bytes());
        bytes.extend((kind as u16).to_le_bytes());
        bytes.extend(1u64.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(0u64.to_le_bytes());
    let raw = decode(&bytes, &Limits::default()).unwrap();
    assert_eq!(
        (raw.width, raw.height, &raw.stored[..]),
        (4, 2, &[0, 85, 170, 255, 7, 9, 11, 13][..])
    );
    assert_eq!(raw.header.format, Format::Tiff);
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
