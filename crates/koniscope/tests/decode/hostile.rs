//! Bad bytes: an answer, always, and never a panic or a great deal of memory.

use koniscope::decode::{Limits, decode};
use koniscope::normalize::normalize;
use proptest::prelude::*;

use crate::build::{Dicom, EXPLICIT, declaring, element};

fn kind_with(bytes: &[u8], limits: &Limits) -> &'static str {
    decode(bytes, limits).map_or_else(|e| e.kind(), |_| "read")
}

fn kind(bytes: &[u8]) -> &'static str {
    kind_with(bytes, &Limits::default())
}

fn ramp() -> Dicom {
    Dicom::of_words(16, &(0..256).collect::<Vec<u16>>())
}

fn with(change: impl FnOnce(&mut Dicom)) -> Vec<u8> {
    let mut dicom = ramp();
    change(&mut dicom);
    dicom.file()
}

#[test]
fn each_fault_has_its_name() {
    let item_loop =
        b"\xfe\xff\0\xe0\xff\xff\xff\xff\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff".repeat(9999);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("honest", ramp().file(), "read"),
        ("no preamble", ramp().file()[128..].to_vec(), "read"),
        ("no meta", ramp().data_set(), "read"),
        ("TIFF in the preamble", [b"II*\0".to_vec(), ramp().file()[4..].to_vec()].concat(), "read"),
        ("trailing padding", [ramp().file(), vec![0; 99]].concat(), "read"),
        ("empty", Vec::new(), "empty"),
        ("only the magic word", ramp().head()[..132].to_vec(), "bad_header"),
        ("meta alone", ramp().head(), "no_pixels"),
        ("no pixels", with(|d| d.pixels.clear()), "damaged"),
        ("half the pixels", with(|d| d.pixels.truncate(256)), "damaged"),
        (
            "length of pixels lies",
            with(|d| d.pixels = declaring(0x7FE0, 0x0010, "OW", &[1, 2], 0xFFFF_FFFE)),
            "damaged",
        ),
        (
            "length of an element lies",
            with(|d| d.pixels = declaring(0x0029, 0x1010, "OB", &[1, 2], 0xFFFF_FFF0)),
            "damaged",
        ),
        (
            "nesting without end",
            with(|d| d.pixels = declaring(0x0029, 0x1010, "SQ", &item_loop, u32::MAX)),
            "damaged",
        ),
        ("many pixels", with(|d| (d.rows, d.columns) = (65535, 65535)), "too_many_pixels"),
        ("no rows", with(|d| d.rows = 0), "bad_header"),
        ("32 bits", with(|d| (d.allocated, d.stored) = (32, 32)), "bad_header"),
        ("more stored than allocated", with(|d| d.stored = 17), "bad_header"),
        ("color", with(|d| d.photometric = "RGB"), "color"),
        ("palette", with(|d| d.photometric = "PALETTE COLOR"), "color"),
        ("frames", with(|d| d.more.push((0x0028, 0x0008, "IS", "3"))), "several_frames"),
        ("slope", with(|d| d.more.push((0x0028, 0x1053, "DS", "one"))), "bad_header"),
        ("window", with(|d| d.more.push((0x0028, 0x1050, "DS", "40"))), "read"),
        ("unknown syntax", with(|d| d.syntax = "1.2.3.4"), "unsupported_coding"),
        (
            "MPEG-4",
            ramp().encapsulated("1.2.840.10008.1.2.4.102", &[0; 64]).file(),
            "unsupported_coding",
        ),
        (
            "fragments, native",
            ramp().encapsulated("1.2.840.10008.1.2.1", &[0; 64]).file(),
            "bad_header",
        ),
        ("RLE rubbish", ramp().encapsulated("1.2.840.10008.1.2.5", &[9; 80]).file(), "damaged"),
        ("JPEG rubbish", ramp().encapsulated("1.2.840.10008.1.2.4.50", &[9; 80]).file(), "damaged"),
        ("PDF", b"%PDF-1.4 and more".to_vec(), "not_an_image"),
        ("text", b"Dear colleague, the film is".to_vec(), "not_an_image"),
    ];
    for (what, bytes, expected) in cases {
        assert_eq!(kind(&bytes), expected, "{what}");
    }
}

/// A JPEG stream's heads: frame of `width` x `height`, then a scan and its end.
fn jpeg_heads(precision: u8, width: u16, height: u16, components: u8) -> Vec<u8> {
    let [[h1, h0], [w1, w0]] = [height.to_be_bytes(), width.to_be_bytes()];
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xC1, 0, 11, precision, h1, h0, w1, w0, components];
    bytes.extend([1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 7, 0xFF, 0xD9]);
    bytes
}

#[test]
fn a_stream_that_contradicts_its_header_is_not_decoded() {
    let extended = "1.2.840.10008.1.2.4.51";
    let cases = [
        (jpeg_heads(12, 65535, 65535, 1), "damaged"),
        (jpeg_heads(12, 16, 16, 3), "color"),
        (jpeg_heads(12, 16, 16, 1), "unsupported_coding"),
        (jpeg_heads(17, 16, 16, 1), "bad_header"),
    ];
    for (stream, expected) in cases {
        assert_eq!(kind(&ramp().encapsulated(extended, &stream).file()), expected);
    }
}

