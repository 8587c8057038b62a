//! The picture that a header declares, and its stored values out of cells.

use dicom_dictionary_std::tags;
use rayon::prelude::*;

use crate::{
    Error, Limits,
    attributes::Attributes,
    error::{bad, damaged},
};

/// Rows, columns and cells of the picture, checked (PS3.3 C.7.6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// 8 or 16.
    pub bits_allocated: u32,
    /// 1 to Bits Allocated.
    pub bits_stored: u32,
    /// Unused bits below the value in its cell; 0 in nearly all files.
    pub(crate) shift: u32,
    /// Two's complement.
    pub signed: bool,
}

impl Grid {
    /// Reads and checks what the header declares.
    ///
    /// # Errors
    /// [`Error::SeveralFrames`], [`Error::TooManyPixels`], [`Error::BadHeader`].
    pub(crate) fn of(attributes: &Attributes, limits: &Limits) -> Result<Self, Error> {
        let frames = attributes.count(tags::NUMBER_OF_FRAMES)?.unwrap_or(1);
        if frames > 1 {
            return Err(Error::SeveralFrames { frames });
        }
        let needed = |tag, name| match attributes.count(tag)? {
            Some(n) if n > 0 => Ok(n),
            found => bad(format!("{name} is {found:?}; at least 1 was expected")),
        };
        let height = needed(tags::ROWS, "Rows (0028,0010)")?;
        let width = needed(tags::COLUMNS, "Columns (0028,0011)")?;
        // Both fit 32 bits, so their product fits 64.
        if width * height > limits.pixels {
            return Err(Error::TooManyPixels { width, height, limit: limits.pixels });
        }
        let allocated = needed(tags::BITS_ALLOCATED, "Bits Allocated (0028,0100)")?;
        if allocated != 8 && allocated != 16 {
            return bad(format!("{allocated} Bits Allocated; 8 or 16 were expected"));
        }
        let stored = attributes.count(tags::BITS_STORED)?.unwrap_or(allocated);
        let high = attributes.count(tags::HIGH_BIT)?.unwrap_or(stored.saturating_sub(1));
        if stored == 0 || stored > high + 1 || high >= allocated {
            return bad(format!(
                "{stored} Bits Stored with High Bit {high} do not fit {allocated} Bits Allocated"
            ));
        }
        let signed = match attributes.count(tags::PIXEL_REPRESENTATION)?.unwrap_or(0) {
            0 => false,
            1 => true,
            other => return bad(format!("Pixel Representation is {other}; 0 or 1 was expected")),
        };
        Ok(Self {
            width: width as usize,
            height: height as usize,
            bits_allocated: allocated as u32,
            bits_stored: stored as u32,
            shift: (high + 1 - stored) as u32,
            signed,
        })
    }

    /// Pixels.
    pub(crate) fn pixels(&self) -> usize {
        self.width * self.height
    }

    /// Bytes of a cell as allocated.
    pub(crate) fn cell_bytes(&self) -> usize {
        self.bits_allocated as usize / 8
    }

    /// Stored values of native Pixel Data; `words` if it was written as 16-bit words.
    ///
    /// # Errors
    /// [`Error::Damaged`] if bytes are missing.
    pub(crate) fn unpack_native(
        &self,
        value: &[u8],
        big_endian: bool,
        words: bool,
    ) -> Result<Vec<i32>, Error> {
        if !big_endian {
            return self.unpack(value, self.cell_bytes());
        }
        let mut value = value.to_vec();
        // Words of 16 bits come with their bytes exchanged, whatever the cells in them are
        // (PS3.5 section 7.3); cells of 16 bits are words also if they call themselves bytes.
        if words || self.cell_bytes() == 2 {
            value.as_chunks_mut::<2>().0.iter_mut().for_each(|word| word.reverse());
        }
        self.unpack(&value, self.cell_bytes())
    }

    /// Stored values of little-endian cells of `cell_bytes`, 1 or 2: unused bits cut off, sign
    /// extended. More bytes than pixels are padding.
    ///
    /// # Errors
    /// [`Error::Damaged`] if bytes are missing.
    pub(crate) fn unpack(&self, cells: &[u8], cell_bytes: usize) -> Result<Vec<i32>, Error> {
        let needed = self.pixels() * cell_bytes;
        let Some(cells) = cells.get(..needed) else {
            return damaged(format!(
                "{} x {} pixels need {needed} bytes of Pixel Data, {} were found",
                self.width,
                self.height,
                cells.len()
            ));
        };
        let unused = u32::BITS - self.bits_stored;
        let value = |cell: u32| {
            let top = (cell >> self.shift) << unused;
            if self.signed { top.cast_signed() >> unused } else { (top >> unused).cast_signed() }
        };
        Ok(if cell_bytes == 1 {
            cells.par_iter().map(|cell| value(u32::from(*cell))).collect()
        } else {
            let cells = cells.as_chunks::<2>().0.par_iter();
            cells.map(|cell| value(u32::from(u16::from_le_bytes(*cell)))).collect()
        })
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
            assert_eq!(grid.unpack(&cells, grid.cell_bytes()).unwrap(), expected, "{grid:?}");
        }
    }

    #[test]
    fn big_endian_words_are_turned() {
        let sixteen = grid(16, 16, 0, false);
        assert_eq!(sixteen.unpack_native(&[1, 2, 3, 4], true, true).unwrap(), [0x102, 0x304]);
        let eight = grid(8, 8, 0, false);
        assert_eq!(eight.unpack_native(&[1, 2], true, true).unwrap(), [2, 1]);
        assert_eq!(eight.unpack_native(&[1, 2], true, false).unwrap(), [1, 2]);
    }

    #[test]
    fn missing_bytes_are_counted_and_padding_is_not() {
        let grid = grid(16, 12, 0, false);
        assert!(grid.unpack(&[0; 5], 2).is_ok());
        let error = grid.unpack(&[0; 3], 2).unwrap_err().to_string();
        assert!(error.contains("4 bytes") && error.contains("3 were found"), "{error}");
    }
}
