//! Weight gradients on bf16: products over pairs of pixels.
//!
//! Rows of an image are copied one after the other, those of the output's gradient as far apart as
//! the input's, zeros between. A tap is then a shift of the input by whole pixels, the same for all
//! of them, and rows of any width fill vectors. Of an input with step 2, even and odd rows and
//! columns are copied apart. Inputs lie transposed, a channel's pixels together, so that a shift
//! only changes where a tile begins.

mod passes;

use std::ops::Range;

use super::tasks::{Shape, in_parts};
use crate::{
    LANES,
    geometry::Reads,
    kernels::{Pairs, pairs::CHUNK},
};

/// Input blocks of a task, and of a tile.
pub(super) const BLOCKS: usize = 2;

/// Pixels of a strip at most: large against the rows that two strips share.
const STRIP: usize = 4096;

/// Chunks that are summed in registers: all taps find them in a core's cache.
const CHUNKS: usize = 16;

/// Words of a tile of 16 rows.
const TILE: usize = 16 * LANES;

/// How input and output gradient are copied and passed over.
#[derive(Clone, Debug)]
pub(super) struct Strips {
    pairs: Pairs,
    /// Output rows of a strip, and strips of an image.
    rows: usize,
    per_image: usize,
    /// Pixels from a row to the next.
    pitch: usize,
    /// Chunks of output gradients in a strip.
    chunks: usize,
    /// Chunks of inputs in a strip.
    x_chunks: usize,
    phases: Vec<Phase>,
    taps: Vec<Tap>,
    /// Inputs, and blocks of 16 of them: channels, or all that a row of taps reads of an image of
    /// few channels.
    lanes: usize,
    blocks: usize,
    parts: Vec<Vec<Group>>,
}

/// Rows and columns of the input that are written together.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Phase {
    /// Where they begin, in floats.
    at: usize,
    /// Rows and columns beyond those of the output.
    rows: usize,
    columns: usize,
}

/// A tap as a shift of copied input.
#[derive(Clone, Copy, Debug)]
struct Tap {
    phase: usize,
    /// In pixels.
    shift: usize,
    /// First input of the gradient.
    first: usize,
}

/// What is summed in registers: several strips, or chunks of one.
#[derive(Clone, Debug)]
pub(super) struct Group {
    strips: Range<usize>,
    chunks: Range<usize>,
}

impl Strips {
    /// For the threads of the current pool.
    pub(super) fn new(pairs: Pairs, shape: &Shape) -> Self {
        let (r, w) = (&shape.reads, &shape.writes);
        let few = r.lanes != LANES;
        let memory_row = r.row / r.step;
        // Rows and columns of the taps.
        let places = r.taps.iter().map(|t| (t / memory_row, t % memory_row / r.lanes));
        let (kh, kw) = places.clone().fold((0, 0), |(h, w), (y, x)| (h.max(y + 1), w.max(x + 1)));
        // Of few channels, those of a row of taps stand together: one tap of more channels.
        let (lanes, places, kw) = if few {
            (kw * r.lanes, (0..kh).map(|y| (y, 0)).collect::<Vec<_>>(), 1)
        } else {
            (r.blocks * LANES, places.collect(), kw)
        };
        let pitch = w.w - 1 + kw.div_ceil(r.step);
        let mut phases = Vec::new();
        let mut taps = Vec::new();
        for (i, (y, x)) in places.into_iter().enumerate() {
            let (a, b) = (y % r.step, x % r.step);
            let phase = Phase {
                at: a * memory_row + b * r.lanes,
                rows: (kh - a).div_ceil(r.step) - 1,
                columns: (kw - b).div_ceil(r.step) - 1,
            };
            let found = phases.iter().position(|p| *p == phase).unwrap_or_else(|| {
                phases.push(phase);
                phases.len() - 1
            });
            let first = i * if few { lanes } else { LANES };
            taps.push(Tap { phase: found, shift: y / r.step * pitch + x / r.step, first });
        }
        let rows = w.h.div_ceil((w.h * pitch).div_ceil(STRIP));
        let per_image = w.h.div_ceil(rows);
        let chunks = (rows * pitch).div_ceil(CHUNK);
        let shift = taps.iter().map(|tap| tap.shift).max().unwrap_or(0);
        // An odd number of cache lines: channels do not fall on the same places of the cache.
        let x_chunks = (chunks + shift.div_ceil(CHUNK)) | 1;
        let tasks = shape.blocks.div_ceil(shape.panel) * r.blocks.div_ceil(BLOCKS);
        let parts = in_parts(groups(w.n * per_image, chunks), tasks);
        let blocks = lanes.div_ceil(LANES);
        Self { pairs, rows, per_image, pitch, chunks, x_chunks, phases, taps, lanes, blocks, parts }
    }

    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    fn is_few(&self, r: &Reads) -> bool {
        r.lanes != LANES
    }

    /// Words of a strip's copy: of inputs, and of output gradients.
    fn sizes(&self, shape: &Shape) -> (usize, usize) {
        let x = self.phases.len() * self.blocks * self.x_chunks * TILE;
        (x, shape.blocks * self.chunks * TILE)
    }
}

/// Groups of a batch's strips: as many chunks as registers may sum.
fn groups(strips: usize, chunks: usize) -> Vec<Group> {
    let (step, size) = (CHUNKS.div_ceil(chunks), chunks.div_ceil(chunks.div_ceil(CHUNKS)));
    (0..strips)
        .step_by(step)
        .flat_map(|s| {
            (0..chunks).step_by(size).map(move |c| Group {
                strips: s..(s + step).min(strips),
                chunks: c..(c + size).min(chunks),
            })
        })
        .collect()
}
