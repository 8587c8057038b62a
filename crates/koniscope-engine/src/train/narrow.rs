//! Convolutions of a training step on numbers of 16 bits: activations and gradients are copied to
//! bf16 for them, weights packed in it; sums, what is kept and the weights themselves stay f32.

use rayon::prelude::*;

use crate::{
    LANES, Precision,
    buffer::Buffer,
    kernels::{Kernels, rows},
    layout::Layout,
};

/// Loops on bf16 and room for one copy.
pub(super) struct Narrow {
    pub(super) kernels: Kernels,
    copy: Buffer,
}

impl Narrow {
    pub(super) fn new(kernels: Kernels) -> Self {
        Self { kernels, copy: Buffer::default() }
    }

    /// Where the copy of a value of `slots` slots lies.
    pub(super) fn layout(from: &Layout, slots: usize) -> Layout {
        Layout::new([from.n, slots, from.h, from.w], from.halo).with(Precision::Bf16)
    }

    /// Copies a value, borders with it: a word holds the same lane of two blocks of 16.
    pub(super) fn copy(&mut self, from: &Layout, values: &[f32], to: &Layout) -> &[f32] {
        self.copy.grow(to.len());
        let (plane, blocks) = (to.plane(), to.blocks());
        let own = to.channels.div_ceil(LANES);
        let zeros = vec![0.0; plane];
        self.copy[..to.len()].par_chunks_mut(plane).enumerate().for_each(|(i, words)| {
            let (n, pair) = (i / blocks, i % blocks);
            let block = |b: usize| match b < own {
                true => &values[from.plane_at(n, b)..][..plane],
                false => &zeros[..],
            };
            rows::pair_up(self.kernels.supported(), words, block(2 * pair), block(2 * pair + 1));
        });
        &self.copy
    }
}
