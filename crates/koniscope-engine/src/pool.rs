//! Pooling: largest of squares, and means.

use rayon::prelude::*;

use crate::{
    LANES,
    buffer::Shared,
    geometry::Window,
    kernels::{Level, rows},
    layout::Layout,
};

/// Columns of the output whose window has column `k` of its own within the input, and the first
/// one's input column.
pub(crate) fn reach(k: usize, window: &Window, from: usize, to: usize) -> (usize, usize, usize) {
    let first = window.padding.saturating_sub(k).div_ceil(window.stride);
    let end = (from + window.padding).saturating_sub(k).div_ceil(window.stride).min(to);
    (first, end.max(first), (first * window.stride + k).saturating_sub(window.padding))
}

/// Largest of each window; what lies outside the picture never wins.
#[allow(unsafe_code)]
pub(crate) fn max_pool(
    level: Level,
    window: &Window,
    (xl, x): (&Layout, &[f32]),
    (yl, y): (&Layout, &mut [f32]),
) {
    let y = Shared::new(y);
    for_planes(yl, |n, block| {
        for oy in 0..yl.h {
            // SAFETY: each row of each plane is written by one call only.
            let row = unsafe { y.range(yl.at(n, block, oy), yl.pixels()) };
            row.fill(f32::NEG_INFINITY);
            for ky in 0..window.kh {
                let iy = (oy * window.stride + ky).wrapping_sub(window.padding);
                if iy >= xl.h {
                    continue;
                }
                for kx in 0..window.kw {
                    let (first, end, ix) = reach(kx, window, xl.w, yl.w);
                    let x = &x[xl.at(n, block, iy)..][..xl.pixels()][ix * LANES..];
                    rows::max_into(level, &mut row[first * LANES..end * LANES], x, window.stride);
                }
            }
        }
    });
}

/// Mean over rows and columns; `y` has one pixel.
pub(crate) fn average(level: Level, (xl, x): (&Layout, &[f32]), (yl, y): (&Layout, &mut [f32])) {
    let pixels = (xl.h * xl.w) as f32;
    for n in 0..xl.n {
        for block in 0..xl.blocks() {
            let mut sum = [0.0; LANES];
            for iy in 0..xl.h {
                rows::sum_into(level, &x[xl.at(n, block, iy)..][..xl.pixels()], &mut sum);
            }
            for (y, sum) in y[yl.at(n, block, 0)..].iter_mut().zip(sum) {
                *y = sum / pixels;
            }
        }
    }
}

/// Calls for every plane, on the threads of the current pool.
pub(crate) fn for_planes(layout: &Layout, task: impl Fn(usize, usize) + Sync) {
    let blocks = layout.blocks();
    (0..layout.n * blocks).into_par_iter().for_each(|i| task(i / blocks, i % blocks));
}
