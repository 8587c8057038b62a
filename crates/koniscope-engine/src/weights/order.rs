//! Weights from PyTorch's order into that of tiles.

use rayon::prelude::*;

use super::{Packed, Slots, Weight};
use crate::{LANES, bf16, kernels::Kernels};

impl Packed {
    /// A weight whose first axis is the output: a convolution forward, an upsampling backward.
    /// Output channel `o` is multiplied by `scale[o]`.
    pub(crate) fn rows(
        kernels: &Kernels,
        weight: Weight,
        outputs: usize,
        inputs: Slots,
        scale: Option<&[f32]>,
    ) -> Self {
        let count = inputs.channels.len() * weight.taps;
        let mut packed = Self::zeros(kernels, outputs.div_ceil(LANES), count);
        packed.fill_rows(weight, outputs, inputs, scale);
        packed
    }

    /// [`rows`](Self::rows) anew, for the same sizes.
    pub(crate) fn fill_rows(
        &mut self,
        weight: Weight,
        outputs: usize,
        inputs: Slots,
        scale: Option<&[f32]>,
    ) {
        let row = weight.b * weight.taps;
        self.fill(|first, width, panel| {
            // Sixteen rows at once: their reads and the writes each go on where they were.
            for block in (0..width).step_by(LANES) {
                let o = first * LANES + block;
                let outs = LANES.min(outputs.saturating_sub(o));
                for (s, channel) in inputs.channels.iter().enumerate() {
                    let Some(i) = channel else { continue };
                    let (b, lane) = (s / inputs.lanes, s % inputs.lanes);
                    for tap in 0..weight.taps {
                        let at = ((b * weight.taps + tap) * inputs.lanes + lane) * width + block;
                        let from = o * row + i * weight.taps + tap;
                        for (k, to) in panel[at..at + outs].iter_mut().enumerate() {
                            *to = weight.values[from + k * row] * scale.map_or(1.0, |s| s[o + k]);
                        }
                    }
                }
            }
        });
    }

    /// A weight whose second axis is the output, of some of its taps: a convolution backward, an
    /// upsampling forward.
    pub(crate) fn columns(
        kernels: &Kernels,
        weight: Weight,
        inputs: usize,
        outputs: &[Option<usize>],
        taps: &[usize],
    ) -> Self {
        let count = inputs.next_multiple_of(LANES) * taps.len();
        let mut packed = Self::zeros(kernels, outputs.len() / LANES, count);
        packed.fill_columns(weight, inputs, outputs, taps);
        packed
    }

    /// [`columns`](Self::columns) anew, for the same sizes.
    pub(crate) fn fill_columns(
        &mut self,
        weight: Weight,
        inputs: usize,
        outputs: &[Option<usize>],
        taps: &[usize],
    ) {
        self.fill(|first, width, panel| {
            let outputs = &outputs[first * LANES..][..width];
            // Channels of a block follow one another; what is left of it is padding.
            let blocks: Vec<(usize, usize)> = outputs
                .chunks_exact(LANES)
                .map(|slots| (slots[0].unwrap_or(0), slots.iter().flatten().count()))
                .collect();
            for i in 0..inputs {
                let row = &weight.values[i * weight.b * weight.taps..][..weight.b * weight.taps];
                for (t, tap) in taps.iter().enumerate() {
                    let at = ((i / LANES * taps.len() + t) * LANES + i % LANES) * width;
                    let to = panel[at..at + width].chunks_exact_mut(LANES);
                    for (to, (channel, count)) in to.zip(&blocks) {
                        let from = row[channel * weight.taps + tap..].iter().step_by(weight.taps);
                        to.iter_mut().zip(from).take(*count).for_each(|(to, from)| *to = *from);
                    }
                }
            }
        });
    }

    /// [`rows`](Self::rows) or [`columns`](Self::columns) in words of two bf16: outputs and inputs
    /// by their slots, `value` giving the weight of output channel, input channel and tap.
    pub(crate) fn bf16(
        kernels: &Kernels,
        outputs: &[Option<usize>],
        inputs: &[Option<usize>],
        taps: usize,
        value: &(dyn Fn(usize, usize, usize) -> f32 + Sync),
    ) -> Self {
        let blocks = outputs.len().div_ceil(LANES);
        let mut packed = Self::zeros(kernels, blocks, inputs.len() / 2 * taps);
        packed.panels().for_each(|(first, width, panel)| {
            for (pair, halves) in inputs.chunks_exact(2).enumerate() {
                let (block, word) = (pair / LANES, pair % LANES);
                for tap in 0..taps {
                    let at = ((block * taps + tap) * LANES + word) * width;
                    let outputs = outputs[first * LANES..].iter().take(width);
                    for (to, output) in panel[at..at + width].iter_mut().zip(outputs) {
                        let half = |i: usize| match (output, halves[i]) {
                            (Some(o), Some(i)) => value(*o, i, tap),
                            _ => 0.0,
                        };
                        *to = bf16::word(half(0), half(1));
                    }
                }
            }
        });
        packed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Level;

    #[test]
    fn what_is_packed_stands_where_tiles_read() {
        let kernels = Kernels::of(Level::Portable, crate::Precision::F32).expect("always there");
        let (a, b, taps) = (19, 5, 4);
        let values: Vec<f32> = (1..=a * b * taps).map(|v| v as f32).collect();
        let weight = Weight { values: &values, b, taps };
        let slots: Vec<Option<usize>> = (0..16).map(|s| (s < b).then_some(s)).collect();
        let rows =
            Packed::rows(&kernels, weight, a, Slots { channels: &slots, lanes: LANES }, None);
        assert_eq!((rows.blocks, rows.inputs()), (2, 16 * taps));
        // Output 17, input 3, tap 2: block 1, lane 1.
        assert_eq!(rows.panel(1).0[(2 * 16 + 3) * 16 + 1], values[(17 * b + 3) * taps + 2]);
        let columns = Packed::columns(&kernels, weight, a, &slots, &[3, 1]);
        assert_eq!((columns.blocks, columns.inputs()), (1, 32 * 2));
        // Input 17 is lane 1 of block 1; its second tap is 1; output 4.
        let at = ((2 + 1) * 16 + 1) * 16 + 4;
        assert_eq!(columns.panel(0).0[at], values[(17 * b + 4) * taps + 1]);
    }
}
