//! A weight's gradient into PyTorch's order.

use rayon::prelude::*;

use super::tasks::Shape;
use crate::{
    LANES,
    weights::{Slots, Weight},
};

/// Where a gradient goes.
pub(crate) struct Grad<'a> {
    pub(crate) values: &'a mut [f32],
    /// Sizes of the weight.
    pub(crate) shape: Weight<'static>,
    /// Whether the weight's first axis is its input, as an upsampling's; then of which tap.
    pub(crate) transposed: bool,
    pub(crate) tap: usize,
}

impl Shape {
    /// The gradient `dw` in PyTorch's order: `[a, b, taps]`, `a` being the output. Of a transposed
    /// weight one tap is written, and the others stay as they are.
    pub(super) fn unpack(&self, dw: &[f32], inputs: Slots, outputs: usize, to: &mut Grad) {
        let taps = self.reads.taps.len();
        // Sixteen outputs of an input lie together.
        let at = |o: usize, slot: usize, tap: usize| {
            let (block, lane) = (slot / inputs.lanes, slot % inputs.lanes);
            let first = o / LANES / self.panel * self.panel;
            let width = self.panel.min(self.blocks - first) * LANES;
            let base = first * LANES * self.reads.blocks * self.inputs;
            let input = block * self.inputs + tap * inputs.lanes + lane;
            base + input * width + o - first * LANES
        };
        let (b, all) = (to.shape.b, to.shape.taps);
        if to.transposed {
            for (slot, channel) in inputs.channels.iter().enumerate() {
                let Some(i) = channel else { continue };
                for o in 0..outputs {
                    to.values[(i * b + o) * all + to.tap] = dw[at(o, slot, 0)];
                }
            }
            return;
        }
        let row = b * all;
        to.values.par_chunks_mut(LANES * row).enumerate().for_each(|(block, rows)| {
            for (slot, channel) in inputs.channels.iter().enumerate() {
                let Some(i) = channel else { continue };
                for tap in 0..taps {
                    let from = &dw[at(block * LANES, slot, tap)..][..LANES];
                    let to = rows[i * taps + tap..].iter_mut().step_by(row);
                    to.zip(from).for_each(|(to, from)| *to = *from);
                }
            }
        });
    }
}
