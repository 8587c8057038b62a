//! Which processors the other tests were run on. They cover every level that there is; these are ignored where
//! one is not, so that a run says what it did not cover.

use koniscope_engine::{Level, Precision};

#[test]
#[ignore = "needs AVX-512"]
fn avx512_is_covered() {
    assert!(Precision::F32.is_there(Level::Avx512));
}

#[test]
#[ignore = "needs bf16 and AVX-512"]
fn bf16_is_covered() {
    assert!(Precision::Bf16.is_there(Level::Avx512));
}

#[test]
#[ignore = "needs AMX"]
fn amx_is_covered() {
    assert!(Precision::Bf16.is_there(Level::Amx));
}
