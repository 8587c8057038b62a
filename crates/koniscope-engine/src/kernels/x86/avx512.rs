//! AVX-512: one register of sixteen floats, thirty-two of them.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use crate::kernels::{instantiate::instantiate, vector::Vector};

#[derive(Clone, Copy)]
struct Wide(__m512);

// SAFETY (of every method): `Supported` is made only where AVX-512F was found; addresses are the
// caller's promise.
impl Vector for Wide {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: AVX-512F is there.
        Self(unsafe { _mm512_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: AVX-512F is there, sixteen floats are readable.
        Self(unsafe { _mm512_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: AVX-512F is there, sixteen floats are writable.
        unsafe { _mm512_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn fma(self, a: Self, b: Self) -> Self {
        // SAFETY: AVX-512F is there.
        Self(unsafe { _mm512_fmadd_ps(a.0, b.0, self.0) })
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: AVX-512F is there.
        Self(unsafe { _mm512_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // SAFETY: AVX-512F is there. The second operand is taken where one is no number.
        Self(unsafe { _mm512_max_ps(self.0, _mm512_setzero_ps()) })
    }
}

instantiate! {
    vector: Wide,
    features: ["avx512f"],
    blocks: 2,
    one_row: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
    two_rows: [1, 2, 3, 4, 5, 6, 7],
    three_rows: [1, 2, 3, 4],
    few_channels: [1, 2, 4, 8, 14],
    inputs: 8,
}
