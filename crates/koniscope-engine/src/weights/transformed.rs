//! Weights of windows of 3 x 3, transformed for Winograd's convolution.

use rayon::prelude::*;

use crate::{
    LANES,
    buffer::Buffer,
    kernels::{
        Kernels, Square,
        winograd::{INPUT, POSITIONS, WINDOW},
    },
};

const TAPS: usize = WINDOW * WINDOW;

/// Factors of packed weights, 36 per window: `[panel][position][input block][input lane][16 * N]`.
#[derive(Clone, Debug)]
pub(super) struct Transformed {
    values: Buffer,
    /// Floats of a panel of weights; the last one's may be fewer.
    panel: usize,
    /// Input blocks.
    blocks: usize,
    flipped: bool,
    filter: unsafe fn(&Square),
}

impl Transformed {
    /// Of `weights`, packed as `[panel][input block][tap][input lane][16 * N]` for `inputs` inputs
    /// and taps, a panel being `panel` floats; `flipped` where taps stand in the reverse order of
    /// the pixels that they read.
    pub(super) fn new(
        kernels: &Kernels,
        weights: &[f32],
        (inputs, panel): (usize, usize),
        flipped: bool,
    ) -> Self {
        let values = Buffer::zeros(weights.len() / TAPS * POSITIONS);
        let (blocks, filter) = (inputs / (TAPS * LANES), kernels.transforms.filter);
        let mut transformed = Self { values, panel, blocks, flipped, filter };
        transformed.fill(weights);
        transformed
    }

    /// Anew for weights of the same sizes.
    #[allow(unsafe_code)]
    pub(super) fn fill(&mut self, weights: &[f32]) {
        let (blocks, flipped, filter) = (self.blocks, self.flipped, self.filter);
        let panels = self.values.par_chunks_mut(self.panel / TAPS * POSITIONS);
        panels.zip(weights.par_chunks(self.panel)).for_each(|(to, from)| {
            let position = to.len() / POSITIONS;
            // Floats of an input block's tap: lanes by outputs.
            let tap = position / blocks;
            let (first, step) =
                if flipped { ((TAPS - 1) * tap, -(tap as isize)) } else { (0, tap as isize) };
            for i in (0..position).step_by(LANES) {
                let (block, within) = (i / tap, i % tap);
                // Flipped taps are read from the last to the first.
                let from = &from[block * TAPS * tap + within..];
                assert!(from.len() >= (TAPS - 1) * tap + LANES, "nine taps");
                let square = Square {
                    from: from.as_ptr().wrapping_add(first),
                    from_row: WINDOW as isize * step,
                    from_column: step,
                    to: to[i..].as_mut_ptr(),
                    to_row: (INPUT * position) as isize,
                    to_column: position as isize,
                };
                // SAFETY: sixteen floats of each of nine taps, and of 36 positions; the transform
                // is one of kernels that this processor has.
                unsafe { filter(&square) };
            }
        });
    }

    /// The factors, for taps in the order that they were made for.
    pub(super) fn values(&self, flipped: bool) -> &[f32] {
        assert_eq!(self.flipped, flipped, "weights are read in one order");
        &self.values
    }
}
