//! Strips copied to bf16, and the products of what was copied.
#![allow(unsafe_code)]

use rayon::prelude::*;

use super::{BLOCKS, Strips, TILE};
use crate::{
    LANES,
    buffer::Buffer,
    kernels::pairs::{PairTile, Pixels},
    shared::Shared,
    weight_gradient::tasks::{Shape, Task},
};

impl Strips {
    /// Copies input and output gradient.
    ///
    /// # Safety
    /// All that `shape` reads must lie within `x` and `dy`.
    pub(in super::super) unsafe fn pack(
        &self,
        shape: &Shape,
        (x, dy): (&[f32], &[f32]),
        (to_x, to_dy): (&mut Buffer, &mut Buffer),
    ) {
        let (r, w) = (&shape.reads, &shape.writes);
        let strips = w.n * self.per_image;
        let (x_size, dy_size) = self.sizes(shape);
        to_x.grow(strips * x_size);
        to_dy.grow(strips * dy_size);
        let (to_x, to_dy) = (Shared::new(to_x), Shared::new(to_dy));
        // Image, first row and rows of a strip.
        let place = |strip: usize| {
            let y = strip % self.per_image * self.rows;
            (strip / self.per_image, y, self.rows.min(w.h - y))
        };
        let block_step = if self.is_few(r) { LANES } else { r.block };
        let planes = self.phases.len() * self.blocks;
        (0..strips * planes).into_par_iter().for_each(|i| {
            let (block, phase) =
                (i % self.blocks, self.phases[i / self.blocks % self.phases.len()]);
            let (n, y, rows) = place(i / planes);
            let at = r.start + n * r.image + block * block_step + y * r.row + phase.at;
            let pixels = Pixels {
                from: x[at..].as_ptr(),
                row: r.row,
                pixel: r.step * r.lanes,
                lanes: self.inputs_of(block),
                rows: rows + phase.rows,
                columns: w.w + phase.columns,
                pitch: self.pitch,
                chunks: self.x_chunks,
                to: to_x.as_mut_ptr().wrapping_add(i * self.x_chunks * TILE),
                to_chunk: LANES,
                to_row: self.x_chunks * LANES,
                transposed: true,
            };
            // SAFETY: the last pixel is the last that the last tap reads; each call has a range of
            // its own, and there is room for all.
            unsafe { (self.pairs.pack)(&pixels) };
        });
        (0..strips * shape.blocks).into_par_iter().for_each(|i| {
            let (strip, block) = (i / shape.blocks, i % shape.blocks);
            let (n, y, rows) = place(strip);
            let (panel, within) = (block / shape.panel, block % shape.panel);
            let width = shape.width(panel);
            let to = strip * dy_size + panel * shape.panel * self.chunks * TILE + within * LANES;
            let pixels = Pixels {
                from: dy[w.start + n * w.image + block * w.block + y * w.row..].as_ptr(),
                row: w.row,
                pixel: w.pixel,
                lanes: LANES,
                rows,
                columns: w.w,
                pitch: self.pitch,
                chunks: self.chunks,
                to: to_dy.as_mut_ptr().wrapping_add(to),
                to_chunk: 16 * width,
                to_row: width,
                transposed: false,
            };
            // SAFETY: pixels are those of the output; each call writes words of its own.
            unsafe { (self.pairs.pack)(&pixels) };
        });
    }

    /// Inputs of a block that mean something.
    fn inputs_of(&self, block: usize) -> usize {
        LANES.min(self.lanes - block * LANES)
    }

    /// Adds a task's products, from [copies](Self::pack) in `x` and `dy`.
    pub(in super::super) fn pass(
        &self,
        shape: &Shape,
        task: &Task,
        x: &[f32],
        dy: &[f32],
        dw: &mut [f32],
    ) {
        let width = shape.width(task.panel);
        let (x_size, dy_size) = self.sizes(shape);
        let strips = shape.writes.n * self.per_image;
        assert!(x.len() >= strips * x_size && dy.len() >= strips * dy_size, "copies are there");
        let few = self.is_few(&shape.reads);
        let blocks = if few { 0..self.blocks } else { task.blocks.clone() };
        let block_step = if few { LANES } else { shape.inputs };
        let dy = &dy[task.panel * shape.panel * self.chunks * TILE..];
        for group in &self.parts[task.part] {
            let dy = &dy[group.strips.start * dy_size + group.chunks.start * 16 * width..];
            for block in blocks.clone().step_by(BLOCKS) {
                let count = BLOCKS.min(blocks.end - block);
                let multiply = (self.pairs.multiply)(count, width / LANES);
                // Where there is one block, both are the same.
                let own = |i: usize| block + i.min(count - 1);
                for tap in &self.taps {
                    let x_of = |block: usize| {
                        let plane = tap.phase * self.blocks + block;
                        let at = group.strips.start * x_size
                            + plane * self.x_chunks * TILE
                            + group.chunks.start * LANES;
                        // A pixel of bf16 has two bytes.
                        x[at..].as_ptr().wrapping_byte_add(2 * tap.shift)
                    };
                    let dw = [0, 1].map(|i| {
                        let input = (own(i) - blocks.start) * block_step + tap.first;
                        dw[input * width..].as_mut_ptr()
                    });
                    let tile = PairTile {
                        x: [x_of(own(0)), x_of(own(1))],
                        x_row: self.x_chunks * LANES * 4,
                        x_strip: x_size,
                        dy: dy.as_ptr(),
                        dy_strip: dy_size,
                        strips: group.strips.len(),
                        chunks: group.chunks.len(),
                        dw,
                        inputs: [0, 1].map(|i| self.inputs_of(own(i))),
                        dw_row: width,
                    };
                    // SAFETY: strips and chunks are those of the copies, to which a channel's
                    // pixels beyond the last chunk by the largest shift belong; inputs and outputs
                    // are the task's.
                    unsafe { multiply(&tile) };
                }
            }
        }
    }
}
