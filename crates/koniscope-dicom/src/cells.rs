//! Stored values out of cells, and what cells say against the header.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::{
    Error, Grid, Picture,
    error::{bad, damaged},
};

/// Values that bits beside the stored ones can take as overlays: four planes.
const OVERLAYS: usize = 16;

impl Grid {
    /// The picture in native Pixel Data; `words` if it was written as 16-bit words.
    ///
    /// # Errors
    /// As for [`picture`](Self::picture).
    pub(crate) fn picture_of_native(
        &self,
        value: &[u8],
        big_endian: bool,
        words: bool,
    ) -> Result<Picture, Error> {
        if !big_endian {
            return self.picture(value, self.cell_bytes());
        }
        let mut value = value.to_vec();
        // Words of 16 bits come with their bytes exchanged, whatever the cells in them are
        // (PS3.5 section 7.3); cells of 16 bits are words also if they call themselves bytes.
        if words || self.cell_bytes() == 2 {
            value.as_chunks_mut::<2>().0.iter_mut().for_each(|word| word.reverse());
        }
        self.picture(&value, self.cell_bytes())
    }

    /// The picture in little-endian cells of `cell_bytes`, 1 or 2.
    ///
    /// # Errors
    /// [`Error::Damaged`] if bytes are missing; [`Error::BadHeader`] if there is more than one such
    /// picture, or values with more bits than declared.
    pub(crate) fn picture(&self, cells: &[u8], cell_bytes: usize) -> Result<Picture, Error> {
        let needed = self.pixels() * cell_bytes;
        let Some((cells, spare)) = cells.split_at_checked(needed) else {
            return damaged(format!(
                "{} x {} pixels need {needed} bytes of Pixel Data, {} were found",
                self.width,
                self.height,
                cells.len()
            ));
        };
        let row = self.width * cell_bytes;
        if spare.len() >= row.max(2) && spare.iter().any(|byte| *byte != 0) {
            return bad(format!(
                "Pixel Data (7FE0,0010) has {} bytes, but {} x {} pixels of {} bits need {needed}; \
                 Rows, Columns or Bits Allocated are wrong, or there is more than one frame",
                needed + spare.len(),
                self.width,
                self.height,
                8 * cell_bytes
            ));
        }
        Ok(Picture {
            grid: *self,
            stored: self.stored(cells, cell_bytes),
            // A length is even.
            spare_bytes: if spare.len() == 1 { 0 } else { spare.len() },
            cut_bits: self.check_bits(cells, cell_bytes)?,
        })
    }

    /// Unused bits cut off, sign extended.
    fn stored(&self, cells: &[u8], cell_bytes: usize) -> Vec<i32> {
        if cell_bytes == 1 {
            cells.par_iter().map(|cell| self.value(u32::from(*cell))).collect()
        } else {
            let cells = cells.as_chunks::<2>().0.par_iter();
            cells.map(|cell| self.value(u32::from(u16::from_le_bytes(*cell)))).collect()
        }
    }

    /// The value in a cell.
    pub(crate) fn value(&self, cell: u32) -> i32 {
        let unused = u32::BITS - self.bits_stored;
        let top = (cell >> self.shift) << unused;
        if self.signed { top.cast_signed() >> unused } else { (top >> unused).cast_signed() }
    }

