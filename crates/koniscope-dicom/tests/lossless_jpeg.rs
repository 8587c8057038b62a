//! Lossless JPEG against libjpeg-turbo (`reference/lossless_jpeg_golden.py`).

#![allow(clippy::unwrap_used)]

use std::{fs, path::PathBuf};

use koniscope_dicom::lossless_jpeg::decode;

fn streams() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/lossless_jpeg");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let jpegs = paths.filter(|path| path.extension().is_some_and(|end| end == "jpg"));
    jpegs.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn predictors_depths_shifts_and_restarts_are_those_of_libjpeg_turbo() {
    let streams = streams();
    assert_eq!(streams.len(), 11);
    for (path, stream) in streams {
        let raw = fs::read(path.with_extension("raw")).unwrap();
        let expected: Vec<u16> =
            raw.as_chunks::<2>().0.iter().map(|word| u16::from_le_bytes(*word)).collect();
        let found = decode(&stream).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!((found.width, found.height), (33, 21));
        assert!(found.samples == expected, "{}", path.display());
    }
}

#[test]
fn a_stream_that_is_cut_or_out_of_step_is_damaged() {
    for (path, stream) in streams() {
        for end in (0..stream.len() - 2).step_by(7) {
            assert!(decode(&stream[..end]).is_err(), "{} to {end}", path.display());
        }
        let restart = stream.windows(2).rposition(|w| w[0] == 0xFF && (0xD0..0xD8).contains(&w[1]));
        if let Some(at) = restart {
            let mut out_of_step = stream.clone();
            out_of_step[at + 1] ^= 1;
            assert!(decode(&out_of_step).is_err(), "{}", path.display());
            let lost = [&stream[..at], &stream[at + 2..]].concat();
            assert!(decode(&lost).is_err(), "{}", path.display());
        }
    }
}

#[test]
fn what_is_no_lossless_jpeg_of_one_component_is_named() {
    let (_, stream) = streams().swap_remove(0);
    let frame = stream.windows(2).position(|w| w == [0xFF, 0xC3]).unwrap();
    let scan = stream.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    let with = |at: usize, byte: u8| {
        let mut changed = stream.clone();
        changed[at] = byte;
        decode(&changed).unwrap_err().to_string()
    };
    let cases = [
        (frame + 1, 0xC1, "process 0xc1"),
        (frame + 1, 0xC7, "process 0xc7"),
        (frame + 4, 17, "size"),
        (frame + 9, 3, "3 components"),
        (scan + 6, 0x30, "Huffman table"),
        (scan + 7, 8, "none of lossless JPEG"),
        (scan + 9, 16, "point transform"),
    ];
    for (at, byte, words) in cases {
        let found = with(at, byte);
        assert!(found.contains(words), "{found}");
    }
}
