//! What every processor runs: arrays, which the compiler turns into what the target has.
#![allow(unsafe_code)]

use super::{instantiate::instantiate, vector::Vector};

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Floats([f32; 16]);

// SAFETY (of every method): it needs no instruction that the target lacks; the caller promises that
// addresses are valid.
impl Vector for Floats {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 16])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: readable by the caller's promise.
        Self(unsafe { from.cast::<[f32; 16]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: writable by the caller's promise.
        unsafe { to.cast::<[f32; 16]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn fma(mut self, a: Self, b: Self) -> Self {
        for i in 0..16 {
            self.0[i] += a.0[i] * b.0[i];
        }
        self
    }

    #[inline(always)]
    unsafe fn add(mut self, other: Self) -> Self {
        for i in 0..16 {
            self.0[i] += other.0[i];
        }
        self
    }

    #[inline(always)]
    unsafe fn relu(mut self) -> Self {
        for i in 0..16 {
            self.0[i] = if self.0[i] > 0.0 { self.0[i] } else { 0.0 };
        }
        self
    }
}

instantiate! {
    vector: Floats,
    features: [],
    blocks: 1,
    one_row: [1, 2],
    two_rows: [1],
    three_rows: [],
    few_channels: [1, 2],
    inputs: 4,
}
