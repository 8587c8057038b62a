//! The two inner loops, written once for all processors over [`Vector`].
#![allow(unsafe_code)]
// Loops over constant ranges are what the compiler turns into registers.
#![allow(clippy::needless_range_loop)]

/// Sixteen floats. A level implements it with what the processor has; each method may be called
/// only where the level's instructions exist.
pub(crate) trait Vector: Copy {
    /// Sixteen times `value`.
    unsafe fn splat(value: f32) -> Self;
    /// Sixteen floats from `from`, which must be readable.
    unsafe fn load(from: *const f32) -> Self;
    /// Sixteen floats to `to`, which must be writable.
    unsafe fn store(self, to: *mut f32);
    /// `self + a * b`.
    unsafe fn fma(self, a: Self, b: Self) -> Self;
    /// `self + other`.
    unsafe fn add(self, other: Self) -> Self;
    /// `max(self, 0)`; of what is no number, 0.
    unsafe fn relu(self) -> Self;

    /// Adds what lies at `residual`, unless that is null, takes the maximum with 0 if `relu`, and
    /// writes one pixel of `N` blocks of 16 channels to `y`, the blocks `block` floats apart.
    #[inline(always)]
    unsafe fn finish<const N: usize>(
        sums: [Self; N],
        residual: *const f32,
        relu: bool,
        y: *mut f32,
        block: usize,
    ) {
        for (j, mut value) in sums.into_iter().enumerate() {
            // SAFETY: the addresses are the caller's promise.
            unsafe {
                if !residual.is_null() {
                    value = value.add(Self::load(residual.add(j * block)));
                }
                if relu {
                    value = value.relu();
                }
                value.store(y.add(j * block));
            }
        }
    }
}

/// A rectangle of output pixels, for 16 or 32 channels of them.
///
/// Output pixel `(r, p)` of channel block `j` lies at `y + j * y_block + r * y_row + p * y_pixel`;
/// its input for a tap and an input block at `x + block * x_block + tap + r * x_row + p * step`.
pub(crate) struct Tile<'a> {
    pub(crate) x: *const f32,
    pub(crate) x_block: usize,
    pub(crate) x_row: usize,
    pub(crate) blocks: usize,
    /// Offset of each tap from the pixel's input, in floats.
    pub(crate) taps: &'a [usize],
    /// `[block][tap][input lane][16 * N]`.
    pub(crate) weights: *const f32,
    /// `[16 * N]`, or null.
    pub(crate) bias: *const f32,
    pub(crate) y: *mut f32,
    pub(crate) y_block: usize,
    pub(crate) y_row: usize,
    pub(crate) y_pixel: usize,
    /// Added to the sum, at the same offsets as `y`; or null.
    pub(crate) residual: *const f32,
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

/// Products of input and output gradient, summed over pixels: one tile of a weight's gradient.
///
/// Pixel `(r, p)` of an image has its gradient of channel block `j` at `dy + image * dy_image +
/// j * dy_block + r * dy_row + p * dy_pixel`, and its input `k` at `x + image * x_image +
/// r * x_row + p * x_pixel + inputs[k]`.
pub(crate) struct GradientTile<'a> {
    pub(crate) x: *const f32,
    pub(crate) x_row: usize,
    pub(crate) x_pixel: usize,
    /// Offset of each of the `K` inputs: taps, or, where they are neighbors, of the first.
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
            // Neighboring channels are told to the compiler, which then needs no registers.
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
