//! Bytes as a film of any kind, made upright and square: in bounded memory, without a panic.
#![no_main]

use koniscope::{
    Error,
    decode::{Limits, decode},
    normalize::normalize,
};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { file_bytes: 1 << 20, pixels: 1 << 16, inflated_bytes: 1 << 20 };

fuzz_target!(|bytes: &[u8]| match decode(bytes, &LIMITS) {
    Ok(raw) => {
        assert_eq!(raw.stored.len(), raw.width * raw.height);
        if let Ok(film) = normalize(&raw) {
            assert!(film.pixels().data().iter().all(|v| (0.0..=1.0).contains(v)));
            assert_eq!(film.grid().file_size(), [raw.width, raw.height]);
        }
    }
    // What a decoder panics with is caught where films are read; here it is a find.
    Err(Error::Damaged { detail }) => assert!(!detail.contains("unforeseen"), "{detail}"),
    Err(_) => {}
});
