//! Tiles in plain memory: show that the loops address and add what they should, on processors
//! without AMX too.
#![allow(unsafe_code)]

use crate::kernels::x86::tiles::{ROWS, Tiles};

/// Sums of 32 rows by 32 outputs.
pub(in crate::kernels::x86) struct Memory([[f32; 32]; 2 * ROWS]);

impl Tiles for Memory {
    unsafe fn zeros<const P: usize>() -> Self {
        Self([[0.0; 32]; 2 * ROWS])
    }

    unsafe fn add<const P: usize, const N: usize>(
        &mut self,
        a: [*const f32; 2],
        a_step: usize,
        b: *const f32,
    ) {
        let half = |word: f32, k: usize| crate::bf16::get(word, 16 * k as u32);
        for (row, sums) in self.0.iter_mut().take(P).enumerate() {
            for word in 0..16 {
                let a = a[row / ROWS].wrapping_byte_add(row % ROWS * a_step);
                // SAFETY: the caller promises that the row is readable.
                let x = unsafe { a.add(word).read_unaligned() };
                for (out, sum) in sums.iter_mut().take(16 * N).enumerate() {
                    // SAFETY: the caller promises that the weights are readable.
                    let w = unsafe { *b.add(word * 16 * N + out) };
                    *sum += half(x, 0) * half(w, 0) + half(x, 1) * half(w, 1);
                }
            }
        }
    }

    unsafe fn store<const P: usize, const N: usize>(self, to: &mut [f32; 1024]) {
        for (to, sums) in to.chunks_exact_mut(16 * N).zip(&self.0).take(P) {
            to.copy_from_slice(&sums[..16 * N]);
        }
    }
}
