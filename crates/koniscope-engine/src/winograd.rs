//! Winograd's convolution F(4 x 4, 3 x 3): a fourth of the multiplications of the plain sum.
//!
//! A square of 6 x 6 of the input and a window of 3 x 3 become 36 factors each
//! ([`square`](crate::kernels::square)). Their products, summed over channels, become a square of
//! 4 x 4 of the output. For each of the 36 that sum is a convolution by a window of one pixel, by the
//! same tiles as any other.

pub(crate) mod factors;
pub(crate) mod grid;

use std::cell::RefCell;

use rayon::prelude::*;

use grid::{Grid, Numbers, flipped};

use crate::{
    LANES,
    buffer::{Buffer, Shared},
    conv::{Finish, Reads, Writes},
    kernels::{
        Kernels, Sums, Tile,
        square::{OUTPUT, POSITIONS, WINDOW},
    },
    split::cut,
    weights::Packed,
};

/// A convolution of 3 x 3 by steps of one pixel, in squares of the output.
#[derive(Clone, Debug)]
pub(crate) struct Winograd {
    grid: Grid,
    /// Whether the weights' taps stand in the reverse order of the pixels that they read.
    flipped: bool,
    /// Squares of a task, and the widths of tiles that make them up; the same of the last task.
    group: usize,
    widths: Vec<usize>,
    last: Vec<usize>,
}

/// Squares that a task computes together, and the widths of tiles that make them up.
struct Group<'a> {
    first: usize,
    count: usize,
    widths: &'a [usize],
}

/// Where a task reads, and what it does to its sums.
struct Work<'a> {
    kernels: &'a Kernels,
    reads: &'a Reads,
    writes: &'a Writes,
    x: &'a [f32],
    finish: &'a Finish<'a>,
    y: Shared<'a>,
}

/// Bytes of factors and products that a task keeps in its core's cache.
const CACHE: usize = 640 << 10;

/// Pixels of output for which weights are worth transforming though they may be used but once.
const PIXELS: usize = 192;

thread_local! {
    static ROOM: RefCell<Buffer> = RefCell::default();
}

impl Winograd {
    /// For the reads and writes of such a convolution; none for others.
    pub(crate) fn new(
        kernels: &Kernels,
        reads: &Reads,
        writes: &Writes,
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

    /// Whether this would seem to be faster than the plain sum: by vectors multiplied, and what it takes to
    /// transform and to read weights, as measured. So that the same sums are made with any number of threads, it
    /// is asked of two.
    pub(crate) fn pays(&self, reads: &Reads, writes: &Writes, packed: &Packed) -> bool {
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
    /// All that `reads` and `writes` describe must lie within `x`, `y`, residual and bias, and nobody else
    /// may use `y`.
    #[allow(unsafe_code)]
    pub(crate) unsafe fn run(
        &self,
        kernels: &Kernels,
        (reads, writes): (&Reads, &Writes),
        packed: &Packed,
        x: &[f32],
        finish: &Finish,
        y: Shared,
    ) {
        let weights = packed.factors(kernels, self.flipped);
        let work = Work { kernels, reads, writes, x, finish, y };
        let task = |i: usize, room: &mut Buffer| {
            let first = i * self.group;
            let count = self.group.min(self.grid.squares - first);
            let widths = if count == self.group { &self.widths } else { &self.last };
            let group = Group { first, count, widths };
            let numbers = [reads.blocks, packed.panel].map(|blocks| Numbers { count, blocks });
            room.grow(numbers[0].len() + numbers[1].len());
            let (factors, products) = room.split_at_mut(numbers[0].len());
            // SAFETY: the caller's promise; room is as large as the group needs.
            unsafe {
                work.images(&self.grid, &group, numbers[0], factors);
                for first in (0..packed.blocks).step_by(packed.panel) {
                    let blocks = packed.panel.min(packed.blocks - first);
                    let size = POSITIONS * reads.blocks * LANES * LANES;
                    let weights = &weights[first * size..][..blocks * size];
                    let panel = Numbers { count, blocks };
                    group.multiply(kernels, (numbers[0], factors), weights, (panel, products));
                    work.sums(&self.grid, &group, (panel, products), first);
                }
            }
        };
        let tasks = self.grid.squares.div_ceil(self.group);
        (0..tasks).into_par_iter().for_each(|i| ROOM.with_borrow_mut(|room| task(i, room)));
    }
}

impl Group<'_> {
    /// Products, summed over input channels, for a panel of outputs.
    ///
    /// # Safety
    /// The slices must be as large as the group and their blocks need.
    #[allow(unsafe_code)]
    unsafe fn multiply(
        &self,
        kernels: &Kernels,
        (inputs, factors): (Numbers, &[f32]),
        weights: &[f32],
        (outputs, products): (Numbers, &mut [f32]),
    ) {
        for (i, weights) in weights.chunks_exact(weights.len() / POSITIONS).enumerate() {
            let mut square = 0;
            for width in self.widths {
                let kernel = (kernels.tile)(1, *width, outputs.blocks, 1, LANES);
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
                // SAFETY: as this function's.
                unsafe { kernel(&tile) };
                square += width;
            }
        }
    }
}

#[allow(unsafe_code)]
impl Work<'_> {
    /// Factors of a group's squares of the input.
    ///
    /// # Safety
    /// `factors` must be as large as the group needs; the rest as of [`Winograd::run`].
    unsafe fn images(&self, grid: &Grid, group: &Group, numbers: Numbers, factors: &mut [f32]) {
        let image = self.kernels.squares.image;
        for k in 0..group.count {
            for block in 0..numbers.blocks {
                let to = (factors[numbers.at(block, k)..].as_mut_ptr(), numbers.position());
                let square = (group.first + k, block);
                // SAFETY: as this function's.
                unsafe { grid.image(image, (self.reads, self.writes), self.x, square, to) };
            }
        }
    }

    /// A group's squares of the output in the blocks from `first` on, from their products.
    ///
    /// # Safety
    /// `products` must be those of the group; the rest as of [`Winograd::run`]. No two squares share a pixel.
    unsafe fn sums(
        &self,
        grid: &Grid,
        group: &Group,
        (numbers, products): (Numbers, &[f32]),
        first: usize,
    ) {
        let (writes, finish) = (self.writes, self.finish);
        for k in 0..group.count {
            let [n, y, x] = grid.at(group.first + k);
            for j in 0..numbers.blocks {
                let block = first + j;
                let at = n * writes.image + block * writes.block + y * writes.row + x * LANES;
                let to = self.y.as_mut_ptr().wrapping_add(writes.start + at);
                let residual = match (finish.residual, finish.accumulate) {
                    (Some(residual), _) => residual[writes.start + at..].as_ptr(),
                    (None, true) => to.cast_const(),
                    (None, false) => std::ptr::null(),
                };
                let sums = Sums {
                    from: products[numbers.at(j, k)..].as_ptr(),
                    position: numbers.position(),
                    y: to,
                    y_row: writes.row,
                    rows: (writes.h - y).min(OUTPUT),
                    columns: (writes.w - x).min(OUTPUT),
                    bias: finish.bias.map_or(std::ptr::null(), |b| b[block * LANES..].as_ptr()),
                    residual,
                    relu: finish.relu,
                };
                // SAFETY: as this function's.
                unsafe { (self.kernels.squares.sums)(&sums) };
            }
        }
    }
}
