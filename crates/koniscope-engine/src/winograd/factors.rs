//! Windows of 3 x 3 as factors of 36 products.

use rayon::prelude::*;

use crate::{
    LANES,
    buffer::Buffer,
    kernels::{
        Kernels, Square,
        square::{INPUT, POSITIONS, WINDOW},
    },
};

const TAPS: usize = WINDOW * WINDOW;

/// Factors of packed weights: `[panel][position][input block][input lane][16 * N]`.
#[derive(Clone, Debug)]
pub(crate) struct Factors {
    values: Buffer,
    /// Floats of a panel of weights; the last one's may be fewer.
    panel: usize,
    /// Input blocks.
    blocks: usize,
    flipped: bool,
    window: unsafe fn(&Square),
}

impl Factors {
    /// Of `weights`, packed as `[panel][input block][tap][input lane][16 * N]` for `inputs` inputs and taps, a
    /// panel being `panel` floats; `flipped` where taps stand in the reverse order of the pixels that they read.
    pub(crate) fn new(
        kernels: &Kernels,
        weights: &[f32],
        (inputs, panel): (usize, usize),
        flipped: bool,
    ) -> Self {
        let values = Buffer::zeros(weights.len() / TAPS * POSITIONS);
        let (blocks, window) = (inputs / (TAPS * LANES), kernels.squares.window);
        let mut factors = Self { values, panel, blocks, flipped, window };
        factors.fill(weights);
        factors
    }

    /// Anew for weights of the same sizes.
    #[allow(unsafe_code)]
    pub(crate) fn fill(&mut self, weights: &[f32]) {
        let (blocks, flipped, window) = (self.blocks, self.flipped, self.window);
        let panels = self.values.par_chunks_mut(self.panel / TAPS * POSITIONS);
        panels.zip(weights.par_chunks(self.panel)).for_each(|(to, from)| {
            let position = to.len() / POSITIONS;
            // Floats of an input block's tap: lanes by outputs.
            let tap = position / blocks;
            let (first, step) =
                if flipped { ((TAPS - 1) * tap, -(tap as isize)) } else { (0, tap as isize) };
            for i in (0..position).step_by(LANES) {
                let (block, within) = (i / tap, i % tap);
                let from = &from[block * TAPS * tap + within..];
                let square = Square {
                    from: from[first..].as_ptr(),
                    from_row: WINDOW as isize * step,
                    from_column: step,
                    to: to[i..].as_mut_ptr(),
                    to_row: (INPUT * position) as isize,
                    to_column: position as isize,
                };
                // SAFETY: nine taps of a block, and 36 positions, each `position` floats of which these are
                // sixteen; the level is one that this processor has.
                unsafe { window(&square) };
            }
        });
    }

    /// The factors, for taps in the order that they were made for.
    pub(crate) fn values(&self, flipped: bool) -> &[f32] {
        assert_eq!(self.flipped, flipped, "weights are read in one order");
        &self.values
    }
}
