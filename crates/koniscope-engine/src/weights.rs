//! Weights in the order in which tiles read them.

use crate::{LANES, buffer::Buffer, kernels::Kernels};

/// Weights of one convolution for one level: `[panel][input block][tap][input lane][16 * N]`, a
/// panel being `N` blocks of output channels.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    values: Buffer,
    /// Blocks of output channels.
    pub(crate) blocks: usize,
    /// Blocks of a panel; the last may have fewer.
    pub(crate) panel: usize,
    /// Inputs: blocks times taps times lanes.
    inputs: usize,
}

/// What there is to pack: sizes, and where the weights come from.
pub(crate) struct Source<'a> {
    /// Output channels.
    pub(crate) out: usize,
    /// Where each input slot's values come from: slots of an input block stand together, and a
    /// slot without a channel is padding.
    pub(crate) slots: &'a [Option<usize>],
    /// Slots of an input block.
    pub(crate) lanes: usize,
    /// Taps.
    pub(crate) taps: usize,
    /// Weight of output channel, input channel and tap.
    pub(crate) value: &'a dyn Fn(usize, usize, usize) -> f32,
}

impl Packed {
    pub(crate) fn new(kernels: &Kernels, source: &Source) -> Self {
        let blocks = source.out.div_ceil(LANES);
        let panel = kernels.blocks.min(blocks);
        let inputs = source.slots.len() * source.taps;
        let mut packed = Self { values: Buffer::zeros(blocks * LANES * inputs), blocks, panel, inputs };
        packed.fill(source);
        packed
    }

    /// Writes weights anew, for the same sizes.
    pub(crate) fn fill(&mut self, source: &Source) {
        let (inputs, panel, blocks) = (self.inputs, self.panel, self.blocks);
        let values = &mut self.values;
        for first in (0..blocks).step_by(panel) {
            let width = panel.min(blocks - first) * LANES;
            let base = first * LANES * inputs;
            for (s, slot) in source.slots.iter().enumerate() {
                let Some(channel) = slot else { continue };
                let (block, lane) = (s / source.lanes, s % source.lanes);
                for tap in 0..source.taps {
                    let at = base + ((block * source.taps + tap) * source.lanes + lane) * width;
                    let outs = (first * LANES..source.out).take(width);
                    for (to, out) in values[at..at + width].iter_mut().zip(outs) {
                        *to = (source.value)(out, *channel, tap);
                    }
                }
            }
        }
    }

    /// Weights of the panel that begins at output block `first`, and its blocks.
    pub(crate) fn panel(&self, first: usize) -> (&[f32], usize) {
        let blocks = self.panel.min(self.blocks - first);
        (&self.values[first * LANES * self.inputs..][..blocks * LANES * self.inputs], blocks)
    }

    /// Inputs of every output: blocks times taps times lanes.
    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    pub(crate) fn bytes(&self) -> usize {
        self.values.len() * 4
    }
}
