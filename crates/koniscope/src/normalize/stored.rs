//! The stored values of a picture: their range, and how often each occurs in the film's middle.

use rayon::prelude::*;

use super::field::Field;
use crate::{Error, decode::RawImage};

/// Values that 16 bits can tell apart; the tables of [`super`] are never longer.
const MAX_VALUES: i64 = 1 << 16;

/// Share of the film's width and height left out on each side of its [middle](Stored::middle_counts). An
/// eighth covers usual collimation and still leaves lungs and mediastinum in; a sixth or a tenth
/// gives nearly the same.
const BORDER: usize = 8;

/// Rows that are counted together: many enough that making a table for them costs little.
const STRIP: usize = 512;

/// Stored values with their range.
pub(super) struct Stored<'a> {
    raw: &'a RawImage,
    first: i32,
    last: i32,
}

impl<'a> Stored<'a> {
    /// Finds the range.
    ///
    /// # Errors
    /// [`Error::BadHeader`] if there are more or fewer values than pixels, or values of more than
    /// 16 bits.
    pub(super) fn of(raw: &'a RawImage) -> Result<Self, Error> {
        let bad = |detail| Err(Error::BadHeader { detail });
        let pixels = raw.width.checked_mul(raw.height);
        if pixels != Some(raw.stored.len()) {
            return bad(format!(
                "{} x {} pixels but {} stored values",
                raw.width,
                raw.height,
                raw.stored.len()
            ));
        }
        // By strips, within which the compiler compares many values at once.
        let ends = raw.stored.par_chunks(STRIP * raw.width.max(1)).map(|strip| {
            strip.iter().fold((i32::MAX, i32::MIN), |(low, high), v| (low.min(*v), high.max(*v)))
        });
        let Some((first, last)) = ends.reduce_with(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
            return bad(format!("{} x {}, an image without pixels", raw.width, raw.height));
        };
        if i64::from(last) - i64::from(first) >= MAX_VALUES {
            return bad(format!("stored values from {first} to {last}; at most 16 bits are read"));
        }
        Ok(Self { raw, first, last })
    }

    /// Every value from the smallest stored to the largest, whether it occurs or not.
    pub(super) fn values(&self) -> std::ops::RangeInclusive<i32> {
        self.first..=self.last
    }

    /// Where a stored value stands in [`values`](Self::values).
    pub(super) fn index(&self, value: i32) -> usize {
        (value - self.first) as usize
    }

    /// The smallest and the largest stored value.
    pub(super) fn ends(&self) -> [i32; 2] {
        [self.first, self.last]
    }

    /// How often each of [`values`](Self::values) occurs in the middle of the film.
    pub(super) fn middle_counts(&self, field: &Field) -> Vec<u64> {
        let window = field.window;
        let (left, top) = (window.x + window.width / BORDER, window.y + window.height / BORDER);
        let right = window.x + window.width - window.width / BORDER;
        let bottom = window.y + window.height - window.height / BORDER;
        let width = self.raw.width;
        let none = || vec![0u64; self.index(self.last) + 1];
        let middle = &self.raw.stored[top * width..bottom * width];
        let strips = middle.par_chunks(STRIP * width).enumerate().map(|(i, strip)| {
            let mut counts = none();
            let first = (top + i * STRIP) * width;
            for (y, row) in strip.chunks_exact(width).enumerate() {
                for x in left..right {
                    if field.shows(first + y * width + x) {
                        counts[self.index(row[x])] += 1;
                    }
                }
            }
            counts
        });
        strips.reduce(none, |mut sum, counts| {
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            sum
        })
    }
}
