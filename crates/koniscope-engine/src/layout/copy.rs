//! Values into their layout and back.

use super::Layout;
use crate::{Precision, bf16};

impl Layout {
    /// Writes `[n, c, h, w]` into place, zeros around.
    ///
    /// # Panics
    /// If there are more or fewer values.
    pub(crate) fn store(&self, values: &[f32], to: &mut [f32]) {
        assert_eq!(values.len(), self.n * self.channels * self.h * self.w, "values of {self:?}");
        for n in 0..self.n {
            let at = self.plane_at(n, 0);
            to[at..at + self.blocks() * self.plane()].fill(0.0);
        }
        for (i, row) in values.chunks_exact(self.w).enumerate() {
            let (n, c, y) = (i / (self.channels * self.h), i / self.h % self.channels, i % self.h);
            let (at, shift) = self.channel(n, c, y);
            for (to, v) in to[at..].iter_mut().step_by(self.lanes).zip(row) {
                *to = match self.precision {
                    Precision::F32 => *v,
                    Precision::Bf16 => bf16::set(*to, shift, *v),
                };
            }
        }
    }

    /// Where a channel's row begins, and which half of a word it is.
    fn channel(&self, n: usize, c: usize, y: usize) -> (usize, u32) {
        let (block, within) = (c / self.per_block(), c % self.per_block());
        match self.precision {
            Precision::F32 => (self.at(n, block, y) + within, 0),
            Precision::Bf16 => (self.at(n, block, y) + within / 2, 16 * (within % 2) as u32),
        }
    }

    /// Reads `[n, c, h, w]` back.
    pub(crate) fn load(&self, from: &[f32]) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.n * self.channels * self.h * self.w);
        for n in 0..self.n {
            for c in 0..self.channels {
                for y in 0..self.h {
                    let (at, shift) = self.channel(n, c, y);
                    let row = from[at..].iter().step_by(self.lanes).take(self.w);
                    match self.precision {
                        Precision::F32 => values.extend(row),
                        Precision::Bf16 => values.extend(row.map(|word| bf16::get(*word, shift))),
                    }
                }
            }
        }
        values
    }

    /// Sets all borders to zero.
    pub(crate) fn clear_borders(&self, memory: &mut [f32]) {
        if self.halo == 0 {
            return;
        }
        let (row, edge) = (self.row(), self.halo * self.lanes);
        let rows = self.h + 2 * self.halo;
        for n in 0..self.n {
            for block in 0..self.blocks() {
                let plane = &mut memory[self.plane_at(n, block)..][..self.plane()];
                plane[..self.halo * row].fill(0.0);
                plane[(rows - self.halo) * row..].fill(0.0);
                for line in plane.chunks_exact_mut(row).skip(self.halo).take(self.h) {
                    line[..edge].fill(0.0);
                    line[row - edge..].fill(0.0);
                }
            }
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
            (Layout::new([2, 19, 3, 5], 1).within(7, 4), [2, 19, 3, 5]),
            (Layout::input([1, 3, 4, 2], 3), [1, 3, 4, 2]),
        ] {
            let values: Vec<f32> = (1..=shape.iter().product()).map(|v| v as f32).collect();
            let mut memory = vec![0.0; layout.len()];
            layout.store(&values, &mut memory);
            assert_eq!(layout.load(&memory), values);
            assert_eq!(memory.iter().filter(|v| **v != 0.0).count(), values.len());
            let mut again = vec![7.0; layout.len()];
            layout.clear_borders(&mut again);
            let kept = again.iter().filter(|v| **v != 0.0).count();
            let others = layout.n * (layout.holder - layout.blocks()) * layout.plane();
            assert_eq!(kept, layout.n * layout.blocks() * layout.h * layout.pixels() + others);
        }
    }

    #[test]
    fn bf16_comes_back_rounded() {
        let layout = Layout::new([2, 37, 3, 5], 1).with(Precision::Bf16);
        assert_eq!(layout.blocks(), 2);
        let values: Vec<f32> = (1..=2 * 37 * 15).map(|v| v as f32 * 1.001).collect();
        let mut memory = vec![0.0; layout.len()];
        layout.store(&values, &mut memory);
        for (found, value) in layout.load(&memory).iter().zip(&values) {
            assert!((found / value - 1.0).abs() < 1.0 / 256.0, "{found}, expected {value}");
        }
    }
}
