//! Weight gradients with a fourth of the multiplications, as of Winograd's convolution: factors of
//! the input times gradients of products, summed over squares, are the gradient of the windows'
//! factors.

use rayon::prelude::*;

use super::{Workspace, tasks::Shape};
use crate::{
    LANES,
    geometry::{Reads, Writes},
    kernels::{
        GradientTile, Kernels, Square,
        winograd::{INPUT, POSITIONS, WINDOW},
    },
    shared::Shared,
    winograd::{Grid, SquareLayout, flipped},
};

/// Bytes of factors and gradients of products that are made before they are multiplied.
const CACHE: usize = 2 << 20;

/// Squares at once at most: those of a block stay in the nearest cache.
const TOGETHER: usize = 256;

/// Squares of a task that transforms.
const TASK: usize = 8;

/// A convolution in squares, and how many of them at once.
#[derive(Clone, Debug)]
pub(super) struct Winograd {
    grid: Grid,
    chunk: usize,
}

impl Winograd {
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

    /// Whether the cost model, as measured, takes this for faster than the plain sums.
    pub(super) fn pays(&self, reads: &Reads, writes: &Writes, blocks: usize) -> bool {
        let squares = self.grid.squares as f64;
        let channels = (reads.blocks * LANES * blocks) as f64;
        let plain = (writes.n * writes.h * writes.w * WINDOW * WINDOW) as f64 * channels;
        let products = POSITIONS as f64 * channels * (1.15 * squares + 16.0);
        let transforms = squares * (300 * reads.blocks + 200 * blocks) as f64;
        products + transforms < 0.85 * plain
    }

    /// The gradient into the start of `workspace.dw`.
    ///
    /// # Safety
    /// All that `shape` reads must lie within `x` and `dy`.
    #[allow(unsafe_code)]
    pub(super) unsafe fn run(
        &self,
        shape: &Shape,
        kernels: &Kernels,
        (x, dy): (&[f32], &[f32]),
        workspace: &mut Workspace,
    ) {
        let (reads, writes) = (&shape.reads, &shape.writes);
        let inputs = SquareLayout { count: self.chunk, blocks: reads.blocks };
        let outputs = SquareLayout { count: self.chunk, blocks: shape.blocks };
        // Of each position, `[panel][input][16 * N]`.
        let position = reads.blocks * LANES * shape.blocks * LANES;
        workspace.x.grow(inputs.len());
        workspace.dy.grow(outputs.len());
        workspace.factors.grow(POSITIONS * position);
        for first in (0..self.grid.squares).step_by(self.chunk) {
            let count = self.chunk.min(self.grid.squares - first);
            let to = (Shared::new(&mut workspace.x), Shared::new(&mut workspace.dy));
            (0..count.div_ceil(TASK)).into_par_iter().for_each(|task| {
                for k in task * TASK..((task + 1) * TASK).min(count) {
                    for block in 0..inputs.blocks {
                        let to = to.0.as_mut_ptr().wrapping_add(inputs.at(block, k));
                        let (square, to) = ((first + k, block), (to, inputs.position()));
                        let (transform, places) = (kernels.transforms.input, (reads, writes));
                        // SAFETY: the caller's promise; each square and block has vectors of its
                        // own.
                        unsafe { self.grid.transform_input(transform, places, x, square, to) };
                    }
                    for block in 0..outputs.blocks {
                        let to = to.1.as_mut_ptr().wrapping_add(outputs.at(block, k));
                        let (square, to) = ((first + k, block), (to, outputs.position()));
                        let transform = kernels.transforms.output_gradient;
                        // SAFETY: as above.
                        unsafe {
                            self.grid.transform_output_gradient(transform, writes, dy, square, to);
                        }
                    }
                }
            });
            let (x, dy) = (&workspace.x, &workspace.dy);
            let sums = workspace.factors[..POSITIONS * position].par_chunks_exact_mut(position);
            sums.enumerate().for_each(|(i, sums)| {
                if first == 0 {
                    sums.fill(0.0);
                }
                let from = (&x[i * inputs.position()..], &dy[i * outputs.position()..]);
                // SAFETY: all of a position's factors and sums, of `count` squares.
                unsafe { multiply(shape, kernels, (inputs, outputs, count), from, sums) };
            });
        }
        shape.for_tasks(&mut workspace.dw, (1, 1), |task, dw| {
            let width = shape.width(task.panel);
            let first = task.panel * shape.panel * LANES * reads.blocks * LANES;
            let first = first + task.blocks.start * LANES * width;
            for at in (0..LANES * width).step_by(LANES) {
                let square = Square {
                    from: workspace.factors[first + at..].as_ptr(),
                    from_row: (INPUT * position) as isize,
                    from_column: position as isize,
                    to: dw[at..].as_mut_ptr(),
                    to_row: (WINDOW * LANES * width) as isize,
                    to_column: (LANES * width) as isize,
                };
                // SAFETY: a vector of each of 36 positions; nine taps of a block, each of
                // `LANES * width` floats.
                unsafe { (kernels.transforms.filter_gradient)(&square) };
            }
        });
    }
}

/// Adds a position's products of all inputs and outputs over `count` squares.
///
/// # Safety
/// `x` and `dy` must hold so many squares and blocks of a position.
#[allow(unsafe_code)]
unsafe fn multiply(
    shape: &Shape,
    kernels: &Kernels,
    (inputs, outputs, count): (SquareLayout, SquareLayout, usize),
    (x, dy): (&[f32], &[f32]),
    sums: &mut [f32],
) {
    let offsets: Vec<usize> = (0..kernels.inputs).collect();
    for panel in 0..shape.blocks.div_ceil(shape.panel) {
        let (first, width) = (panel * shape.panel, shape.width(panel));
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
