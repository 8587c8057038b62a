//! Weight gradients in f32, from memory as it lies.

use std::ops::Range;

use super::tasks::{Shape, in_parts};
use crate::{
    LANES,
    geometry::{Reads, Writes},
    kernels::{GradientTile, Kernels},
};

/// Bytes of input and gradient that stay in a core's cache while all taps pass over them.
const CACHE: usize = 192 << 10;

/// Images and rows that are passed over at once.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    images: Range<usize>,
    rows: Range<usize>,
}

/// The batch in parts that are summed apart, where there are too few tasks otherwise.
pub(super) fn parts(shape: &Shape) -> Vec<Vec<Segment>> {
    let segments = segments(&shape.reads, &shape.writes, shape.panel);
    in_parts(segments, shape.blocks.div_ceil(shape.panel) * shape.reads.blocks)
}

impl Segment {
    /// Adds the segment's products of an input block and a panel.
    ///
    /// # Safety
    /// All that `shape` reads must lie within `x` and `dy`.
    #[allow(unsafe_code)]
    pub(super) unsafe fn pass(
        &self,
        shape: &Shape,
        kernels: &Kernels,
        (block, panel): (usize, usize),
        x: &[f32],
        dy: &[f32],
        dw: &mut [f32],
    ) {
        let (r, w) = (&shape.reads, &shape.writes);
        let first = panel * shape.panel;
        let blocks = shape.panel.min(shape.blocks - first);
        let (n, y) = (self.images.start, self.rows.start);
        let x = &x[r.start + n * r.image + block * r.block + y * r.row..];
        let dy = &dy[w.start + n * w.image + first * w.block + y * w.row..];
        let dense = r.lanes == LANES;
        let kernel =
            (kernels.gradient)(kernels.inputs, blocks, dense).expect("panels fit the kernels");
        let width = blocks * LANES;
        let tap_of = |input: usize| {
            // What fills up the last tile is computed from a tap that exists, and not used.
            let input = input.min(r.taps.len() * r.lanes - 1);
            r.taps[input / r.lanes] + input % r.lanes
        };
        let mut offsets = vec![0; kernels.inputs];
        for start in (0..shape.inputs).step_by(kernels.inputs) {
            for (k, offset) in offsets.iter_mut().enumerate() {
                *offset = tap_of(start + k);
            }
            let tile = GradientTile {
                x: x.as_ptr(),
                x_row: r.row,
                x_pixel: r.step * r.lanes,
                inputs: &offsets,
                dy: dy.as_ptr(),
                dy_block: w.block,
                dy_row: w.row,
                dy_pixel: w.pixel,
                images: self.images.len(),
                x_image: r.image,
                dy_image: w.image,
                rows: self.rows.len(),
                pixels: w.w,
                dw: dw[start * width..][..kernels.inputs * width].as_mut_ptr(),
                dw_row: width,
            };
            // SAFETY: the caller's promise; `dw` has room for the tile.
            unsafe { kernel(&tile) };
        }
    }
}

fn segments(r: &Reads, w: &Writes, panel: usize) -> Vec<Segment> {
    let row = (r.row + panel * w.row) * 4;
    let image = row * w.h;
    if image * 2 <= CACHE {
        let images = CACHE / image;
        let starts = (0..w.n).step_by(images);
        return starts
            .map(|n| Segment { images: n..(n + images).min(w.n), rows: 0..w.h })
            .collect();
    }
    let rows = (CACHE / row).max(1);
    (0..w.n)
        .flat_map(|n| {
            (0..w.h)
                .step_by(rows)
                .map(move |y| Segment { images: n..n + 1, rows: y..(y + rows).min(w.h) })
        })
        .collect()
}
