//! Squares that a task computes together: input to factors, products, output.
#![allow(unsafe_code)]

use super::super::work::Work;
use crate::{
    LANES,
    kernels::{
        OutputSquare, Tile,
        winograd::{OUTPUT, POSITIONS},
    },
    winograd::{Grid, SquareLayout},
};

/// Squares `first` to `first + count`, and the widths of tiles that make them up.
pub(super) struct Group<'a> {
    pub(super) work: &'a Work<'a>,
    pub(super) grid: &'a Grid,
    pub(super) first: usize,
    pub(super) count: usize,
    pub(super) widths: &'a [usize],
}

impl Group<'_> {
    /// Factors of the squares of the input.
    ///
    /// # Safety
    /// As of [`Work`]; `factors` must be as large as its layout.
    pub(super) unsafe fn transform_input(&self, layout: SquareLayout, factors: &mut [f32]) {
        let Work { kernels, reads, writes, x, .. } = *self.work;
        let transform = kernels.transforms.input;
        for k in 0..self.count {
            for block in 0..layout.blocks {
                let to = (factors[layout.at(block, k)..].as_mut_ptr(), layout.position());
                let square = (self.first + k, block);
                // SAFETY: the caller's promise.
                unsafe { self.grid.transform_input(transform, (reads, writes), x, square, to) };
            }
        }
    }

    /// Products, summed over input channels, for a panel of outputs.
    ///
    /// # Safety
    /// Factors, weights and products must be as large as their layouts.
    pub(super) unsafe fn multiply(
        &self,
        (inputs, factors): (SquareLayout, &[f32]),
        weights: &[f32],
        (outputs, products): (SquareLayout, &mut [f32]),
    ) {
        for (i, weights) in weights.chunks_exact(weights.len() / POSITIONS).enumerate() {
            let mut square = 0;
            for width in self.widths {
                let kernel = (self.work.kernels.tile)(1, *width, outputs.blocks, 1, LANES);
                let kernel = kernel.expect("a cut is made of tiles that exist");
                let tile = Tile {
                    x: factors[i * inputs.position() + inputs.at(0, square)..].as_ptr(),
                    x_block: inputs.block(),
                    x_row: 0,
                    blocks: inputs.blocks,
                    taps: &[0],
                    weights: weights.as_ptr(),
                    bias: std::ptr::null(),
                    y: products[i * outputs.position() + outputs.at(0, square)..].as_mut_ptr(),
                    y_block: outputs.block(),
                    y_row: 0,
                    y_pixel: LANES,
                    residual: std::ptr::null(),
                    relu: false,
                };
                // SAFETY: the caller's promise: `width` squares of a position, in all blocks.
                unsafe { kernel(&tile) };
                square += width;
            }
        }
    }

    /// The squares of the output in the blocks from `first` on, from their products.
    ///
    /// # Safety
    /// As of [`Work`]; `products` must be those of the group. No two squares share a pixel.
    pub(super) unsafe fn transform_output(
        &self,
        (layout, products): (SquareLayout, &[f32]),
        first: usize,
    ) {
        let Work { kernels, writes, finish, y: output, .. } = *self.work;
        for k in 0..self.count {
            let [n, y, x] = self.grid.at(self.first + k);
            for j in 0..layout.blocks {
                let block = first + j;
                let at = n * writes.image + block * writes.block + y * writes.row + x * LANES;
                let to = output.as_mut_ptr().wrapping_add(writes.start + at);
                let residual = match (finish.residual, finish.accumulate) {
                    (Some(residual), _) => residual[writes.start + at..].as_ptr(),
                    (None, true) => to.cast_const(),
                    (None, false) => std::ptr::null(),
                };
                let square = OutputSquare {
                    from: products[layout.at(j, k)..].as_ptr(),
                    position: layout.position(),
                    y: to,
                    y_row: writes.row,
                    rows: (writes.h - y).min(OUTPUT),
                    columns: (writes.w - x).min(OUTPUT),
                    bias: finish.bias.map_or(std::ptr::null(), |b| b[block * LANES..].as_ptr()),
                    residual,
                    relu: finish.relu,
                };
                // SAFETY: the caller's promise; only pixels that there are are written.
                unsafe { (kernels.transforms.output)(&square) };
            }
        }
    }
}