    /// Whether bits above the stored ones hold anything, as an old overlay does.
    ///
    /// # Errors
    /// [`Error::BadHeader`] if they belong to the values: they say much, or where they change the
    /// whole value goes on without a jump.
    fn check_bits(&self, cells: &[u8], cell_bytes: usize) -> Result<bool, Error> {
        let bits = 8 * cell_bytes as u32;
        let whole = Self { bits_stored: bits.saturating_sub(self.shift).max(1), ..*self };
        if whole.bits_stored <= self.bits_stored {
            return Ok(false);
        }
        let cell = |i: usize| match cell_bytes {
            1 => u32::from(cells[i]),
            _ => u32::from(u16::from_le_bytes([cells[2 * i], cells[2 * i + 1]])),
        };
        // What is left of a cell without its value: nothing, where a sign is masked or goes on above.
        let rest = |cell: u32| match (cell >> self.shift) >> self.bits_stored {
            0 => 0,
            _ => whole.value(cell) - self.value(cell),
        };
        if (0..self.pixels()).into_par_iter().all(|i| rest(cell(i)) == 0) {
            return Ok(false);
        }
        let (mut seen, mut changes, mut smooth) = (BTreeSet::new(), 0usize, 0usize);
        for i in 0..self.pixels() {
            let (before, here) = (cell(i.saturating_sub(1)), cell(i));
            if i == 0 || rest(before) != rest(here) {
                seen.insert(rest(here));
                changes += 1;
                let step = whole.value(before).abs_diff(whole.value(here));
                smooth += usize::from(i > 0 && step < 1 << (self.bits_stored - 1));
            }
        }
        if seen.len() > OVERLAYS || 2 * smooth > changes {
            return bad(format!(
                "its values have up to {} bits, Bits Stored (0028,0101) says {}",
                whole.bits_stored, self.bits_stored
            ));
        }
        Ok(true)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn grid(bits_allocated: u32, bits_stored: u32, shift: u32, signed: bool) -> Grid {
        Grid { width: 2, height: 1, bits_allocated, bits_stored, shift, signed }
    }

    #[test]
    fn values_are_cut_out_of_their_cells() {
        let cases = [
            (grid(8, 8, 0, false), vec![0, 255], [0, 255]),
            (grid(8, 8, 0, true), vec![0x80, 0x7f], [-128, 127]),
            (grid(8, 6, 2, false), vec![0b1111_1111, 0b0000_0111], [63, 1]),
            (grid(16, 16, 0, false), vec![0, 0x80, 0xff, 0xff], [32768, 65535]),
            (grid(16, 16, 0, true), vec![0, 0x80, 0xff, 0xff], [-32768, -1]),
            // Rubbish (an old overlay) above 12 bits.
            (grid(16, 12, 0, false), vec![0x34, 0xf2, 0xff, 0x0f], [0x234, 4095]),
            (grid(16, 12, 0, true), vec![0x34, 0xf2, 0x00, 0x08], [0x234, -2048]),
            // High Bit 15 of 12 stored.
            (grid(16, 12, 4, true), vec![0xf0, 0xff, 0x1f, 0x00], [-1, 1]),
        ];
        for (grid, cells, expected) in cases {
            assert_eq!(grid.stored(&cells, grid.cell_bytes()), expected, "{grid:?}");
        }
    }

    #[test]
    fn big_endian_words_are_turned() {
        let sixteen = grid(16, 16, 0, false);
        let stored = |grid: Grid, cells: &[u8], words| {
            grid.picture_of_native(cells, true, words).unwrap().stored
        };
        assert_eq!(stored(sixteen, &[1, 2, 3, 4], true), [0x102, 0x304]);
        let eight = grid(8, 8, 0, false);
        assert_eq!(stored(eight, &[1, 2], true), [2, 1]);
        assert_eq!(stored(eight, &[1, 2], false), [1, 2]);
    }

    #[test]
    fn missing_bytes_are_counted_and_padding_is_not() {
        let grid = grid(16, 12, 0, false);
        let spare = |bytes: &[u8]| grid.picture(bytes, 2).map(|picture| picture.spare_bytes);
        assert_eq!(spare(&[0; 5]), Ok(0));
        assert_eq!(spare(&[0; 40]), Ok(36));
        assert_eq!(spare(&[0, 0, 0, 0, 7, 7]), Ok(2));
        let error = spare(&[0; 3]).unwrap_err().to_string();
        assert!(error.contains("4 bytes") && error.contains("3 were found"), "{error}");
        let error = spare(&[0, 0, 0, 0, 7, 7, 7, 7]).unwrap_err().to_string();
        assert!(error.contains("has 8 bytes") && error.contains("need 4"), "{error}");
    }

    #[test]
    fn bits_above_the_stored_ones_are_rubbish_or_the_header_is_wrong() {
        let grid = |signed| Grid { width: 64, ..grid(16, 12, 0, signed) };
        let picture = |grid: Grid, value: &dyn Fn(u16) -> u16| {
            let cells: Vec<u8> = (0..64).flat_map(|i| value(i).to_le_bytes()).collect();
            grid.picture(&cells, 2).map(|picture| picture.cut_bits)
        };
        assert_eq!(picture(grid(false), &|i| 64 * i), Ok(false));
        // An overlay in bit 14, and rubbish that is everywhere the same.
        assert_eq!(picture(grid(false), &|i| (60 * i) | (u16::from(i % 9 < 3) << 14)), Ok(true));
        assert_eq!(picture(grid(false), &|i| (60 * i) | 0xF000), Ok(true));
        // The sign goes on above, or is cut off.
        assert_eq!(picture(grid(true), &|i| (30 * i).wrapping_sub(900)), Ok(false));
        assert_eq!(picture(grid(true), &|i| (30 * i).wrapping_sub(900) & 0xFFF), Ok(false));
        let error = picture(grid(false), &|i| 1000 * i).unwrap_err().to_string();
        assert!(error.contains("Bits Stored (0028,0101) says 12"), "{error}");
    }
}
