//! Pooling: the largest value of each square, and means.

use rayon::prelude::*;

use crate::{
    LANES, Precision, bf16,
    kernels::{Supported, rows},
    layout::Layout,
    shared::Shared,
    window::Window,
};

/// Columns of the output whose window has column `k` of its own within the input, and the first
/// one's input column.
pub(crate) fn reach(k: usize, window: &Window, from: usize, to: usize) -> (usize, usize, usize) {
    let first = window.padding.saturating_sub(k).div_ceil(window.stride);
    let end = (from + window.padding).saturating_sub(k).div_ceil(window.stride).min(to);
    (first, end.max(first), (first * window.stride + k).saturating_sub(window.padding))
}

type MaxInto = fn(Supported, &mut [f32], &[f32], usize);

/// Largest value of each window; what lies outside of the image never wins.
#[allow(unsafe_code)]
pub(crate) fn max_pool(
    supported: Supported,
    window: &Window,
    (xl, x): (&Layout, &[f32]),
    (yl, y): (&Layout, &mut [f32]),
) {
    let y = Shared::new(y);
    for_planes(yl, |n, block| {
        for oy in 0..yl.h {
            // SAFETY: each row of each plane is written by one call only.
            let row = unsafe { y.range(yl.at(n, block, oy), yl.pixels()) };
            let (lowest, max_into): (f32, MaxInto) = match xl.precision {
                Precision::F32 => (f32::NEG_INFINITY, rows::max_into),
                Precision::Bf16 => {
                    (bf16::word(f32::NEG_INFINITY, f32::NEG_INFINITY), rows::max_into_bf16)
                }
            };
            row.fill(lowest);
            for ky in 0..window.kh {
                let iy = (oy * window.stride + ky).wrapping_sub(window.padding);
                if iy >= xl.h {
                    continue;
                }
                for kx in 0..window.kw {
                    let (first, end, ix) = reach(kx, window, xl.w, yl.w);
                    let x = &x[xl.at(n, block, iy)..][..xl.pixels()][ix * LANES..];
                    max_into(supported, &mut row[first * LANES..end * LANES], x, window.stride);
                }
            }
        }
    });
}

/// Mean over rows and columns; `y` has one pixel.
pub(crate) fn average(
    supported: Supported,
    (xl, x): (&Layout, &[f32]),
    (yl, y): (&Layout, &mut [f32]),
) {
    let pixels = (xl.h * xl.w) as f32;
    for n in 0..xl.n {
        for block in 0..xl.blocks() {
            // Of bf16, the block's even and odd channels.
            let (mut low, mut high) = ([0.0; LANES], [0.0; LANES]);
            for iy in 0..xl.h {
                let row = &x[xl.at(n, block, iy)..][..xl.pixels()];
                match xl.precision {
                    Precision::F32 => rows::sum_into(supported, row, &mut low),
                    Precision::Bf16 => rows::sum_into_bf16(supported, row, &mut low, &mut high),
                }
            }
            let means: Vec<f32> = match xl.precision {
                Precision::F32 => low.to_vec(),
                Precision::Bf16 => low.iter().zip(high).flat_map(|(l, h)| [*l, h]).collect(),
            };
            let first = block * means.len() / LANES;
            for (i, means) in means.chunks_exact(LANES).enumerate() {
                if first + i < yl.blocks() {
                    for (y, sum) in y[yl.at(n, first + i, 0)..].iter_mut().zip(means) {
                        *y = sum / pixels;
                    }
                }
            }
        }
    }
}

/// Calls for every plane, on the threads of the current pool.
pub(crate) fn for_planes(layout: &Layout, task: impl Fn(usize, usize) + Sync) {
    let blocks = layout.blocks();
    (0..layout.n * blocks).into_par_iter().for_each(|i| task(i / blocks, i % blocks));
}
