//! Where a convolution reads and writes in memory, and the proof that it stays there.

mod directions;

pub(crate) use directions::{all, backward, every, forward};

use crate::{LANES, Precision};

/// Where a convolution reads: tap `t` of input block `b` for output pixel `(y, x)` of image `n`
/// lies at `start + n * image + b * block + taps[t] + y * row + x * step * lanes`.
///
/// Distances are in words of 32 bits: in f32 a word is one channel, in bf16 two.
#[derive(Clone, Debug)]
pub(crate) struct Reads {
    /// From the start of memory to the first pixel's first tap.
    pub(crate) start: usize,
    /// From an image to the next.
    pub(crate) image: usize,
    /// From an input block to the next.
    pub(crate) block: usize,
    /// Input blocks.
    pub(crate) blocks: usize,
    /// Words of an input pixel: 16, or one or three where the network's input has so many channels.
    pub(crate) lanes: usize,
    /// Input columns from an output column to the next: 1 or 2.
    pub(crate) step: usize,
    /// From an output row's input to the next row's.
    pub(crate) row: usize,
    /// From a pixel's first tap to each of its taps.
    pub(crate) taps: Vec<usize>,
    /// What a word holds.
    pub(crate) precision: Precision,
}

/// Where a convolution writes: output pixel `(y, x)` of image `n` and block `b` lies at
/// `start + n * image + b * block + y * row + x * pixel`, sixteen words long.
///
/// Distances are in words of 32 bits: in f32 a word is one channel, in bf16 two.
#[derive(Clone, Debug)]
pub(crate) struct Writes {
    /// From the start of memory to the first pixel.
    pub(crate) start: usize,
    /// From an image to the next.
    pub(crate) image: usize,
    /// From a block of 16 words per pixel to the next.
    pub(crate) block: usize,
    /// From a row to the next.
    pub(crate) row: usize,
    /// From a pixel to the next.
    pub(crate) pixel: usize,
    /// Images.
    pub(crate) n: usize,
    /// Rows.
    pub(crate) h: usize,
    /// Columns.
    pub(crate) w: usize,
    /// What a word holds.
    pub(crate) precision: Precision,
}

/// What is done to each sum.
#[derive(Clone, Copy, Default)]
pub(crate) struct Finish<'a> {
    /// Added per output channel, in whole blocks.
    pub(crate) bias: Option<&'a [f32]>,
    /// Added per value, laid out as the output.
    pub(crate) residual: Option<&'a [f32]>,
    /// Adds to what is there; not together with `residual`.
    pub(crate) accumulate: bool,
    /// max(x, 0) at the end.
    pub(crate) relu: bool,
}

impl Reads {
    /// One past the last word that is read for all of `writes`; none where that is no address, or
    /// nothing is read.
    pub(crate) fn end(&self, writes: &Writes) -> Option<usize> {
        let tap = self.taps.iter().max().unwrap_or(&0);
        let pixel = self.step.checked_mul(self.lanes)?;
        let axes = [
            (writes.n, self.image),
            (self.blocks, self.block),
            (writes.h, self.row),
            (writes.w, pixel),
        ];
        axes.into_iter()
            .try_fold(self.start.checked_add(*tap)?, |at, axis| at.checked_add(last(axis)?))?
            .checked_add(self.lanes)
    }
}

impl Writes {
    /// One past the last word that is written for `blocks` blocks of 16 channels; none where that
    /// is no address, nothing is written, or two pixels, rows, blocks or images overlap.
    pub(crate) fn end(&self, blocks: usize) -> Option<usize> {
        let blocks = blocks.checked_mul(LANES)?.div_ceil(self.precision.per_block());
        let axes =
            [(self.w, self.pixel), (self.h, self.row), (blocks, self.block), (self.n, self.image)];
        // From the inside out: what is repeated is not longer than the way to the next.
        let length = axes.into_iter().try_fold(LANES, |length, axis| {
            let (count, distance) = axis;
            let apart = count <= 1 || length <= distance;
            length.checked_add(last(axis)?).filter(|_| apart)
        })?;
        self.start.checked_add(length)
    }

    /// Words from the first output block of 16 channels to block `i`.
    pub(crate) fn block_at(&self, i: usize) -> usize {
        i * LANES / self.precision.per_block() * self.block
    }
}

/// Way from the first to the last of `count` things that lie `distance` apart.
fn last((count, distance): (usize, usize)) -> Option<usize> {
    count.checked_sub(1)?.checked_mul(distance)
}

/// Shows that every address that a convolution reads in `x` or writes in `blocks` blocks of `y`
/// lies within its slice, and that no two outputs share a word; gives the end of the output.
///
/// # Panics
/// If one does not.
pub(crate) fn check(
    (reads, writes): (&Reads, &Writes),
    blocks: usize,
    x: &[f32],
    y: &[f32],
) -> usize {
    let end = reads.end(writes).expect("a convolution reads pixels that have addresses");
    assert!(end <= x.len(), "input of {} words, {end} are read", x.len());
    let end = writes.end(blocks).expect("an output's pixels have addresses and lie apart");
    assert!(end <= y.len(), "output of {} words, {end} are used", y.len());
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Layout;

    #[test]
    fn outputs_that_overlap_or_wrap_have_no_end() {
        let layout = Layout::new([2, 40, 5, 7], 1);
        let good = all(&layout);
        let [n, blocks, h, w] = [2, 3, 5, 7];
        let last_pixel = layout.at(n - 1, blocks - 1, h - 1) + (w - 1) * LANES;
        assert_eq!(good.end(blocks), Some(last_pixel + LANES));
        type Change = fn(&mut Writes);
        let changes: [(&str, Change); 7] = [
            ("pixels", |w| w.pixel = LANES - 1),
            ("rows", |w| w.row = 7 * LANES - 1),
            ("blocks", |w| w.block = w.row * 4),
            ("images", |w| w.image = w.block * 2),
            ("no image", |w| w.n = 0),
            ("an address that wraps", |w| (w.n, w.image) = (1 << 40, 1 << 40)),
            ("a start that wraps", |w| w.start = usize::MAX),
        ];
        for (what, change) in changes {
            let mut bad = good.clone();
            change(&mut bad);
            assert_eq!(bad.end(blocks), None, "{what}");
        }
    }

    #[test]
    fn inputs_that_wrap_have_no_end() {
        let window = crate::window::Window { kh: 3, kw: 3, stride: 1, padding: 1 };
        let layout = Layout::new([1, 16, 4, 6], 1);
        let (reads, writes) = (forward(&layout, &window), all(&layout));
        assert_eq!(reads.end(&writes), Some(layout.len()));
        let wrapping = Reads { row: usize::MAX / 2, ..reads.clone() };
        assert_eq!(wrapping.end(&writes), None);
        assert_eq!(reads.end(&Writes { w: 0, ..writes }), None);
    }
}
