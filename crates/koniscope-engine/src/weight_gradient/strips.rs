//! Weight gradients on bf16: products over pairs of pixels.
//!
//! Rows of a picture are written one after the other, those of the output's gradient as far apart
//! as the input's, zeros between. A tap is then a shift of the input by whole pixels, the same for
//! all of them, and rows of any width fill vectors. Of an input with step 2, even and odd rows and
//! columns are written apart. Inputs lie turned, a channel's pixels together, so that a shift is a
//! matter of where a tile begins.

use std::ops::Range;

use rayon::prelude::*;

use super::{Room, Task, WeightGradient};
use crate::{
    LANES,
    buffer::Shared,
    conv::{Reads, Writes},
    kernels::{
        Pairs,
        pairs::{CHUNK, PairTile, Pixels},
    },
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
    /// Output rows of a strip, and strips of a picture.
    rows: usize,
    per_image: usize,
    /// Pixels from a row to the next.
    pitch: usize,
    /// Of output gradients in a strip.
    chunks: usize,
    /// Of inputs.
    x_chunks: usize,
    phases: Vec<Phase>,
    taps: Vec<Tap>,
    /// Inputs, and blocks of 16 of them: channels, or all that a tap's row reads of a picture of
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

#[derive(Clone, Copy, Debug)]
struct Tap {
    phase: usize,
    /// Pixels.
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
    /// `in_parts` cuts the groups for the threads.
    pub(super) fn new(
        pairs: Pairs,
        r: &Reads,
        w: &Writes,
        in_parts: impl Fn(Vec<Group>) -> Vec<Vec<Group>>,
    ) -> Self {
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
        let parts = in_parts(groups(w.n * per_image, chunks));
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
    fn sizes(&self, gradient: &WeightGradient) -> (usize, usize) {
        let x = self.phases.len() * self.blocks * self.x_chunks * TILE;
        (x, gradient.blocks * self.chunks * TILE)
    }

    /// Copies input and output gradient.
    ///
    /// # Safety
    /// All that `gradient` reads must lie within `x` and `dy`.
    #[allow(unsafe_code)]
    pub(super) unsafe fn pack(
        &self,
        gradient: &WeightGradient,
        x: &[f32],
        dy: &[f32],
        room: &mut Room,
    ) {
        let (r, w) = (&gradient.reads, &gradient.writes);
        let strips = w.n * self.per_image;
        let (x_size, dy_size) = self.sizes(gradient);
        room.x.grow(strips * x_size);
        room.dy.grow(strips * dy_size);
        let (to_x, to_dy) = (Shared::new(&mut room.x), Shared::new(&mut room.dy));
        // Picture, first row and rows of a strip.
        let place = |strip: usize| {
            let y = strip % self.per_image * self.rows;
            (strip / self.per_image, y, self.rows.min(w.h - y))
        };
        let block_step = if self.is_few(r) { LANES } else { r.block };
        let planes = self.phases.len() * self.blocks;
        (0..strips * planes).into_par_iter().for_each(|i| {
            let (block, phase) =
                (i % self.blocks, self.phases[i / self.blocks % self.phases.len()]);
            let (n, y, rows) = place(i / planes);
            let at = r.start + n * r.image + block * block_step + y * r.row + phase.at;
            let pixels = Pixels {
                from: x[at..].as_ptr(),
                row: r.row,
                pixel: r.step * r.lanes,
                lanes: self.inputs_of(block),
                rows: rows + phase.rows,
                columns: w.w + phase.columns,
                pitch: self.pitch,
                chunks: self.x_chunks,
                to: to_x.as_mut_ptr().wrapping_add(i * self.x_chunks * TILE),
                to_chunk: LANES,
                to_row: self.x_chunks * LANES,
                turned: true,
            };
            // SAFETY: the last pixel is the last that the last tap reads; each call has a range of
            // its own, and there is room for all.
            unsafe { (self.pairs.pack)(&pixels) };
        });
        (0..strips * gradient.blocks).into_par_iter().for_each(|i| {
            let (strip, block) = (i / gradient.blocks, i % gradient.blocks);
            let (n, y, rows) = place(strip);
            let (panel, within) = (block / gradient.panel, block % gradient.panel);
            let width = gradient.width(panel);
            let to = strip * dy_size + panel * gradient.panel * self.chunks * TILE + within * LANES;
            let pixels = Pixels {
                from: dy[w.start + n * w.image + block * w.block + y * w.row..].as_ptr(),
                row: w.row,
                pixel: w.pixel,
                lanes: LANES,
                rows,
                columns: w.w,
                pitch: self.pitch,
                chunks: self.chunks,
                to: to_dy.as_mut_ptr().wrapping_add(to),
                to_chunk: 16 * width,
                to_row: width,
                turned: false,
            };
            // SAFETY: pixels are those of the output; each call writes words of its own.
            unsafe { (self.pairs.pack)(&pixels) };
        });
    }

    /// Inputs of a block that mean something.
    fn inputs_of(&self, block: usize) -> usize {
        LANES.min(self.lanes - block * LANES)
    }

    /// Adds a task's products, from [copies](Self::pack) in `x` and `dy`.
    #[allow(unsafe_code)]
    pub(super) fn pass(
        &self,
        gradient: &WeightGradient,
        task: &Task,
        x: &[f32],
        dy: &[f32],
        dw: &mut [f32],
    ) {
        let width = gradient.width(task.panel);
        let (x_size, dy_size) = self.sizes(gradient);
        let strips = gradient.writes.n * self.per_image;
        assert!(x.len() >= strips * x_size && dy.len() >= strips * dy_size, "copies are there");
        let few = self.is_few(&gradient.reads);
        let blocks = if few { 0..self.blocks } else { task.blocks.clone() };
        let block_step = if few { LANES } else { gradient.inputs };
        let dy = &dy[task.panel * gradient.panel * self.chunks * TILE..];
        for group in &self.parts[task.part] {
            let dy = &dy[group.strips.start * dy_size + group.chunks.start * 16 * width..];
            for block in blocks.clone().step_by(BLOCKS) {
                let count = BLOCKS.min(blocks.end - block);
                let multiply = (self.pairs.multiply)(count, width / LANES);
                // What is not there is not touched.
                let own = |i: usize| block + i.min(count - 1);
                for tap in &self.taps {
                    let x_of = |block: usize| {
                        let plane = tap.phase * self.blocks + block;
                        let at = group.strips.start * x_size
                            + plane * self.x_chunks * TILE
                            + group.chunks.start * LANES;
                        // A pixel of bf16 has two bytes.
                        x[at..].as_ptr().wrapping_byte_add(2 * tap.shift)
                    };
                    let dw = [0, 1].map(|i| {
                        let input = (own(i) - blocks.start) * block_step + tap.first;
                        dw[input * width..].as_mut_ptr()
                    });
                    let tile = PairTile {
                        x: [x_of(own(0)), x_of(own(1))],
                        x_row: self.x_chunks * LANES * 4,
                        x_strip: x_size,
                        dy: dy.as_ptr(),
                        dy_strip: dy_size,
                        strips: group.strips.len(),
                        chunks: group.chunks.len(),
                        dw,
                        inputs: [0, 1].map(|i| self.inputs_of(own(i))),
                        dw_row: width,
                    };
                    // SAFETY: strips and chunks are those of the copies, to which a channel's
                    // pixels beyond the last chunk by the largest shift belong; inputs and outputs
                    // are the task's.
                    unsafe { multiply(&tile) };
                }
            }
        }
    }
}

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
