//! [Pairs of pixels](crate::kernels::pairs) on AVX512-BF16, and on AMX by its tiles.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::tiles::{ROWS, Tiles};
use crate::kernels::pairs::{CHUNK, PairTile, Pairs, Pixels};

/// Rounds pixels to bf16, two neighbors to a word.
///
/// # Safety
/// All addresses that [`Pixels`] describes must be valid, those of `to` used by nobody else, and
/// the processor must have AVX512-BF16.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn pack(p: &Pixels) {
    // SAFETY: the caller's promise.
    unsafe {
        let there = ((1u32 << p.lanes) - 1) as __mmask16;
        let order: [u16; CHUNK] = std::array::from_fn(|i| (i / 2 + i % 2 * 16) as u16);
        let order = _mm512_loadu_si512(order.as_ptr().cast());
        let (mut row, mut column) = (0, 0);
        let mut next = || {
            let is_there = row < p.rows && column < p.columns;
            // Nothing is read under a mask of 0.
            let mask = if is_there { there } else { 0 };
            let from = p.from.wrapping_add(row * p.row + column * p.pixel);
            column += 1;
            if column == p.pitch {
                (row, column) = (row + 1, 0);
            }
            _mm512_maskz_loadu_ps(mask, from)
        };
        for chunk in 0..p.chunks {
            let mut words = [_mm512_setzero_si512(); 16];
            for word in &mut words {
                let (low, high) = (next(), next());
                let both = _mm512_cvtne2ps_pbh(high, low);
                let both = std::mem::transmute::<__m512bh, __m512i>(both);
                *word = _mm512_permutexvar_epi16(order, both);
            }
            if p.transposed {
                words = transpose(words);
            }
            let to = p.to.add(chunk * p.to_chunk);
            for (i, word) in words.into_iter().enumerate() {
                _mm512_storeu_si512(to.add(i * p.to_row).cast(), word);
            }
        }
    }
}

/// Rows become columns: first words and pairs of words within quarters, then quarters.
#[target_feature(enable = "avx512f")]
fn transpose(r: [__m512i; 16]) -> [__m512i; 16] {
    let mut out = r;
    let mut fours = r;
    for i in (0..16).step_by(4) {
        let (a, b) = (_mm512_unpacklo_epi32(r[i], r[i + 1]), _mm512_unpackhi_epi32(r[i], r[i + 1]));
        let (c, d) =
            (_mm512_unpacklo_epi32(r[i + 2], r[i + 3]), _mm512_unpackhi_epi32(r[i + 2], r[i + 3]));
        fours[i] = _mm512_unpacklo_epi64(a, c);
        fours[i + 1] = _mm512_unpackhi_epi64(a, c);
        fours[i + 2] = _mm512_unpacklo_epi64(b, d);
        fours[i + 3] = _mm512_unpackhi_epi64(b, d);
    }
    for k in 0..4 {
        let even = |i: usize| _mm512_shuffle_i32x4::<0x88>(fours[i + k], fours[i + 4 + k]);
        let odd = |i: usize| _mm512_shuffle_i32x4::<0xdd>(fours[i + k], fours[i + 4 + k]);
        out[k] = _mm512_shuffle_i32x4::<0x88>(even(0), even(8));
        out[k + 8] = _mm512_shuffle_i32x4::<0xdd>(even(0), even(8));
        out[k + 4] = _mm512_shuffle_i32x4::<0x88>(odd(0), odd(8));
        out[k + 12] = _mm512_shuffle_i32x4::<0xdd>(odd(0), odd(8));
    }
    out
}

/// `P` inputs in blocks of 16, `N` blocks of outputs.
///
/// # Safety
/// All addresses that [`PairTile`] describes must be valid, those of `dw` used by nobody else, and
/// the processor must have AVX512-BF16 and the instructions of `T`.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn multiply<T: Tiles, const P: usize, const N: usize>(t: &PairTile) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut tiles = T::zeros::<P>();
        for strip in 0..t.strips {
            for chunk in 0..t.chunks {
                let x = t.x.map(|x| x.wrapping_add(strip * t.x_strip + chunk * 16));
                tiles.add::<P, N>(x, t.x_row, t.dy.add(strip * t.dy_strip + chunk * 256 * N));
            }
        }
        let mut sums = [0.0; 1024];
        tiles.store::<P, N>(&mut sums);
        for (g, sums) in sums.chunks_exact(256 * N).take(P / ROWS).enumerate() {
            for (i, sums) in sums.chunks_exact(16 * N).take(t.inputs[g]).enumerate() {
                for j in 0..N {
                    let to = t.dw[g].add(i * t.dw_row + 16 * j);
                    let sum = _mm512_loadu_ps(sums.as_ptr().add(16 * j));
                    _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), sum));
                }
            }
        }
    }
}

/// The loops on tiles of a kind.
pub(super) fn with_tiles<T: Tiles>() -> Pairs {
    Pairs {
        pack,
        multiply: |groups, blocks| match (groups, blocks) {
            (1, 1) => multiply::<T, ROWS, 1>,
            (1, _) => multiply::<T, ROWS, 2>,
            (_, 1) => multiply::<T, { 2 * ROWS }, 1>,
            _ => multiply::<T, { 2 * ROWS }, 2>,
        },
    }
}

/// Tiles of weight gradients for processors without AMX: sums in memory, eight rows at a time in
/// registers.
pub(super) struct Vectors([f32; 1024]);

impl Tiles for Vectors {
    #[inline(always)]
    unsafe fn zeros<const P: usize>() -> Self {
        Self([0.0; 1024])
    }

    #[inline(always)]
    unsafe fn add<const P: usize, const N: usize>(
        &mut self,
        a: [*const f32; 2],
        a_step: usize,
        b: *const f32,
    ) {
        /// Rows whose sums fit into registers.
        const EIGHT: usize = 8;
        // SAFETY: the caller promises AVX512-BF16 and that all rows are readable.
        unsafe {
            let pairs = |v: __m512| std::mem::transmute::<__m512, __m512bh>(v);
            for (i, sums) in self.0.chunks_exact_mut(EIGHT * 16 * N).take(P / EIGHT).enumerate() {
                let a = a[i / 2].byte_add(i % 2 * EIGHT * a_step);
                let sums = sums.as_mut_ptr();
                let mut sum = [[_mm512_setzero_ps(); N]; EIGHT];
                for (r, sum) in sum.iter_mut().enumerate() {
                    for (j, sum) in sum.iter_mut().enumerate() {
                        *sum = _mm512_loadu_ps(sums.add((r * N + j) * 16));
                    }
                }
                for k in 0..16 {
                    let mut w = [_mm512_setzero_ps(); N];
                    for (j, w) in w.iter_mut().enumerate() {
                        *w = _mm512_loadu_ps(b.add((k * N + j) * 16));
                    }
                    for (r, sum) in sum.iter_mut().enumerate() {
                        let x = _mm512_set1_ps(a.byte_add(r * a_step).add(k).read_unaligned());
                        for (sum, w) in sum.iter_mut().zip(w) {
                            *sum = _mm512_dpbf16_ps(*sum, pairs(x), pairs(w));
                        }
                    }
                }
                for (r, sum) in sum.into_iter().enumerate() {
                    for (j, sum) in sum.into_iter().enumerate() {
                        _mm512_storeu_ps(sums.add((r * N + j) * 16), sum);
                    }
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn store<const P: usize, const N: usize>(self, to: &mut [f32; 1024]) {
        *to = self.0;
    }
}
