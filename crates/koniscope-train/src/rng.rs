//! Random numbers that depend on what they are for, and on what text.

pub(crate) use koniscope_metrics::rng::{mix, rng_for};

/// A number for a text, the same on every machine (FNV-1a).
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
