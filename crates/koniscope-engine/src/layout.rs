//! Where a value lies: `[n][c / lanes][y][x][lane]`, with a border of zeros around each picture
//! so that convolutions need no edge cases.

use crate::LANES;

/// Geometry of activations in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Layout {
    /// Pictures.
    pub(crate) n: usize,
    /// Channels that mean something; the lanes after the last are zero.
    pub(crate) channels: usize,
    /// Channels that stand together: 16, or all of an input of few.
    pub(crate) lanes: usize,
    /// Rows.
    pub(crate) h: usize,
    /// Columns.
    pub(crate) w: usize,
    /// Width of the border.
    pub(crate) halo: usize,
}

impl Layout {
    /// Activations in blocks of 16 channels.
    pub(crate) fn new([n, channels, h, w]: [usize; 4], halo: usize) -> Self {
        Self { n, channels, lanes: LANES, h, w, halo }
    }

    /// A picture as the network gets it: one or three channels stand together as they are.
    pub(crate) fn input([n, channels, h, w]: [usize; 4], halo: usize) -> Self {
        let lanes = if matches!(channels, 1 | 3) { channels } else { LANES };
        Self { n, channels, lanes, h, w, halo }
    }

    pub(crate) fn blocks(&self) -> usize {
        self.channels.div_ceil(self.lanes)
    }

    /// Floats from a row to the next.
    pub(crate) fn row(&self) -> usize {
        (self.w + 2 * self.halo) * self.lanes
    }

    /// Floats from a block to the next.
    pub(crate) fn plane(&self) -> usize {
        (self.h + 2 * self.halo) * self.row()
    }

    /// Floats from a picture to the next.
    pub(crate) fn image(&self) -> usize {
        self.blocks() * self.plane()
    }

    /// Floats in all.
    pub(crate) fn len(&self) -> usize {
        self.n * self.image()
    }

    /// Floats from the start of a plane to its first pixel.
    pub(crate) fn origin(&self) -> usize {
        self.halo * self.row() + self.halo * self.lanes
    }

    /// Start of a row of pixels.
    pub(crate) fn at(&self, n: usize, block: usize, y: usize) -> usize {
        n * self.image() + block * self.plane() + y * self.row() + self.origin()
    }

    /// Floats of a row's pixels.
    pub(crate) fn pixels(&self) -> usize {
        self.w * self.lanes
    }

    /// Writes `[n, c, h, w]` into place.
    pub(crate) fn store(&self, values: &[f32], to: &mut [f32]) {
        to[..self.len()].fill(0.0);
        for (i, row) in values.chunks_exact(self.w).enumerate() {
            let (n, c, y) = (i / (self.channels * self.h), i / self.h % self.channels, i % self.h);
            let at = self.at(n, c / self.lanes, y) + c % self.lanes;
            for (x, v) in row.iter().enumerate() {
                to[at + x * self.lanes] = *v;
            }
        }
    }

    /// Reads `[n, c, h, w]` back.
    pub(crate) fn load(&self, from: &[f32]) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.n * self.channels * self.h * self.w);
        for n in 0..self.n {
            for c in 0..self.channels {
                for y in 0..self.h {
                    let at = self.at(n, c / self.lanes, y) + c % self.lanes;
                    values.extend((0..self.w).map(|x| from[at + x * self.lanes]));
                }
            }
        }
        values
    }

    /// Sets the border of block `block` of picture `n` to zero.
    pub(crate) fn clear_border(&self, plane: &mut [f32]) {
        if self.halo == 0 {
            return;
        }
        let (row, edge) = (self.row(), self.halo * self.lanes);
        let rows = self.h + 2 * self.halo;
        plane[..self.halo * row].fill(0.0);
        plane[(rows - self.halo) * row..rows * row].fill(0.0);
        for y in self.halo..rows - self.halo {
            plane[y * row..][..edge].fill(0.0);
            plane[(y + 1) * row - edge..(y + 1) * row].fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_and_borders_are_zero() {
        for (layout, shape) in [
            (Layout::new([2, 19, 3, 5], 1), [2, 19, 3, 5]),
            (Layout::input([1, 3, 4, 2], 3), [1, 3, 4, 2]),
        ] {
            let values: Vec<f32> = (1..=shape.iter().product()).map(|v| v as f32).collect();
            let mut memory = vec![9.0; layout.len()];
            layout.store(&values, &mut memory);
            assert_eq!(layout.load(&memory), values);
            assert_eq!(memory.iter().filter(|v| **v != 0.0).count(), values.len());
            let mut again = vec![7.0; layout.plane()];
            layout.clear_border(&mut again);
            let inside = layout.h * layout.pixels();
            assert_eq!(again.iter().filter(|v| **v != 0.0).count(), inside);
        }
    }
}
