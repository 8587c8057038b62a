//! How a weight's gradient lies in memory, and how its parts are shared among threads.

use std::ops::Range;

use rayon::prelude::*;

use crate::{
    LANES,
    geometry::{Reads, Writes},
    shared::Shared,
};

/// A convolution seen from its weight, whose gradient lies as [`crate::weights::Packed`] does:
/// `[panel][input block][tap][input lane][16 * N]`.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Where the convolution reads its input.
    pub(super) reads: Reads,
    /// Where it writes its output: here the output's gradient lies.
    pub(super) writes: Writes,
    /// Blocks of 16 outputs.
    pub(super) blocks: usize,
    /// Blocks of a panel.
    pub(super) panel: usize,
    /// Inputs of an input block, in whole tiles.
    pub(super) inputs: usize,
}

/// What one task computes: in a part of the batch, a panel of outputs by a few input blocks.
pub(super) struct Task {
    pub(super) part: usize,
    pub(super) panel: usize,
    pub(super) blocks: Range<usize>,
}

impl Shape {
    /// Floats of the gradient.
    pub(super) fn size(&self) -> usize {
        self.blocks * LANES * self.reads.blocks * self.inputs
    }

    /// Calls for every task of `parts` parts of the batch and up to `step` input blocks, with its
    /// part of the gradient, zeros.
    #[allow(unsafe_code)]
    pub(super) fn for_tasks(
        &self,
        dw: &mut [f32],
        (parts, step): (usize, usize),
        run: impl Fn(Task, &mut [f32]) + Sync,
    ) {
        let (panels, steps) = (self.blocks.div_ceil(self.panel), self.reads.blocks.div_ceil(step));
        let shared = Shared::new(dw);
        (0..parts * panels * steps).into_par_iter().for_each(|i| {
            let start = i % steps * step;
            let blocks = start..(start + step).min(self.reads.blocks);
            let panel = i / steps % panels;
            let part = i / (steps * panels);
            let width = self.width(panel);
            let first = panel * self.panel * LANES * self.reads.blocks * self.inputs;
            let at = part * self.size() + first + start * self.inputs * width;
            // SAFETY: each part, panel and block has a range of its own.
            let dw = unsafe { shared.range(at, blocks.len() * self.inputs * width) };
            dw.fill(0.0);
            run(Task { part, panel, blocks }, dw);
        });
    }

    /// Outputs of a panel.
    pub(super) fn width(&self, panel: usize) -> usize {
        self.panel.min(self.blocks - panel * self.panel) * LANES
    }
}

/// Cuts what is summed over into parts, where there are few `tasks` besides.
pub(super) fn in_parts<T: Clone>(all: Vec<T>, tasks: usize) -> Vec<Vec<T>> {
    let threads = rayon::current_num_threads();
    let wanted = (3 * threads).div_ceil(tasks).clamp(1, all.len());
    let parts = if tasks >= 2 * threads { 1 } else { wanted };
    all.chunks(all.len().div_ceil(parts)).map(<[T]>::to_vec).collect()
}
