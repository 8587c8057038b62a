//! Winograd's convolution F(4 x 4, 3 x 3): a fourth of the multiplications of the plain sum.
//!
//! A square of 6 x 6 pixels of the input and a window of 3 x 3 become 36 factors each
//! ([`transforms`](crate::kernels::winograd)). Their products, summed over channels, become a
//! square of 4 x 4 pixels of the output. For each of the 36 positions that sum is a convolution by
//! a window of one pixel, by the same tiles as any other.
//!
//! Here is what convolutions and gradients of weights share: the squares, and where their numbers
//! lie.

use crate::{
    LANES, Precision,
    geometry::{Reads, Writes},
    kernels::{
        Square,
        winograd::{INPUT, OUTPUT, POSITIONS, WINDOW},
    },
};

/// The squares of 4 x 4 pixels of a convolution's output, numbered through all images.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    rows: usize,
    columns: usize,
    pub(crate) squares: usize,
}

/// Where the 36 numbers of each of `count` squares and `blocks` blocks of channels lie:
/// `[position][block][square][16]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SquareLayout {
    pub(crate) count: usize,
    pub(crate) blocks: usize,
}

impl SquareLayout {
    /// Floats from a position to the next: one cache line more than is used, so that the 36 do not
    /// compete for one place in the cache.
    pub(crate) fn position(self) -> usize {
        (self.blocks * self.count + 1) * LANES
    }

    /// Where a square's first number lies.
    pub(crate) fn at(self, block: usize, square: usize) -> usize {
        (block * self.count + square) * LANES
    }

    /// Floats from a block to the next.
    pub(crate) fn block(self) -> usize {
        self.count * LANES
    }

    pub(crate) fn len(self) -> usize {
        POSITIONS * self.position()
    }
}

impl Grid {
    pub(crate) fn new(writes: &Writes) -> Self {
        let (rows, columns) = (writes.h.div_ceil(OUTPUT), writes.w.div_ceil(OUTPUT));
        Self { rows, columns, squares: writes.n * rows * columns }
    }

    /// Image, row and column of a square's first pixel.
    pub(crate) fn at(&self, square: usize) -> [usize; 3] {
        let within = square % (self.rows * self.columns);
        let image = square / (self.rows * self.columns);
        [image, within / self.columns * OUTPUT, within % self.columns * OUTPUT]
    }

    /// Writes the factors of a square of the input to `to`, `position` floats apart.
    ///
    /// # Safety
    /// What `reads` and `writes` describe must lie within `x`, and `to` be valid for 36 vectors
    /// that nobody else uses.
    #[allow(unsafe_code)]
    pub(crate) unsafe fn transform_input(
        &self,
        transform: unsafe fn(&Square),
        (reads, writes): (&Reads, &Writes),
        x: &[f32],
        (square, block): (usize, usize),
        (to, position): (*mut f32, usize),
    ) {
        let [n, y, x0] = self.at(square);
        let at = n * reads.image + block * reads.block + y * reads.row + x0 * LANES;
        // Beyond what the last pixels of the output read there are zeros.
        let there = [writes.h - y, writes.w - x0].map(|left| (left + WINDOW - 1).min(INPUT));
        // SAFETY: as this function's.
        unsafe {
            transformed::<INPUT>(
                transform,
                (&x[reads.start + at..], reads.row, there),
                (to, position),
            )
        }
    }

    /// Writes the gradient of products from a square of the output's gradient to `to`, `position`
    /// floats apart.
    ///
    /// # Safety
    /// As of [`transform_input`](Self::transform_input), with `dy` for `x`.
    #[allow(unsafe_code)]
    pub(crate) unsafe fn transform_output_gradient(
        &self,
        transform: unsafe fn(&Square),
        writes: &Writes,
        dy: &[f32],
        (square, block): (usize, usize),
        (to, position): (*mut f32, usize),
    ) {
        let [n, y, x] = self.at(square);
        let at = n * writes.image + block * writes.block + y * writes.row + x * LANES;
        let there = [writes.h - y, writes.w - x].map(|left| left.min(OUTPUT));
        // SAFETY: as this function's.
        unsafe {
            transformed::<OUTPUT>(
                transform,
                (&dy[writes.start + at..], writes.row, there),
                (to, position),
            )
        }
    }
}

/// Transforms a square of `SIDE` by `SIDE` pixels to 36 vectors. So many rows and columns of it are
/// there, and the others are zeros.
///
/// # Safety
/// `from` holds the pixels that are there; the rest as of [`Grid::transform_input`].
#[allow(unsafe_code)]
unsafe fn transformed<const SIDE: usize>(
    transform: unsafe fn(&Square),
    (from, row, [rows, columns]): (&[f32], usize, [usize; 2]),
    (to, position): (*mut f32, usize),
) {
    debug_assert!(from.len() >= (rows - 1) * row + columns * LANES);
    let edge: [f32; INPUT * INPUT * LANES];
    let (from, row) = if [rows, columns] == [SIDE; 2] {
        (from.as_ptr(), row)
    } else {
        let mut copy = [0.0; INPUT * INPUT * LANES];
        for (i, to) in copy.chunks_exact_mut(SIDE * LANES).take(rows).enumerate() {
            to[..columns * LANES].copy_from_slice(&from[i * row..][..columns * LANES]);
        }
        edge = copy;
        (edge.as_ptr(), SIDE * LANES)
    };
    let square = Square {
        from,
        from_row: row as isize,
        from_column: LANES as isize,
        to,
        to_row: (INPUT * position) as isize,
        to_column: position as isize,
    };
    // SAFETY: `SIDE` by `SIDE` pixels of `edge`, or of the image by the caller's promise.
    unsafe { transform(&square) }
}

/// Whether taps stand in the reverse order of the pixels that they read; none where they are not a
/// window of 3 x 3 on f32 that steps by one pixel.
pub(crate) fn flipped(reads: &Reads, writes: &Writes) -> Option<bool> {
    let plain = [reads.precision, writes.precision] == [Precision::F32; 2];
    let dense = [reads.lanes, writes.pixel, reads.step] == [LANES, LANES, 1];
    let window = (0..WINDOW * WINDOW).map(|i| i / WINDOW * reads.row + i % WINDOW * LANES);
    if !plain || !dense {
        None
    } else if window.clone().eq(reads.taps.iter().copied()) {
        Some(false)
    } else if window.eq(reads.taps.iter().rev().copied()) {
        Some(true)
    } else {
        None
    }
}
