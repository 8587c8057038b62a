//! What a weight gradient on bf16 computes with: words that hold one channel of two neighboring
//! pixels, since it sums over pixels.
#![cfg_attr(any(feature = "portable", not(target_arch = "x86_64")), allow(dead_code))]

/// Pixels that stand together in a row of 16 words.
pub(crate) const CHUNK: usize = 32;

/// Rows of pixels of up to 16 channels, and where to write them in bf16: chunks of 16 rows of 16
/// words, a row for each pair of pixels or, `transposed`, for each channel.
pub(crate) struct Pixels {
    pub(crate) from: *const f32,
    /// Floats from a row to the next, and from a pixel to the next.
    pub(crate) row: usize,
    pub(crate) pixel: usize,
    /// Channels of a pixel, up to 16; the others become 0.
    pub(crate) lanes: usize,
    /// Rows and columns that there are; pixels beyond them become 0.
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// Columns of a row as it is written.
    pub(crate) pitch: usize,
    pub(crate) chunks: usize,
    pub(crate) to: *mut f32,
    /// Words from a chunk to the next, and from a chunk's row to the next.
    pub(crate) to_chunk: usize,
    pub(crate) to_row: usize,
    /// Whether a row of a chunk is a channel.
    pub(crate) transposed: bool,
}

/// Products of two blocks of inputs and one or two of output gradients, summed over pixels.
pub(crate) struct PairTile {
    /// Transposed pixels of each block of inputs; need not be aligned to words, since a tap to the
    /// right begins a pixel later.
    pub(crate) x: [*const f32; 2],
    /// Bytes from an input to the next.
    pub(crate) x_row: usize,
    /// Words from a strip of pixels to the next.
    pub(crate) x_strip: usize,
    /// `[strip][chunk][16 pairs][16 * N]`.
    pub(crate) dy: *const f32,
    pub(crate) dy_strip: usize,
    pub(crate) strips: usize,
    pub(crate) chunks: usize,
    /// `[inputs][16 * N]` of each block of inputs, added to.
    pub(crate) dw: [*mut f32; 2],
    pub(crate) inputs: [usize; 2],
    /// Floats from an input's values to the next's.
    pub(crate) dw_row: usize,
}

/// The loops over pairs of pixels. To be called with valid addresses only, those that are written
/// used by nobody else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pairs {
    pub(crate) pack: unsafe fn(&Pixels),
    /// The loop for blocks of inputs and of outputs.
    pub(crate) multiply: fn(usize, usize) -> unsafe fn(&PairTile),
}
