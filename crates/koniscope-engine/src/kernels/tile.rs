//! The inner loop of a convolution, written once for all processors over [`Vector`].
#![allow(unsafe_code)]
// Loops over constant ranges are what the compiler turns into registers.
#![allow(clippy::needless_range_loop)]

use super::vector::Vector;

/// A rectangle of output pixels, for 16 or 32 output channels. Distances are in words of 32 bits.
///
/// Output pixel `(r, p)` of channel block `j` lies at `y + j * y_block + r * y_row + p * y_pixel`;
/// its input for a tap and an input block at `x + block * x_block + tap + r * x_row + p * S * C`,
/// with the `S` and `C` of [`convolve`].
pub(crate) struct Tile<'a> {
    /// Input of the first pixel's first tap.
    pub(crate) x: *const f32,
    pub(crate) x_block: usize,
    pub(crate) x_row: usize,
    /// Input blocks.
    pub(crate) blocks: usize,
    /// Distance of each tap from the pixel's first input.
    pub(crate) taps: &'a [usize],
    /// `[block][tap][input lane][16 * N]`.
    pub(crate) weights: *const f32,
    /// `[16 * N]`, or null.
    pub(crate) bias: *const f32,
    pub(crate) y: *mut f32,
    pub(crate) y_block: usize,
    pub(crate) y_row: usize,
    pub(crate) y_pixel: usize,
    /// Added to the sum, at the same distances as `y`; or null.
    pub(crate) residual: *const f32,
    /// Whether a sum below 0 becomes 0.
    pub(crate) relu: bool,
}

/// `R` rows of `P` pixels, `N` blocks of 16 output channels; the input steps `S` pixels of `C`
/// channels.
///
/// # Safety
/// All addresses that [`Tile`] describes for these sizes must be valid, those of `y` used by
/// nobody else, and the processor must have the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn convolve<
    V: Vector,
    const R: usize,
    const P: usize,
    const N: usize,
    const S: usize,
    const C: usize,
>(
    t: &Tile,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let zero = V::splat(0.0);
        let mut sum = [[[zero; N]; P]; R];
        if !t.bias.is_null() {
            for j in 0..N {
                let bias = V::load(t.bias.add(16 * j));
                for row in &mut sum {
                    for pixel in row {
                        pixel[j] = bias;
                    }
                }
            }
        }
        let mut w = t.weights;
        for block in 0..t.blocks {
            let x = t.x.add(block * t.x_block);
            for tap in t.taps {
                let x = x.add(*tap);
                for c in 0..C {
                    let mut weight = [zero; N];
                    for j in 0..N {
                        weight[j] = V::load(w.add(16 * j));
                    }
                    w = w.add(16 * N);
                    for r in 0..R {
                        let x = x.add(r * t.x_row);
                        for p in 0..P {
                            let value = V::splat(*x.add(p * S * C + c));
                            for j in 0..N {
                                sum[r][p][j] = sum[r][p][j].fma(value, weight[j]);
                            }
                        }
                    }
                }
            }
        }
        for r in 0..R {
            for p in 0..P {
                let at = r * t.y_row + p * t.y_pixel;
                let residual = if t.residual.is_null() { t.residual } else { t.residual.add(at) };
                V::finish::<N>(sum[r][p], residual, t.relu, t.y.add(at), t.y_block);
            }
        }
    }
}