#[test]
fn a_second_frame_is_told_and_a_stream_is_what_it_is() {
    let picture = image::GrayImage::from_fn(16, 16, |x, y| image::Luma([(9 * x + 5 * y) as u8]));
    let jpeg = crate::raster::encode(picture, image::ImageFormat::Jpeg);
    let jpeg = [jpeg.clone(), vec![0; jpeg.len() % 2]].concat();
    let segments = [&[2u8, 0, 0, 0, 64, 0, 0, 0, 68, 0, 0, 0][..], &[0; 52]].concat();
    let rle = [segments, vec![129, 1, 129, 1], vec![129, 7, 129, 7]].concat();
    const JPEG: &str = "1.2.840.10008.1.2.4.50";
    const RLE: &str = "1.2.840.10008.1.2.5";
    let film = |bits: u16| Dicom { allocated: bits, stored: bits, ..ramp() };
    let cases = [
        (film(8).in_fragments(JPEG, &[&jpeg]), "read"),
        (film(8).in_fragments(JPEG, &[&jpeg[..100], &jpeg[100..]]), "read"),
        (film(8).in_fragments(JPEG, &[&jpeg, &jpeg]), "several_frames"),
        (film(8).in_fragments(JPEG, &[&jpeg.repeat(2)]), "several_frames"),
        (film(16).in_fragments(RLE, &[&rle]), "read"),
        (film(16).in_fragments(RLE, &[&rle[..66], &rle[66..]]), "read"),
        (film(16).in_fragments(RLE, &[&rle, &rle]), "several_frames"),
        // Coded otherwise than the header says.
        (film(8).in_fragments(RLE, &[&jpeg]), "read"),
        (film(8).in_fragments(EXPLICIT, &[&jpeg]), "read"),
        (film(16).in_fragments(JPEG, &[&rle]), "read"),
    ];
    for (number, (film, expected)) in cases.into_iter().enumerate() {
        assert_eq!(kind(&film.file()), expected, "{number}");
    }
}

#[test]
fn limits_hold() {
    let film = ramp().file();
    let limits = |file_bytes, pixels, inflated_bytes| Limits { file_bytes, pixels, inflated_bytes };
    let deflated =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/dicom/deflated.dcm"));
    let deflated = deflated.unwrap();
    let cases = [
        (&film, limits(film.len() as u64, 256, 0), "read"),
        (&film, limits(film.len() as u64 - 1, 256, 0), "file_too_large"),
        (&film, limits(9999, 255, 0), "too_many_pixels"),
        (&deflated, limits(9999, 9999, 9999), "read"),
        (&deflated, limits(9999, 9999, 4000), "inflated_too_large"),
    ];
    for (bytes, limits, expected) in cases {
        assert_eq!(kind_with(bytes, &limits), expected, "{limits:?}");
    }
}

#[test]
fn a_packed_table_of_8_bits_is_read() {
    // Two entries in a word, the first below: 10, 20, 30.
    let item = [
        element(0x0028, 0x3002, "US", &[3, 0, 5, 0, 8, 0]),
        element(0x0028, 0x3006, "OW", &[10, 20, 30, 0]),
    ]
    .concat();
    let head = [b"\xfe\xff\0\xe0".to_vec(), (item.len() as u32).to_le_bytes().to_vec()].concat();
    let sequence = element(0x0028, 0x3010, "SQ", &[head, item].concat());
    let bytes = with(|d| d.pixels = [sequence, d.pixels.clone()].concat());
    let raw = decode(&bytes, &Limits::default()).unwrap();
    let lut = koniscope::decode::Lut { first: 5, entries: vec![10, 20, 30] };
    assert_eq!(raw.header.voi, koniscope::decode::Voi::Table(lut));
}

/// Small files of every coding, to be damaged.
fn seeds() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/dicom");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut seeds: Vec<Vec<u8>> = paths.iter().map(|p| std::fs::read(p).unwrap()).collect();
    seeds.extend(crate::raster::samples().into_iter().map(|(_, bytes)| bytes));
    seeds
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Bits turned over, bytes cut out, the end cut off: an answer in bounded memory. Decoders are
    /// wrapped, so a panic inside of one shows as an error; here it would be the "unforeseen".
    #[test]
    fn damage_never_panics(
        seed in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 0..6),
        cut in any::<prop::sample::Index>(),
        gap in any::<prop::sample::Index>(),
        how in 0u8..4,
    ) {
        let seeds = seeds();
        let mut bytes = seed.get(&seeds).clone();
        if how & 1 == 1 {
            bytes.truncate(cut.index(bytes.len()));
        }
        if how & 2 == 2 && !bytes.is_empty() {
            let at = gap.index(bytes.len());
            bytes.drain(at..(at + 3).min(bytes.len()));
        }
        for (at, bit) in flips {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
        }
        let limits = Limits { pixels: 1 << 20, inflated_bytes: 1 << 20, ..Limits::default() };
        match decode(&bytes, &limits) {
            Ok(raw) => {
                prop_assert_eq!(raw.stored.len(), raw.width * raw.height);
                let _ = normalize(&raw);
            }
            Err(e) => prop_assert!(!e.to_string().contains("unforeseen"), "{}", e),
        }
    }
}
