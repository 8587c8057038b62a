//! AVX512-BF16: products of pairs of bf16 added to f32, two multiply-adds a lane.
//!
//! A word of 32 bits holds two neighboring channels, the lower one in its lower half. What a tile
//! takes for a float of input or weight is such a word, and a pixel's 16 words are 32 channels:
//! the two blocks of 16 outputs of a pixel leave as 16 words.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use crate::kernels::{Precision, Tile, TileFn, tile, vector::Vector};

/// Sums in f32; `INPUT` and `OUTPUT` tell whether input and output are words of two bf16.
#[derive(Clone, Copy)]
pub(super) struct Sum<const INPUT: bool, const OUTPUT: bool>(__m512);

// SAFETY (of every method): `Supported` is made for bf16 only where AVX-512F, BW and BF16 were
// found; addresses are the caller's promise.
impl<const INPUT: bool, const OUTPUT: bool> Vector for Sum<INPUT, OUTPUT> {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: AVX-512F is there. Words are moved, not computed with.
        Self(unsafe { _mm512_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: AVX-512F is there, sixteen words are readable.
        Self(unsafe { _mm512_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: AVX-512F is there, sixteen words are writable.
        unsafe { _mm512_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn fma(self, a: Self, b: Self) -> Self {
        // SAFETY: AVX-512F and BF16 are there.
        unsafe {
            if INPUT {
                let pairs = |v: Self| std::mem::transmute::<__m512, __m512bh>(v.0);
                Self(_mm512_dpbf16_ps(self.0, pairs(a), pairs(b)))
            } else {
                Self(_mm512_fmadd_ps(a.0, b.0, self.0))
            }
        }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: AVX-512F is there.
        Self(unsafe { _mm512_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // SAFETY: AVX-512F is there.
        Self(unsafe { _mm512_max_ps(self.0, _mm512_setzero_ps()) })
    }

    #[inline(always)]
    unsafe fn finish<const N: usize>(
        sums: [Self; N],
        residual: *const f32,
        relu: bool,
        y: *mut f32,
        block: usize,
    ) {
        // SAFETY: addresses are the caller's promise, instructions as above.
        unsafe {
            let mut values = [_mm512_setzero_ps(); 2];
            for (j, sum) in sums.into_iter().enumerate() {
                let mut sum = sum.0;
                if !residual.is_null() {
                    sum = _mm512_add_ps(sum, half(residual, j, block, OUTPUT));
                }
                if relu {
                    sum = _mm512_max_ps(sum, _mm512_setzero_ps());
                }
                values[j] = sum;
                if !OUTPUT {
                    _mm512_storeu_ps(y.add(j * block), sum);
                }
            }
            if OUTPUT {
                let words = _mm512_cvtne2ps_pbh(values[1], values[0]);
                let words = std::mem::transmute::<__m512bh, __m512>(words);
                _mm512_storeu_ps(y, words);
            }
        }
    }
}

/// Block `j` of what lies at `from`: bf16 of both blocks together, or f32 of each.
#[inline(always)]
unsafe fn half(from: *const f32, j: usize, block: usize, bf16: bool) -> __m512 {
    // SAFETY: the caller's promise.
    unsafe {
        if bf16 {
            let half = _mm256_loadu_si256(from.cast::<__m256i>().add(j));
            _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16))
        } else {
            _mm512_loadu_ps(from.add(j * block))
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn convolve<
    const INPUT: bool,
    const OUTPUT: bool,
    const R: usize,
    const P: usize,
    const N: usize,
    const S: usize,
    const C: usize,
>(
    t: &Tile,
) {
    // SAFETY: the caller's promise; the features are those of the vector.
    unsafe { tile::convolve::<Sum<INPUT, OUTPUT>, R, P, N, S, C>(t) }
}

macro_rules! sizes {
    ($($rows:literal: [$($width:literal),*]),*) => {
        fn pairs<const OUTPUT: bool, const N: usize>(
            rows: usize, width: usize, step: usize,
        ) -> Option<TileFn> {
            Some(match (rows, width, step) {
                $($(
                    ($rows, $width, 1) => convolve::<true, OUTPUT, $rows, $width, N, 1, 16>,
                    ($rows, $width, 2) => convolve::<true, OUTPUT, $rows, $width, N, 2, 16>,
                )*)*
                _ => return None,
            })
        }
    };
}

// The widths of `avx512`: a level's cuts hold for all precisions.
sizes! {
    1: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
    2: [1, 2, 3, 4, 5, 6, 7],
    3: [1, 2, 3, 4]
}

/// The network's input is f32, of one or three channels or whole blocks.
fn first<const N: usize>(width: usize, step: usize, lanes: usize) -> Option<TileFn> {
    macro_rules! few {
        ($($width:literal),*) => {
            Some(match (width, step, lanes) {
                $(
                    ($width, 1, 1) => convolve::<false, true, 1, $width, N, 1, 1>,
                    ($width, 2, 1) => convolve::<false, true, 1, $width, N, 2, 1>,
                    ($width, 1, 3) => convolve::<false, true, 1, $width, N, 1, 3>,
                    ($width, 2, 3) => convolve::<false, true, 1, $width, N, 2, 3>,
                )*
                _ => return None,
            })
        };
    }
    few!(1, 2, 4, 8, 14)
}

pub(super) fn narrow(
    [input, output]: [Precision; 2],
    rows: usize,
    width: usize,
    blocks: usize,
    step: usize,
    lanes: usize,
) -> Option<TileFn> {
    match (input, output, blocks) {
        (Precision::Bf16, Precision::Bf16, 1) => pairs::<true, 1>(rows, width, step),
        (Precision::Bf16, Precision::Bf16, 2) => pairs::<true, 2>(rows, width, step),
        (Precision::Bf16, Precision::F32, 1) => pairs::<false, 1>(rows, width, step),
        (Precision::Bf16, Precision::F32, 2) => pairs::<false, 2>(rows, width, step),
        (Precision::F32, Precision::Bf16, 1) if rows == 1 => first::<1>(width, step, lanes),
        (Precision::F32, Precision::Bf16, 2) if rows == 1 => first::<2>(width, step, lanes),
        _ => None,
    }
}
