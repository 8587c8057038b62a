//! The picture that a header declares.

use dicom_dictionary_std::tags;

use crate::{Error, Limits, attributes::Attributes, error::bad};

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
            Some(_) => bad(format!("{name} is 0; at least 1 was expected")),
            None => bad(format!("{name} is missing; at least 1 was expected")),
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
            other => {
                return bad(format!("Pixel Representation is {other}; 0 or 1 was expected"));
            }
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

    /// Stored values that Pixel Padding Value and Range Limit (PS3.3 C.7.5.1.1.2) declare to be no
    /// picture, the lowest and the highest.
    ///
    /// # Errors
    /// [`Error::BadHeader`] if they are no numbers.
    pub fn padding(&self, attributes: &Attributes) -> Result<Option<[i32; 2]>, Error> {
        let stored = |tag| -> Result<Option<i32>, Error> {
            // Written with either sign, whatever the pixels have.
            let word = attributes.number(tag)?.map(|n| n as i32 as u32 & 0xFFFF);
            Ok(word.map(|word| self.value(word << self.shift)))
        };
        let Some(value) = stored(tags::PIXEL_PADDING_VALUE)? else {
            return Ok(None);
        };
        let limit = stored(tags::PIXEL_PADDING_RANGE_LIMIT)?.unwrap_or(value);
        Ok(Some([value.min(limit), value.max(limit)]))
    }
}
