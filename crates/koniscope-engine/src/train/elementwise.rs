//! Passes over whole values, plane by plane on all threads.
#![allow(unsafe_code)]

use crate::{
    LANES,
    kernels::{Supported, rows::training as rows},
    layout::Layout,
    pool::{for_planes, reach},
    shared::Shared,
    window::Window,
};

/// `dy = 0` wherever `y` is not above 0; both lie alike.
pub(super) fn mask(supported: Supported, layout: &Layout, dy: &mut [f32], y: &[f32]) {
    let dy = Shared::new(dy);
    for_planes(layout, |n, block| {
        for row in 0..layout.h {
            let at = layout.at(n, block, row);
            // SAFETY: each row of each plane is written by one call only.
            let dy = unsafe { dy.range(at, layout.pixels()) };
            rows::mask(supported, dy, &y[at..][..layout.pixels()]);
        }
    });
}

/// `to = from`, or `to += from`.
pub(super) fn accumulate(
    supported: Supported,
    (tl, to): (&Layout, &mut [f32]),
    (fl, from): (&Layout, &[f32]),
    add: bool,
) {
    let to = Shared::new(to);
    for_planes(tl, |n, block| {
        for row in 0..tl.h {
            // SAFETY: each row of each plane is written by one call only.
            let to = unsafe { to.range(tl.at(n, block, row), tl.pixels()) };
            rows::accumulate(supported, to, &from[fl.at(n, block, row)..][..fl.pixels()], add);
        }
    });
}

/// Gradient of a maximum: goes to the first of each window that is the largest.
pub(super) fn max_pool(
    supported: Supported,
    window: &Window,
    (xl, x, dx): (&Layout, &[f32], &mut [f32]),
    (yl, y, dy): (&Layout, &[f32], &[f32]),
    add: bool,
) {
    let dx = Shared::new(dx);
    for_planes(yl, |n, block| {
        if !add {
            for row in 0..xl.h {
                // SAFETY: each plane is written by one call only.
                unsafe { dx.range(xl.at(n, block, row), xl.pixels()) }.fill(0.0);
            }
        }
        let mut left = vec![0.0; yl.pixels()];
        for oy in 0..yl.h {
            let at = yl.at(n, block, oy);
            left.copy_from_slice(&dy[at..][..yl.pixels()]);
            let y = &y[at..][..yl.pixels()];
            for ky in 0..window.kh {
                let iy = (oy * window.stride + ky).wrapping_sub(window.padding);
                if iy >= xl.h {
                    continue;
                }
                let at = xl.at(n, block, iy);
                // SAFETY: each plane is written by one call only.
                let dx = unsafe { dx.range(at, xl.pixels()) };
                let x = &x[at..][..xl.pixels()];
                for kx in 0..window.kw {
                    let (first, end, ix) = reach(kx, window, xl.w, yl.w);
                    let outputs = first * LANES..end * LANES;
                    rows::route(
                        supported,
                        &mut dx[ix * LANES..],
                        &x[ix * LANES..],
                        &y[outputs.clone()],
                        &mut left[outputs],
                        window.stride,
                    );
                }
            }
        }
    });
}

/// Gradient of a mean over rows and columns.
pub(super) fn average((xl, dx): (&Layout, &mut [f32]), (yl, dy): (&Layout, &[f32]), add: bool) {
    let pixels = (xl.h * xl.w) as f32;
    for n in 0..xl.n {
        for block in 0..xl.blocks() {
            let dy = &dy[yl.at(n, block, 0)..][..LANES];
            for y in 0..xl.h {
                for dx in dx[xl.at(n, block, y)..][..xl.pixels()].chunks_exact_mut(LANES) {
                    for (dx, dy) in dx.iter_mut().zip(dy) {
                        *dx = if add { *dx } else { 0.0 } + dy / pixels;
                    }
                }
            }
        }
    }
}
