//! Gradient of a convolution's weight: products of input and output gradient over all pixels.

mod squares;
mod strips;

use std::ops::Range;

use rayon::prelude::*;

use crate::{
    LANES,
    buffer::{Buffer, Shared},
    conv::{Reads, Writes},
    kernels::{GradientTile, Kernels},
    weights::{Slots, Weight},
};
use squares::Squares;
use strips::Strips;

/// Bytes of input and gradient that stay in a core's cache while all taps pass over them.
const CACHE: usize = 192 << 10;

/// A convolution seen from its weight. The gradient lies as [`crate::weights::Packed`] does:
/// `[panel][input block][tap][input lane][16 * N]`.
#[derive(Clone, Debug)]
pub(crate) struct WeightGradient {
    /// Where the convolution reads its input, and writes its output: here its output's gradient.
    reads: Reads,
    writes: Writes,
    blocks: usize,
    panel: usize,
    /// Inputs of an input block, in whole tiles.
    inputs: usize,
    way: Way,
}

/// How it is computed: in parts of the batch that are summed apart, where there are too few tasks
/// otherwise.
#[derive(Clone, Debug)]
enum Way {
    /// In f32, from memory as it lies.
    Floats(Vec<Vec<Segment>>),
    /// In f32, with fewer multiplications.
    Fewer(Squares),
    /// In bf16, from copies.
    Pairs(Strips),
}

/// Pictures and rows that are passed over at once.
#[derive(Clone, Debug)]
struct Segment {
    images: Range<usize>,
    rows: Range<usize>,
}

/// Memory for gradients, one after the other: the last one, and copies of what it was made from.
#[derive(Default)]
pub(crate) struct Room {
    pub(crate) dw: Buffer,
    pub(crate) x: Buffer,
    pub(crate) dy: Buffer,
    /// Gradients of windows' factors.
    factors: Buffer,
}

/// What one task computes: in a part of the batch, a panel of outputs by a few input blocks.
struct Task {
    part: usize,
    panel: usize,
    blocks: Range<usize>,
}

impl WeightGradient {
    /// For the reads and writes of the convolution forward, with `blocks` blocks of outputs, in the way that
    /// would seem to be the fastest.
    pub(crate) fn new(kernels: &Kernels, reads: Reads, writes: Writes, blocks: usize) -> Self {
        let squares = Squares::new(&reads, &writes, blocks);
        let squares = squares.filter(|squares| squares.pays(&reads, &writes, blocks));
        Self::plain(kernels, reads, writes, blocks).with(kernels, squares)
    }

    /// With fewer multiplications wherever that can be done.
    #[cfg(test)]
    pub(crate) fn fewer(kernels: &Kernels, reads: Reads, writes: Writes, blocks: usize) -> Self {
        let squares = Squares::new(&reads, &writes, blocks);
        Self::plain(kernels, reads, writes, blocks).with(kernels, squares)
    }

    #[cfg(test)]
    pub(crate) fn has_fewer(&self) -> bool {
        matches!(self.way, Way::Fewer(_))
    }

    fn with(self, kernels: &Kernels, squares: Option<Squares>) -> Self {
        match squares {
            Some(squares) if kernels.pairs.is_none() => {
                Self { inputs: self.reads.taps.len() * LANES, way: Way::Fewer(squares), ..self }
            }
            _ => self,
        }
    }

    /// By plain sums.
    pub(crate) fn plain(kernels: &Kernels, reads: Reads, writes: Writes, blocks: usize) -> Self {
        let panel = kernels.blocks.min(blocks);
        let inputs = (reads.taps.len() * reads.lanes).next_multiple_of(kernels.inputs);
        let panels = blocks.div_ceil(panel);
        let way = match kernels.pairs {
            Some(pairs) => {
                let tasks = panels * reads.blocks.div_ceil(strips::BLOCKS);
                Way::Pairs(Strips::new(pairs, &reads, &writes, |all| in_parts(all, tasks)))
            }
            None => {
                let segments = segments(&reads, &writes, panel);
                Way::Floats(in_parts(segments, panels * reads.blocks))
            }
        };
        Self { reads, writes, blocks, panel, inputs, way }
    }

    fn parts(&self) -> usize {
        match &self.way {
            Way::Floats(parts) => parts.len(),
            Way::Fewer(_) => 1,
            Way::Pairs(strips) => strips.parts(),
        }
    }

