//! Where a value lies: `[n][c / lanes][y][x][lane]`, with a border of zeros around each image so
//! that convolutions need no edge cases.

mod copy;

use crate::{LANES, Precision};

/// Geometry of activations in memory, in words of 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Layout {
    /// Images.
    pub(crate) n: usize,
    /// Channels; the lanes after the last one are zero.
    pub(crate) channels: usize,
    /// Words of a pixel: 16, or one or three where the network's input has so many channels.
    pub(crate) lanes: usize,
    /// What a word holds: a channel, or two in bf16.
    pub(crate) precision: Precision,
    /// Rows.
    pub(crate) h: usize,
    /// Columns.
    pub(crate) w: usize,
    /// Width of the border in pixels, on all sides.
    pub(crate) halo: usize,
    /// Blocks of the memory that this lies in; a concatenation holds those of others too.
    holder: usize,
    /// First of its own blocks there.
    first: usize,
}

impl Layout {
    /// Activations in blocks of 16 channels.
    pub(crate) fn new([n, channels, h, w]: [usize; 4], halo: usize) -> Self {
        let holder = channels.div_ceil(LANES);
        let precision = Precision::F32;
        Self { n, channels, lanes: LANES, precision, h, w, halo, holder, first: 0 }
    }

    /// The same in another precision.
    pub(crate) fn with(self, precision: Precision) -> Self {
        let holder = self.channels.div_ceil(precision.per_block());
        Self { precision, holder, ..self }
    }

    /// An image as the network gets it: one or three channels stand together as they are.
    pub(crate) fn input(shape: [usize; 4], halo: usize) -> Self {
        match shape[1] {
            lanes @ (1 | 3) => Self { lanes, holder: 1, ..Self::new(shape, halo) },
            _ => Self::new(shape, halo),
        }
    }

    /// The same within memory of `holder` blocks, from block `first` on.
    ///
    /// # Panics
    /// If its own blocks reach beyond the memory.
    pub(crate) fn within(self, holder: usize, first: usize) -> Self {
        assert!(first + self.blocks() <= holder, "{first} + {} blocks of {holder}", self.blocks());
        Self { holder, first, ..self }
    }

    pub(crate) fn blocks(&self) -> usize {
        self.channels.div_ceil(self.per_block())
    }

    /// Channels of a block.
    fn per_block(&self) -> usize {
        self.precision.per_block() / LANES * self.lanes
    }

    /// Words from a row to the next.
    pub(crate) fn row(&self) -> usize {
        (self.w + 2 * self.halo) * self.lanes
    }

    /// Words from a block to the next.
    pub(crate) fn plane(&self) -> usize {
        (self.h + 2 * self.halo) * self.row()
    }

    /// Words from an image to the next.
    pub(crate) fn image(&self) -> usize {
        self.holder * self.plane()
    }

    /// Words of the memory in all; none where no memory is so large.
    pub(crate) fn checked_len(&self) -> Option<usize> {
        let side = |pixels: usize| pixels.checked_add(self.halo.checked_mul(2)?);
        let axes = [side(self.h)?, side(self.w)?, self.lanes, self.holder, self.n];
        let words = axes.into_iter().try_fold(1usize, usize::checked_mul)?;
        let bytes = words.checked_mul(size_of::<f32>())?;
        (bytes <= isize::MAX as usize).then_some(words)
    }

    /// [`checked_len`](Self::checked_len) of a layout that was checked.
    pub(crate) fn len(&self) -> usize {
        self.checked_len().expect("memory of a size that was checked")
    }

    /// Start of a block's plane, border included.
    pub(crate) fn plane_at(&self, n: usize, block: usize) -> usize {
        n * self.image() + (self.first + block) * self.plane()
    }

    /// Start of a row of pixels.
    pub(crate) fn at(&self, n: usize, block: usize, y: usize) -> usize {
        self.plane_at(n, block) + (y + self.halo) * self.row() + self.halo * self.lanes
    }

    /// Words of a row's pixels.
    pub(crate) fn pixels(&self) -> usize {
        self.w * self.lanes
    }
}
