//! A convolution by Winograd's sums: its squares in groups, a task for each.
#![allow(unsafe_code)]

mod group;

use std::cell::RefCell;

use rayon::prelude::*;

use group::Group;

use super::work::Work;
use crate::{
    LANES,
    buffer::Buffer,
    geometry::{Reads, Writes},
    kernels::{
        Kernels,
        winograd::{POSITIONS, WINDOW},
    },
    tiling::cut,
    weights::Packed,
    winograd::{Grid, SquareLayout, flipped},
};

/// A convolution of 3 x 3 by steps of one pixel, in squares of the output.
#[derive(Clone, Debug)]
pub(super) struct Winograd {
    grid: Grid,
    /// Whether the weights' taps stand in the reverse order of the pixels that they read.
    flipped: bool,
    /// Squares of a task, and the widths of tiles that make them up; the same of the last task.
    group: usize,
    widths: Vec<usize>,
    last: Vec<usize>,
}

/// Bytes of factors and products that a task keeps in its core's cache.
const CACHE: usize = 640 << 10;

/// Pixels of output from which on weights are worth transforming even if they are used only once.
const PIXELS: usize = 192;

thread_local! {
    /// A thread's factors and products.
    static SCRATCH: RefCell<Buffer> = RefCell::default();
}

impl Winograd {
    /// For the reads and writes of such a convolution; none for others.
    pub(super) fn new(
        kernels: &Kernels,
        (reads, writes): (&Reads, &Writes),
        packed: &Packed,
    ) -> Option<Self> {
        let flipped = flipped(reads, writes)?;
        let grid = Grid::new(writes);
        let most = CACHE / (POSITIONS * LANES * 4 * (reads.blocks + packed.panel));
        let tasks = grid.squares.div_ceil(most.max(1));
        let tasks = tasks.next_multiple_of(rayon::current_num_threads());
        let group = grid.squares.div_ceil(tasks);
        let last = (grid.squares - 1) % group + 1;
        let widths = |squares| cut(kernels, LANES, packed.panel, squares, 1).widths;
        Some(Self { grid, flipped, group, widths: widths(group), last: widths(last) })
    }

    /// Whether the cost model takes this for faster than the plain sum: by vectors multiplied, and
    /// what it takes to transform and to read weights, as measured. It always counts with two
    /// threads, so that the same sums are made on any number of them.
    pub(super) fn pays(&self, reads: &Reads, writes: &Writes, packed: &Packed) -> bool {
        let (squares, blocks) = (self.grid.squares as f64, (reads.blocks, packed.blocks));
        let channels = (blocks.0 * LANES * blocks.1) as f64;
        if writes.n * writes.h * writes.w < PIXELS {
            return false;
        }
        let plain = (writes.n * writes.h * writes.w * WINDOW * WINDOW) as f64 * channels;
        // Weights, four times as many, are read once for the squares of a task.
        let together = (squares / 2.0).min(56.0);
        let products = squares * POSITIONS as f64 * channels * (1.15 + 8.0 / together);
        let transforms = squares * (300 * blocks.0 + 250 * blocks.1) as f64;
        products + transforms < 0.85 * plain
    }

    /// Runs on the current thread pool.
    ///
    /// # Safety
    /// As of [`Work`].
    pub(super) unsafe fn run(&self, work: &Work) {
        let (packed, blocks) = (work.packed, work.reads.blocks);
        let weights = packed.transformed(work.kernels, self.flipped);
        let task = |i: usize, scratch: &mut Buffer| {
            let first = i * self.group;
            let count = self.group.min(self.grid.squares - first);
            let widths = if count == self.group { &self.widths } else { &self.last };
            let group = Group { work, grid: &self.grid, first, count, widths };
            let inputs = SquareLayout { count, blocks };
            let outputs = SquareLayout { count, blocks: packed.panel };
            scratch.grow(inputs.len() + outputs.len());
            let (factors, products) = scratch.split_at_mut(inputs.len());
            // SAFETY: the caller's promise; the slices are as large as the group needs.
            unsafe {
                group.transform_input(inputs, factors);
                for first in (0..packed.blocks).step_by(packed.panel) {
                    let blocks = packed.panel.min(packed.blocks - first);
                    let size = POSITIONS * inputs.blocks * LANES * LANES;
                    let weights = &weights[first * size..][..blocks * size];
                    let outputs = SquareLayout { count, blocks };
                    group.multiply((inputs, factors), weights, (outputs, products));
                    group.transform_output((outputs, products), first);
                }
            }
        };
        let tasks = self.grid.squares.div_ceil(self.group);
        (0..tasks).into_par_iter().for_each(|i| SCRATCH.with_borrow_mut(|s| task(i, s)));
    }
}
