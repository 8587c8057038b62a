//! The transforms of Winograd's convolution F(4 x 4, 3 x 3), written once for all processors over
//! [`Vector`]: each applies a linear [map](maps) to a square's columns, then to its rows.
#![allow(unsafe_code)]

mod maps;

use super::vector::Vector;
use crate::LANES;
use maps::Output;
pub(super) use maps::{Filter, FilterGradient, Input, OutputGradient};

/// Pixels of a square of output, of input, and of a window, along a side.
pub(crate) const OUTPUT: usize = 4;
pub(crate) const INPUT: usize = 6;
pub(crate) const WINDOW: usize = 3;
/// Products per square of output, where the plain sum has 9 * 16.
pub(crate) const POSITIONS: usize = INPUT * INPUT;

/// A square of vectors of 16 floats that becomes another one: where both lie. Distances are in
/// floats, from a row to the next and from a column to the next.
pub(crate) struct Square {
    pub(crate) from: *const f32,
    pub(crate) from_row: isize,
    pub(crate) from_column: isize,
    pub(crate) to: *mut f32,
    pub(crate) to_row: isize,
    pub(crate) to_column: isize,
}

/// Products that become a square of output: where both lie. Distances are in floats.
pub(crate) struct OutputSquare {
    /// The first of 36 vectors, each `position` after the one before.
    pub(crate) from: *const f32,
    pub(crate) position: usize,
    /// Pixel `(r, p)` lies at `y + r * y_row + p * 16`.
    pub(crate) y: *mut f32,
    pub(crate) y_row: usize,
    /// Rows and columns that there are, up to 4.
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// Sixteen floats, or null.
    pub(crate) bias: *const f32,
    /// Added to each pixel, at the same distances as `y`; or null.
    pub(crate) residual: *const f32,
    /// Whether an output below 0 becomes 0.
    pub(crate) relu: bool,
}

/// The transforms of a level, to be called as [`transform`] and [`output_transform`] demand.
#[derive(Clone, Copy)]
pub(crate) struct Transforms {
    /// Input, 6 x 6, to factors of products, 6 x 6.
    pub(crate) input: unsafe fn(&Square),
    /// A window of weights, 3 x 3, to factors of products, 6 x 6.
    pub(crate) filter: unsafe fn(&Square),
    /// Products, 6 x 6, to output, 4 x 4.
    pub(crate) output: unsafe fn(&OutputSquare),
    /// Gradient of the output, 4 x 4, to that of products, 6 x 6.
    pub(crate) output_gradient: unsafe fn(&Square),
    /// Gradient of a window's factors, 6 x 6, to that of the window, 3 x 3.
    pub(crate) filter_gradient: unsafe fn(&Square),
}

/// A linear map of a column or a row. A type, since a closure would not be compiled for a level.
pub(super) trait Map<V: Vector, const FROM: usize, const TO: usize> {
    /// # Safety
    /// As of [`Vector`]'s methods.
    unsafe fn map(values: [V; FROM]) -> [V; TO];
}

/// Maps columns, then rows.
///
/// # Safety
/// All vectors that [`Square`] describes, `FROM` by `FROM` and `TO` by `TO`, must be valid, those
/// of `to` used by nobody else, and the processor must have the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn transform<
    M: Map<V, FROM, TO>,
    V: Vector,
    const FROM: usize,
    const TO: usize,
>(
    s: &Square,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let half = columns::<M, V, FROM, TO>(s.from, s.from_row, s.from_column);
        for (y, row) in half.into_iter().enumerate() {
            for (x, value) in M::map(row).into_iter().enumerate() {
                let at = y as isize * s.to_row + x as isize * s.to_column;
                value.store(s.to.offset(at));
            }
        }
    }
}

/// Maps columns, then rows, then adds bias and residual.
///
/// # Safety
/// All vectors that [`OutputSquare`] describes must be valid, those of `y` used by nobody else, and
/// the processor must have the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn output_transform<V: Vector>(s: &OutputSquare) {
    // SAFETY: the caller's promise.
    unsafe {
        let position = s.position as isize;
        let half = columns::<Output, V, INPUT, OUTPUT>(s.from, INPUT as isize * position, position);
        let bias = if s.bias.is_null() { V::splat(0.0) } else { V::load(s.bias) };
        for (y, row) in half.into_iter().enumerate() {
            if y >= s.rows {
                break;
            }
            for (x, value) in Output::map(row).into_iter().enumerate() {
                if x < s.columns {
                    let at = y * s.y_row + x * LANES;
                    let residual =
                        if s.residual.is_null() { s.residual } else { s.residual.add(at) };
                    V::finish([value.add(bias)], residual, s.relu, s.y.add(at), 0);
                }
            }
        }
    }
}

/// # Safety
/// As of [`transform`].
#[inline(always)]
unsafe fn columns<M: Map<V, FROM, TO>, V: Vector, const FROM: usize, const TO: usize>(
    from: *const f32,
    row: isize,
    column: isize,
) -> [[V; FROM]; TO] {
    // SAFETY: the caller's promise.
    unsafe {
        let zero = V::splat(0.0);
        let mut half = [[zero; FROM]; TO];
        for x in 0..FROM {
            let mut values = [zero; FROM];
            for (y, value) in values.iter_mut().enumerate() {
                *value = V::load(from.offset(y as isize * row + x as isize * column));
            }
            for (half, value) in half.iter_mut().zip(M::map(values)) {
                half[x] = value;
            }
        }
        half
    }
}
