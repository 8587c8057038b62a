//! Weight gradients with a fourth of the multiplications, as of Winograd's convolution: the factors of the
//! input times the spread gradient of the output, summed over squares, are the gradient of the windows'
//! factors.

use rayon::prelude::*;

use super::{Room, WeightGradient};
use crate::{
    LANES,
    buffer::Shared,
    conv::{Reads, Writes},
    kernels::{
        GradientTile, Kernels, Square,
        square::{INPUT, POSITIONS, WINDOW},
    },
    winograd::grid::{Grid, Numbers, flipped},
};

/// Bytes of factors and spread gradients that are made before they are multiplied.
const CACHE: usize = 2 << 20;

/// Squares at once at most: those of a block stay in the nearest cache.
const TOGETHER: usize = 256;

/// Squares of a task that transforms.
const TASK: usize = 8;

/// A convolution in squares, and how many of them at once.
#[derive(Clone, Debug)]
pub(super) struct Squares {
    grid: Grid,
    chunk: usize,
}

impl Squares {
    /// For the reads and writes of a convolution that has squares; none for others.
    pub(super) fn new(reads: &Reads, writes: &Writes, blocks: usize) -> Option<Self> {
        if flipped(reads, writes)? {
            return None;
        }
        let grid = Grid::new(writes);
        let cached = CACHE / (POSITIONS * LANES * 4 * (reads.blocks + blocks));
        // Of many channels the sums, read and written for every chunk, are the larger part.
        let balanced = LANES * reads.blocks * blocks / (reads.blocks + blocks);
        let most = cached.max(balanced).clamp(TASK, TOGETHER);
        let chunks = grid.squares.div_ceil(most);
        Some(Self { grid, chunk: grid.squares.div_ceil(chunks) })
    }

    /// Whether this would seem to be faster than the plain sums, as measured.
    pub(super) fn pays(&self, reads: &Reads, writes: &Writes, blocks: usize) -> bool {
        let squares = self.grid.squares as f64;
        let channels = (reads.blocks * LANES * blocks) as f64;
        let plain = (writes.n * writes.h * writes.w * WINDOW * WINDOW) as f64 * channels;
        let products = POSITIONS as f64 * channels * (1.15 * squares + 16.0);
        let transforms = squares * (300 * reads.blocks + 200 * blocks) as f64;
        products + transforms < 0.85 * plain
    }

    /// The gradient into the start of `room.dw`.
    ///
    /// # Safety
    /// All that the convolution's reads and writes describe must lie within `x` and `dy`.
    #[allow(unsafe_code)]
    pub(super) unsafe fn run(
        &self,
        whole: &WeightGradient,
        kernels: &Kernels,
        (x, dy): (&[f32], &[f32]),
        room: &mut Room,
    ) {
        let (reads, writes) = (&whole.reads, &whole.writes);
        let inputs = Numbers { count: self.chunk, blocks: reads.blocks };
        let outputs = Numbers { count: self.chunk, blocks: whole.blocks };
        // Of each position, `[panel][input][16 * N]`.
        let position = reads.blocks * LANES * whole.blocks * LANES;
        room.x.grow(inputs.len());
        room.dy.grow(outputs.len());
        room.factors.grow(POSITIONS * position);
        for first in (0..self.grid.squares).step_by(self.chunk) {
            let count = self.chunk.min(self.grid.squares - first);
            let (to_x, to_dy) = (Shared::new(&mut room.x), Shared::new(&mut room.dy));
            (0..count.div_ceil(TASK)).into_par_iter().for_each(|task| {
                for k in task * TASK..((task + 1) * TASK).min(count) {
                    for block in 0..inputs.blocks {
                        let to = to_x.as_mut_ptr().wrapping_add(inputs.at(block, k));
                        let (square, to) = ((first + k, block), (to, inputs.position()));
                        let image = kernels.squares.image;
                        // SAFETY: the caller's promise; each square and block has vectors of its own.
                        unsafe { self.grid.image(image, (reads, writes), x, square, to) };
                    }
                    for block in 0..outputs.blocks {
                        let to = to_dy.as_mut_ptr().wrapping_add(outputs.at(block, k));
                        let (square, to) = ((first + k, block), (to, outputs.position()));
                        let spread = kernels.squares.spread;
                        // SAFETY: as above.
                        unsafe { self.grid.spread(spread, writes, dy, square, to) };
                    }
                }
            });
            let (x, dy) = (&room.x, &room.dy);
            let sums = room.factors[..POSITIONS * position].par_chunks_exact_mut(position);
            sums.enumerate().for_each(|(i, sums)| {
                if first == 0 {
                    sums.fill(0.0);
                }
                let from = (&x[i * inputs.position()..], &dy[i * outputs.position()..]);
                // SAFETY: all of a position's factors and sums, of `count` squares.
                unsafe { multiply(whole, kernels, (inputs, outputs, count), from, sums) };
            });
        }
        whole.for_tasks(&mut room.dw, 1, |task, dw| {
            let width = whole.width(task.panel);
            let first = task.panel * whole.panel * LANES * reads.blocks * LANES;
            let first = first + task.blocks.start * LANES * width;
            for at in (0..LANES * width).step_by(LANES) {
                let square = Square {
                    from: room.factors[first + at..].as_ptr(),
                    from_row: (INPUT * position) as isize,
                    from_column: position as isize,
                    to: dw[at..].as_mut_ptr(),
                    to_row: (WINDOW * LANES * width) as isize,
                    to_column: (LANES * width) as isize,
                };
                // SAFETY: a vector of each of 36 positions; nine taps of a block, each `LANES * width` floats.
                unsafe { (kernels.squares.gather)(&square) };
            }
        });
    }
}

/// Adds a position's products of all inputs and outputs over `count` squares.
///
/// # Safety
/// The slices must hold the numbers of so many squares and blocks, and `sums` the products of all.
#[allow(unsafe_code)]
unsafe fn multiply(
    whole: &WeightGradient,
    kernels: &Kernels,
    (inputs, outputs, count): (Numbers, Numbers, usize),
    (x, dy): (&[f32], &[f32]),
    sums: &mut [f32],
) {
    let offsets: Vec<usize> = (0..kernels.inputs).collect();
    for panel in 0..whole.blocks.div_ceil(whole.panel) {
        let (first, width) = (panel * whole.panel, whole.width(panel));
        let kernel = (kernels.gradient)(kernels.inputs, width / LANES, true);
        let kernel = kernel.expect("panels fit the kernels");
        for input in (0..inputs.blocks * LANES).step_by(kernels.inputs) {
            let from = inputs.at(input / LANES, 0) + input % LANES;
            let to = first * LANES * inputs.blocks * LANES + input * width;
            let tile = GradientTile {
                x: x[from..].as_ptr(),
                x_row: 0,
                x_pixel: LANES,
                inputs: &offsets,
                dy: dy[outputs.at(first, 0)..].as_ptr(),
                dy_block: outputs.block(),
                dy_row: 0,
                dy_pixel: LANES,
                images: 1,
                x_image: 0,
                dy_image: 0,
                rows: 1,
                pixels: count,
                dw: sums[to..][..kernels.inputs * width].as_mut_ptr(),
                dw_row: width,
            };
            // SAFETY: as this function's.
            unsafe { kernel(&tile) };
        }
    }
}
