//! The inner loop of a weight's gradient, written once for all processors over [`Vector`].
#![allow(unsafe_code)]
// Loops over constant ranges are what the compiler turns into registers.
#![allow(clippy::needless_range_loop)]

use super::vector::Vector;

/// Products of input and output gradient, summed over pixels: one tile of a weight's gradient.
/// Distances are in floats.
///
/// Pixel `(r, p)` of an image has its gradient of channel block `j` at `dy + image * dy_image +
/// j * dy_block + r * dy_row + p * dy_pixel`, and its input `k` at `x + image * x_image +
/// r * x_row + p * x_pixel + inputs[k]`.
pub(crate) struct GradientTile<'a> {
    pub(crate) x: *const f32,
    pub(crate) x_row: usize,
    pub(crate) x_pixel: usize,
    /// Distance of each of the `K` inputs; where they are neighbors, of the first alone.
    pub(crate) inputs: &'a [usize],
    pub(crate) dy: *const f32,
    pub(crate) dy_block: usize,
    pub(crate) dy_row: usize,
    pub(crate) dy_pixel: usize,
    pub(crate) images: usize,
    pub(crate) x_image: usize,
    pub(crate) dy_image: usize,
    pub(crate) rows: usize,
    pub(crate) pixels: usize,
    /// `[K][16 * N]`, added to.
    pub(crate) dw: *mut f32,
    /// Floats from an input's 16 * N values to the next's.
    pub(crate) dw_row: usize,
}

/// `K` inputs, `N` blocks of 16 output channels.
///
/// # Safety
/// All addresses that [`GradientTile`] describes must be valid, those of `dw` used by nobody
/// else, and the processor must have the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn gradient<V: Vector, const K: usize, const N: usize, const DENSE: bool>(
    t: &GradientTile,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let zero = V::splat(0.0);
        let mut sum = [[zero; N]; K];
        let mut offsets = [0; K];
        for k in 0..K {
            // Distances that the compiler knows need no registers.
            offsets[k] = if DENSE { k } else { t.inputs[k] };
        }
        let start = if DENSE { t.x.add(t.inputs[0]) } else { t.x };
        for image in 0..t.images {
            for r in 0..t.rows {
                let mut x = start.add(image * t.x_image + r * t.x_row);
                let mut dy = t.dy.add(image * t.dy_image + r * t.dy_row);
                for _ in 0..t.pixels {
                    let mut d = [zero; N];
                    for j in 0..N {
                        d[j] = V::load(dy.add(j * t.dy_block));
                    }
                    for k in 0..K {
                        let value = V::splat(*x.add(offsets[k]));
                        for j in 0..N {
                            sum[k][j] = sum[k][j].fma(value, d[j]);
                        }
                    }
                    x = x.wrapping_add(t.x_pixel);
                    dy = dy.wrapping_add(t.dy_pixel);
                }
            }
        }
        for k in 0..K {
            for j in 0..N {
                let to = t.dw.add(k * t.dw_row + 16 * j);
                sum[k][j].add(V::load(to)).store(to);
            }
        }
    }
}