    /// Floats of the gradient.
    fn size(&self) -> usize {
        self.blocks * LANES * self.reads.blocks * self.inputs
    }

    /// Computes the gradient into `room.dw`, from input and output gradient.
    ///
    /// # Panics
    /// If a slice is smaller than the geometry says.
    #[allow(unsafe_code)]
    pub(crate) fn run(&self, kernels: &Kernels, x: &[f32], dy: &[f32], room: &mut Room) {
        self.check(x, dy);
        room.dw.grow(self.size() * self.parts());
        match &self.way {
            Way::Floats(parts) => self.for_tasks(&mut room.dw, 1, |task, dw| {
                for segment in &parts[task.part] {
                    let at = (task.blocks.start, task.panel);
                    // SAFETY: `check` has shown every address to lie within its slice.
                    unsafe { self.pass(kernels, segment, at, x, dy, dw) };
                }
            }),
            // SAFETY: as above.
            Way::Fewer(squares) => unsafe { squares.run(self, kernels, (x, dy), room) },
            Way::Pairs(strips) => {
                // SAFETY: as above.
                unsafe { strips.pack(self, x, dy, room) };
                let (x, dy) = (&room.x, &room.dy);
                self.for_tasks(&mut room.dw, strips::BLOCKS, |task, dw| {
                    strips.pass(self, &task, x, dy, dw);
                });
            }
        }
        let (sum, rest) = room.dw[..self.size() * self.parts()].split_at_mut(self.size());
        for part in rest.chunks_exact(self.size()) {
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
    }

    /// Calls for every task of up to `step` input blocks, with its part of the gradient, zeros.
    #[allow(unsafe_code)]
    fn for_tasks(&self, dw: &mut [f32], step: usize, run: impl Fn(Task, &mut [f32]) + Sync) {
        let (panels, steps) = (self.blocks.div_ceil(self.panel), self.reads.blocks.div_ceil(step));
        let shared = Shared::new(dw);
        (0..self.parts() * panels * steps).into_par_iter().for_each(|i| {
            let start = i % steps * step;
            let blocks = start..(start + step).min(self.reads.blocks);
            let panel = i / steps % panels;
            let part = i / (steps * panels);
            let width = self.width(panel);
            let first = panel * self.panel * LANES * self.reads.blocks * self.inputs;
            let at = part * self.size() + first + start * self.inputs * width;
            // SAFETY: each part, panel and block has a range of its own.
            let dw = unsafe { shared.range(at, blocks.len() * self.inputs * width) };
            dw.fill(0.0);
            run(Task { part, panel, blocks }, dw);
        });
    }

    /// Outputs of a panel.
    fn width(&self, panel: usize) -> usize {
        self.panel.min(self.blocks - panel * self.panel) * LANES
    }

    /// Adds one segment's products of an input block and a panel.
    ///
    /// # Safety
    /// `check` holds, and `dw` holds the inputs of one block times the panel's width.
    #[allow(unsafe_code)]
    unsafe fn pass(
        &self,
        kernels: &Kernels,
        segment: &Segment,
        (block, panel): (usize, usize),
        x: &[f32],
        dy: &[f32],
        dw: &mut [f32],
    ) {
        let (r, w) = (&self.reads, &self.writes);
        let first = panel * self.panel;
        let blocks = self.panel.min(self.blocks - first);
        let (n, y) = (segment.images.start, segment.rows.start);
        let x = &x[r.start + n * r.image + block * r.block + y * r.row..];
        let dy = &dy[w.start + n * w.image + first * w.block + y * w.row..];
        let dense = r.lanes == LANES;
        let kernel =
            (kernels.gradient)(kernels.inputs, blocks, dense).expect("panels fit the kernels");
        let width = blocks * LANES;
        let tap_of = |input: usize| {
            // What fills up the last tile is computed from a tap that exists, and not used.
            let input = input.min(r.taps.len() * r.lanes - 1);
            r.taps[input / r.lanes] + input % r.lanes
        };
        let mut offsets = vec![0; kernels.inputs];
        for start in (0..self.inputs).step_by(kernels.inputs) {
            for (k, offset) in offsets.iter_mut().enumerate() {
                *offset = tap_of(start + k);
            }
            let tile = GradientTile {
                x: x.as_ptr(),
                x_row: r.row,
                x_pixel: r.step * r.lanes,
                inputs: &offsets,
                dy: dy.as_ptr(),
                dy_block: w.block,
                dy_row: w.row,
                dy_pixel: w.pixel,
                images: segment.images.len(),
                x_image: r.image,
                dy_image: w.image,
                rows: segment.rows.len(),
                pixels: w.w,
                dw: dw[start * width..][..kernels.inputs * width].as_mut_ptr(),
                dw_row: width,
            };
            // SAFETY: as this function's.
            unsafe { kernel(&tile) };
        }
    }

    fn check(&self, x: &[f32], dy: &[f32]) {
        let (r, w) = (&self.reads, &self.writes);
        let end = r.end(w);
        assert!(end <= x.len(), "input of {} floats, {end} are read", x.len());
        let end = w.end(self.blocks);
        assert!(end <= dy.len(), "gradient of {} floats, {end} are read", dy.len());
    }

    /// The gradient by PyTorch's axes, from `run`'s: `[a, b, taps]`, `a` being the output. Of a
    /// transposed weight one tap is written, and what `to` holds of the others stays.
    pub(crate) fn unpack(&self, dw: &[f32], inputs: Slots, outputs: usize, to: &mut Grad) {
        let taps = self.reads.taps.len();
        // Sixteen outputs of an input lie together.
        let at = |o: usize, slot: usize, tap: usize| {
            let (block, lane) = (slot / inputs.lanes, slot % inputs.lanes);
            let first = o / LANES / self.panel * self.panel;
            let width = self.panel.min(self.blocks - first) * LANES;
            let base = first * LANES * self.reads.blocks * self.inputs;
            let input = block * self.inputs + tap * inputs.lanes + lane;
            base + input * width + o - first * LANES
        };
        let (b, all) = (to.shape.b, to.shape.taps);
        if to.transposed {
            for (slot, channel) in inputs.channels.iter().enumerate() {
                let Some(i) = channel else { continue };
                for o in 0..outputs {
                    to.values[(i * b + o) * all + to.tap] = dw[at(o, slot, 0)];
                }
            }
            return;
        }
        let row = b * all;
        to.values.par_chunks_mut(LANES * row).enumerate().for_each(|(block, rows)| {
            for (slot, channel) in inputs.channels.iter().enumerate() {
                let Some(i) = channel else { continue };
                for tap in 0..taps {
                    let from = &dw[at(block * LANES, slot, tap)..][..LANES];
                    let to = rows[i * taps + tap..].iter_mut().step_by(row);
                    to.zip(from).for_each(|(to, from)| *to = *from);
                }
            }
        });
    }
}

/// Where a gradient goes.
pub(crate) struct Grad<'a> {
    pub(crate) values: &'a mut [f32],
    /// Sizes of the weight.
    pub(crate) shape: Weight<'static>,
    /// Whether the weight's first axis is its input, as an upsampling's; then of which tap.
    pub(crate) transposed: bool,
    pub(crate) tap: usize,
}

/// Cuts what is summed over into parts, where there are few `tasks` besides.
fn in_parts<T: Clone>(all: Vec<T>, tasks: usize) -> Vec<Vec<T>> {
    let threads = rayon::current_num_threads();
    let wanted = (3 * threads).div_ceil(tasks).clamp(1, all.len());
    let parts = if tasks >= 2 * threads { 1 } else { wanted };
    all.chunks(all.len().div_ceil(parts)).map(<[T]>::to_vec).collect()
}

fn segments(r: &Reads, w: &Writes, panel: usize) -> Vec<Segment> {
    let row = (r.row + panel * w.row) * 4;
    let image = row * w.h;
    if image * 2 <= CACHE {
        let images = CACHE / image;
        let starts = (0..w.n).step_by(images);
        return starts
            .map(|n| Segment { images: n..(n + images).min(w.n), rows: 0..w.h })
            .collect();
    }
    let rows = (CACHE / row).max(1);
    (0..w.n)
        .flat_map(|n| {
            (0..w.h)
                .step_by(rows)
                .map(move |y| Segment { images: n..n + 1, rows: y..(y + rows).min(w.h) })
        })
        .collect()
}
