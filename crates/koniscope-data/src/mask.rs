//! Masks of lungs, in the forms that sets come in: a label map, or lung and background alone.

mod dice;
mod mediastinum;
mod sides;

use std::path::Path;

pub use dice::{label_dice, lung_dice};

use crate::files::bytes_of;

/// Label of a pixel that does not count.
pub const IGNORE: u8 = 255;

/// Bytes of a mask's file at most.
const BYTES: u64 = 256 << 20;

/// Gray value that sets give to pixels that are not to count.
const IGNORED_GRAY: u8 = 127;

/// Gray value of lung in a mask without sides.
const LUNG_GRAY: u8 = 255;

/// A label map: 0 background, 1 right lung, 2 left lung, [`IGNORE`] where it does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Labels `[height, width]`.
    pub labels: Vec<u8>,
}

impl Mask {
    /// Reads a label map (values 1 right lung, 2 left lung, 3 other, 255 where it does not count) or a
    /// mask of lung and background alone (255 and 0, 127 where it does not count).
    ///
    /// # Errors
    /// A sentence, if the file is no gray picture, is empty or holds other values.
    pub fn read(path: &Path) -> Result<Self, String> {
        Self::of_bytes(&bytes_of(path, BYTES).map_err(|e| e.to_string())?)
    }

    /// As [`Mask::read`], from the bytes of a PNG, JPEG, TIFF or GIF file.
    ///
    /// # Errors
    /// As [`Mask::read`].
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (size, gray) = gray_of(bytes)?;
        Self::of_gray(size, &gray)
    }

    /// The part of a mask from column `x` and row `y` on.
    ///
    /// # Panics
    /// If the part is empty or does not lie in the mask.
    pub fn part(&self, [x, y]: [usize; 2], [width, height]: [usize; 2]) -> Self {
        assert!(width > 0 && height > 0 && x + width <= self.width && y + height <= self.height);
        let rows = self.labels.chunks_exact(self.width).skip(y).take(height);
        Self { width, height, labels: rows.flat_map(|row| &row[x..x + width]).copied().collect() }
    }

    fn of_gray([width, height]: [usize; 2], gray: &[u8]) -> Result<Self, String> {
        if gray.iter().all(|v| *v == 0) {
            return Err("the mask is empty; lungs were expected".into());
        }
        let is_label = |v: &u8| *v <= 3 || *v == IGNORE;
        if gray.iter().all(is_label) && gray.iter().any(|v| (1..=3).contains(v)) {
            let labels = gray.iter().map(|v| if *v == 3 { 0 } else { *v }).collect();
            return Ok(Self { width, height, labels });
        }
        if let Some(odd) = odd_value(gray) {
            return Err(format!("the mask holds {odd}; 0, 127 and 255, or 0 to 3, were expected"));
        }
        Ok(Self { width, height, labels: sides::told_apart(width, gray) })
    }

    /// Of two masks with one lung each, in any order: the patient's right lung is on the left. Where
    /// both have lung it is the left one's.
    ///
    /// # Errors
    /// A sentence, if a mask is not of 0 and 255, empty, or of another size than the other, or both lie
    /// in the same place.
    pub fn of_two_lungs(masks: [&[u8]; 2]) -> Result<Self, String> {
        let [(size, first), (other, second)] = [gray_of(masks[0])?, gray_of(masks[1])?];
        if size != other {
            return Err("the masks of the two lungs differ in size".into());
        }
        if let Some(odd) = odd_value(&first).or(odd_value(&second)) {
            return Err(format!("a mask of one lung holds {odd}; 0, 127 and 255 were expected"));
        }
        let (a, b) = (sides::mean_column(size[0], &first), sides::mean_column(size[0], &second));
        let (Some(a), Some(b)) = (a, b) else { return Err("a mask holds no lung".into()) };
        if a == b {
            return Err("the masks of the two lungs lie in the same place".into());
        }
        let (right, left) = if a < b { (first, second) } else { (second, first) };
        let label = |(right, left): (u8, u8)| match (right, left) {
            (_, LUNG_GRAY) => 2,
            (LUNG_GRAY, _) => 1,
            (IGNORED_GRAY, _) | (_, IGNORED_GRAY) => IGNORE,
            _ => 0,
        };
        let labels = right.into_iter().zip(left).map(label).collect();
        Ok(Self { width: size[0], height: size[1], labels })
    }
}

/// A picture's `[width, height]` and gray values.
fn gray_of(bytes: &[u8]) -> Result<([usize; 2], Vec<u8>), String> {
    let picture =
        image::load_from_memory(bytes).map_err(|e| format!("not a mask: {e}"))?.into_luma8();
    let size = [picture.width() as usize, picture.height() as usize];
    Ok((size, picture.into_raw()))
}

/// A value that a mask without sides cannot hold.
fn odd_value(gray: &[u8]) -> Option<u8> {
    gray.iter().copied().find(|v| ![0, IGNORED_GRAY, LUNG_GRAY].contains(v))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests;
