//! AVX2 and FMA: two registers of eight floats.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use crate::kernels::{instantiate::instantiate, vector::Vector};

#[derive(Clone, Copy)]
struct Pair(__m256, __m256);

// SAFETY (of every method): `Supported` is made only where AVX2 and FMA were found; addresses are
// the caller's promise.
impl Vector for Pair {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: AVX is there.
        let value = unsafe { _mm256_set1_ps(value) };
        Self(value, value)
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: AVX is there, sixteen floats are readable.
        unsafe { Self(_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8))) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: AVX is there, sixteen floats are writable.
        unsafe {
            _mm256_storeu_ps(to, self.0);
            _mm256_storeu_ps(to.add(8), self.1);
        }
    }

    #[inline(always)]
    unsafe fn fma(self, a: Self, b: Self) -> Self {
        // SAFETY: FMA is there.
        unsafe { Self(_mm256_fmadd_ps(a.0, b.0, self.0), _mm256_fmadd_ps(a.1, b.1, self.1)) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: AVX is there.
        unsafe { Self(_mm256_add_ps(self.0, other.0), _mm256_add_ps(self.1, other.1)) }
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // SAFETY: AVX is there. The second operand is taken where one is no number.
        unsafe {
            let zero = _mm256_setzero_ps();
            Self(_mm256_max_ps(self.0, zero), _mm256_max_ps(self.1, zero))
        }
    }
}

instantiate! {
    vector: Pair,
    features: ["avx2", "fma"],
    blocks: 1,
    one_row: [1, 2, 3, 4, 5, 6],
    two_rows: [1, 2, 3],
    three_rows: [2],
    few_channels: [1, 2, 4, 6],
    inputs: 4,
}
