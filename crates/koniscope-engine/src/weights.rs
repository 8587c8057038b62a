//! Weights in the order in which tiles read them.

mod order;
mod transformed;

use std::sync::OnceLock;

use rayon::prelude::*;

use crate::{
    LANES,
    buffer::Buffer,
    kernels::{Kernels, Supported, rows},
};
use transformed::Transformed;

/// Weights of one convolution for one level: `[panel][input block][tap][input lane][16 * N]`, a
/// panel being `N` blocks of output channels, the last one of fewer.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    values: Buffer,
    /// Blocks of output channels.
    pub(crate) blocks: usize,
    /// Blocks of a panel.
    pub(crate) panel: usize,
    /// Inputs: blocks times taps times lanes.
    inputs: usize,
    pairing: Option<Pairing>,
    /// What Winograd's convolution multiplies by, once it was asked for.
    transformed: OnceLock<Transformed>,
}

/// How weights in f32 become words of two bf16, as `Narrow` has them in training: a word holds the
/// same lane of two input blocks.
#[derive(Clone, Copy, Debug)]
struct Pairing {
    supported: Supported,
    taps: usize,
}

/// The channel of each slot, in blocks of `lanes` slots; none where a slot only fills a block.
#[derive(Clone, Copy)]
pub(crate) struct Slots<'a> {
    pub(crate) channels: &'a [Option<usize>],
    pub(crate) lanes: usize,
}

/// A weight `[a, b, taps]` in PyTorch's order.
#[derive(Clone, Copy)]
pub(crate) struct Weight<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) b: usize,
    pub(crate) taps: usize,
}

/// Slots of channels that stand together: `channels` of them, filled up to whole blocks of 16.
pub(crate) fn plain_slots(channels: usize) -> Vec<Option<usize>> {
    (0..channels.next_multiple_of(LANES)).map(|s| (s < channels).then_some(s)).collect()
}

impl Packed {
    /// Room for weights of `out_blocks` blocks of 16 outputs and `inputs` inputs, all zero.
    pub(crate) fn zeros(kernels: &Kernels, out_blocks: usize, inputs: usize) -> Self {
        let panel = kernels.blocks.min(out_blocks);
        let values = Buffer::zeros(out_blocks * LANES * inputs);
        Self {
            values,
            blocks: out_blocks,
            panel,
            inputs,
            pairing: None,
            transformed: OnceLock::new(),
        }
    }

    /// [`zeros`](Self::zeros) for `pairs` pairs of input blocks in bf16; what fills it rounds.
    pub(crate) fn paired(kernels: &Kernels, out_blocks: usize, pairs: usize, taps: usize) -> Self {
        let pairing = Some(Pairing { supported: kernels.supported(), taps });
        Self { pairing, ..Self::zeros(kernels, out_blocks, pairs * taps * LANES) }
    }

    /// Calls for every panel, which is f32 for `write`, with its first block and its width.
    fn fill(&mut self, write: impl Fn(usize, usize, &mut [f32]) + Sync) {
        self.fill_values(write);
        if let Some(transformed) = self.transformed.get_mut() {
            transformed.fill(&self.values);
        }
    }

    fn fill_values(&mut self, write: impl Fn(usize, usize, &mut [f32]) + Sync) {
        let Some(Pairing { supported, taps }) = self.pairing else {
            return self.panels().for_each(|(first, width, panel)| write(first, width, panel));
        };
        self.panels().for_each_init(Vec::new, |wide, (first, width, panel)| {
            wide.clear();
            wide.resize(2 * panel.len(), 0.0);
            write(first, width, wide);
            let block = taps * LANES * width;
            for (words, halves) in panel.chunks_exact_mut(block).zip(wide.chunks_exact(2 * block)) {
                let (low, high) = halves.split_at(block);
                rows::pair_up(supported, words, low, high);
            }
        });
    }

    /// Every panel with its first block and its width in outputs.
    fn panels(&mut self) -> impl ParallelIterator<Item = (usize, usize, &mut [f32])> {
        let (panel, blocks, inputs) = (self.panel, self.blocks, self.inputs);
        let size = (panel * LANES * inputs).max(1);
        self.values.par_chunks_mut(size).enumerate().map(move |(i, values)| {
            let first = i * panel;
            (first, panel.min(blocks - first) * LANES, values)
        })
    }

    /// Weights of the panel that begins at output block `first`, and its blocks.
    pub(crate) fn panel(&self, first: usize) -> (&[f32], usize) {
        let blocks = self.panel.min(self.blocks - first);
        (&self.values[first * LANES * self.inputs..][..blocks * LANES * self.inputs], blocks)
    }

    /// What Winograd's convolution multiplies by; `flipped` where taps stand in the reverse order
    /// of the pixels that they read.
    pub(crate) fn transformed(&self, kernels: &Kernels, flipped: bool) -> &[f32] {
        let transformed = self.transformed.get().unwrap_or_else(|| {
            // Not while the cell waits: the threads that transform might ask for it too.
            let sizes = (self.inputs, self.panel * LANES * self.inputs);
            let new = Transformed::new(kernels, &self.values, sizes, flipped);
            self.transformed.get_or_init(|| new)
        });
        transformed.values(flipped)
    }

    /// Inputs of every output: blocks times taps times lanes.
    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    pub(crate) fn bytes(&self) -> usize {
        self.values.len() * 4
    }
}
