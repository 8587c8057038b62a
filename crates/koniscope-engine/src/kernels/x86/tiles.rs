//! What AMX computes with: tiles of 16 rows of 16 words.
#![allow(unsafe_code)]

/// Rows of a tile.
pub(super) const ROWS: usize = 16;

/// Four tiles of sums: two groups of up to 16 rows by two blocks of outputs. A row is a pixel, or
/// in a weight gradient an input. `P` rows are computed, of up to 32, by `N` blocks of 16 outputs.
pub(super) trait Tiles {
    /// Sums of `P` rows, all 0.
    ///
    /// # Safety
    /// The processor must have the instructions of the tiles; between this call and
    /// [`store`](Self::store) nothing else may use them.
    unsafe fn zeros<const P: usize>() -> Self;

    /// Adds products over 32 channels: of the rows at `a`, 16 from the first address and the others
    /// from the second, and of `N` tiles of weights at `b`. Rows lie `a_step` bytes apart and need
    /// not be aligned; tiles of weights lie 64 bytes apart, their 16 rows `64 * N`.
    ///
    /// # Safety
    /// As of [`zeros`](Self::zeros), with the same `P`; `P` rows of 64 bytes and the weights must
    /// be readable.
    unsafe fn add<const P: usize, const N: usize>(
        &mut self,
        a: [*const f32; 2],
        a_step: usize,
        b: *const f32,
    );

    /// Writes the sums, `[P][16 * N]`.
    ///
    /// # Safety
    /// As of [`zeros`](Self::zeros), with the same `P`.
    unsafe fn store<const P: usize, const N: usize>(self, to: &mut [f32; 1024]);
}
