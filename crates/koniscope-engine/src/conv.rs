//! One convolution over a batch: cut into tasks for the threads, and those into tiles.

use rayon::prelude::*;

use crate::{
    LANES, Precision,
    buffer::Shared,
    kernels::{Kernels, Tile},
    split::{Cut, cut},
    weights::Packed,
    winograd::Winograd,
};

/// Where a convolution reads: output pixel `(y, x)` of picture `n` and input block `b` reads at
/// `start + n * image + b * block + tap + y * row + x * step * lanes`.
#[derive(Clone, Debug)]
pub(crate) struct Reads {
    pub(crate) start: usize,
    pub(crate) image: usize,
    pub(crate) block: usize,
    pub(crate) blocks: usize,
    pub(crate) lanes: usize,
    /// Input columns from an output column to the next: 1 or 2.
    pub(crate) step: usize,
    /// Floats from an output row's input to the next one's.
    pub(crate) row: usize,
    /// Floats from a pixel's start to each tap.
    pub(crate) taps: Vec<usize>,
    pub(crate) precision: Precision,
}

/// Where a convolution writes: pixel `(y, x)` of picture `n` and channel block `b` at
/// `start + n * image + b * block + y * row + x * pixel`.
#[derive(Clone, Debug)]
pub(crate) struct Writes {
    pub(crate) start: usize,
    pub(crate) image: usize,
    pub(crate) block: usize,
    pub(crate) row: usize,
    pub(crate) pixel: usize,
    pub(crate) n: usize,
    pub(crate) h: usize,
    pub(crate) w: usize,
    pub(crate) precision: Precision,
}

impl Reads {
    /// One past the last float that is read for all of `writes`.
    pub(crate) fn end(&self, writes: &Writes) -> usize {
        let Some(tap) = self.taps.iter().max() else { return 0 };
        self.start
            + (writes.n - 1) * self.image
            + (self.blocks - 1) * self.block
            + tap
            + (writes.h - 1) * self.row
            + ((writes.w - 1) * self.step + 1) * self.lanes
    }
}

impl Writes {
    /// One past the last float that is written for `blocks` blocks of 16 outputs.
    pub(crate) fn end(&self, blocks: usize) -> usize {
        self.start
            + (self.n - 1) * self.image
            + self.block_at(blocks - 1)
            + (self.h - 1) * self.row
            + (self.w - 1) * self.pixel
            + LANES
    }

    /// Words from the first output block of 16 channels to block `i`.
    fn block_at(&self, i: usize) -> usize {
        i * LANES / self.precision.per_block() * self.block
    }
}

/// A convolution's geometry, cut for a level's tiles.
#[derive(Clone, Debug)]
pub(crate) struct Convolution {
    reads: Reads,
    writes: Writes,
    /// Cuts by the rows left, most rows first.
    cuts: Vec<Cut>,
    /// Rows and panels of a task.
    task_rows: usize,
    task_panels: usize,
    /// With fewer multiplications, where that pays.
    winograd: Option<Winograd>,
}

/// What is done to each sum.
#[derive(Clone, Copy, Default)]
pub(crate) struct Finish<'a> {
    /// Added per output channel, in whole blocks.
    pub(crate) bias: Option<&'a [f32]>,
    /// Added per value, laid out as the output.
    pub(crate) residual: Option<&'a [f32]>,
    /// Added to what is there; not together with `residual`.
    pub(crate) accumulate: bool,
    /// max(x, 0) at the end.
    pub(crate) relu: bool,
}

/// Bytes of input that a task should find in its core's cache.
const CACHE: usize = 384 << 10;

impl Convolution {
    /// In the way that would seem to be the faster one.
    pub(crate) fn new(kernels: &Kernels, reads: Reads, writes: Writes, packed: &Packed) -> Self {
        let mut new = Self::fewer(kernels, reads, writes, packed);
        let (reads, writes) = (&new.reads, &new.writes);
        new.winograd = new.winograd.filter(|w| w.pays(reads, writes, packed));
        new
    }

    /// With fewer multiplications wherever that can be done.
    pub(crate) fn fewer(kernels: &Kernels, reads: Reads, writes: Writes, packed: &Packed) -> Self {
        let winograd = Winograd::new(kernels, &reads, &writes, packed);
        Self { winograd, ..Self::plain(kernels, reads, writes, packed) }
    }

    #[cfg(test)]
    pub(crate) fn has_fewer(&self) -> bool {
        self.winograd.is_some()
    }

    /// By plain sums.
    pub(crate) fn plain(kernels: &Kernels, reads: Reads, writes: Writes, packed: &Packed) -> Self {
        let mut cuts = vec![cut(kernels, reads.lanes, packed.panel, writes.w, writes.h)];
        while cuts[cuts.len() - 1].rows > 1 {
            let rows = cuts[cuts.len() - 1].rows - 1;
            cuts.push(cut(kernels, reads.lanes, packed.panel, writes.w, rows));
        }
        let panels = packed.blocks.div_ceil(packed.panel);
        let threads = rayon::current_num_threads();
        let input = reads.blocks * reads.row * writes.h * 4;
        let tasks_wanted = 3 * threads;
        let (task_rows, task_panels) = if packed.bytes() > input * 2 {
            // Weights are the larger part: each is read once.
            (writes.h, panels.div_ceil((tasks_wanted.div_ceil(writes.n)).max(1)))
        } else {
            let cached = CACHE / (reads.blocks * reads.row * 4).max(1);
            let shared = (writes.h * writes.n).div_ceil(tasks_wanted);
            let rows = cached.min(shared).clamp(1, writes.h).next_multiple_of(cuts[0].rows);
            (rows, panels)
        };
        let task_panels = task_panels.max(1);
        Self { reads, writes, cuts, task_rows, task_panels, winograd: None }
    }

    /// Runs on the current thread pool. On AMX `x` must be a [`Buffer`](crate::buffer::Buffer)'s,
    /// since a tile's rows after the last pixel are read too.
    ///
    /// # Panics
    /// If a slice is smaller than the geometry says.
    #[allow(unsafe_code)]
    pub(crate) fn run(
        &self,
        kernels: &Kernels,
        packed: &Packed,
        x: &[f32],
        finish: Finish,
        y: &mut [f32],
    ) {
        self.check(packed, x, &finish, y);
        let y = Shared::new(y);
        if let Some(winograd) = &self.winograd {
            let places = (&self.reads, &self.writes);
            // SAFETY: `check` has shown every address to lie within its slice.
            unsafe { winograd.run(kernels, places, packed, x, &finish, y) };
            return;
        }
        let panels = packed.blocks.div_ceil(packed.panel);
        let row_tasks = self.writes.h.div_ceil(self.task_rows);
        let panel_tasks = panels.div_ceil(self.task_panels);
        let tasks = self.writes.n * row_tasks * panel_tasks;
        let task = |i: usize| {
            let n = i / (row_tasks * panel_tasks);
            let first_row = i / panel_tasks % row_tasks * self.task_rows;
            let first_panel = i % panel_tasks * self.task_panels;
            let rows = first_row..(first_row + self.task_rows).min(self.writes.h);
            for panel in first_panel..(first_panel + self.task_panels).min(panels) {
                // SAFETY: `check` has shown every address to lie within its slice, and no two
                // tasks write the same picture, rows and panel.
                unsafe { self.rows(kernels, packed, x, &finish, y, n, panel, rows.clone()) };
            }
        };
        if tasks == 1 {
            task(0);
        } else {
            (0..tasks).into_par_iter().for_each(task);
        }
    }

    /// # Safety
    /// `check` holds, and nobody else writes these rows of this panel.
    #[allow(unsafe_code, clippy::too_many_arguments)]
    unsafe fn rows(
        &self,
        kernels: &Kernels,
        packed: &Packed,
        x: &[f32],
        finish: &Finish,
        y: Shared,
        n: usize,
        panel: usize,
        rows: std::ops::Range<usize>,
    ) {
        let (reads, writes) = (&self.reads, &self.writes);
        let first = panel * packed.panel;
        let (weights, blocks) = packed.panel(first);
        let mut row = rows.start;
        while row < rows.end {
            let left = rows.end - row;
            let cut = self.cuts.iter().find(|cut| cut.rows <= left).expect("a cut of one row");
            let mut column = 0;
            for width in &cut.widths {
                let size = [cut.rows, *width, blocks, reads.step, reads.lanes];
                let kernel = kernels
                    .select([reads.precision, writes.precision], size)
                    .expect("a cut is made of tiles that exist");
                let from = reads.start
                    + n * reads.image
                    + row * reads.row
                    + column * reads.step * reads.lanes;
                let to = writes.start
                    + n * writes.image
                    + writes.block_at(first)
                    + row * writes.row
                    + column * writes.pixel;
                let residual = match (finish.residual, finish.accumulate) {
                    (Some(residual), _) => residual[to..].as_ptr(),
                    (None, true) => y.as_mut_ptr().wrapping_add(to).cast_const(),
                    (None, false) => std::ptr::null(),
                };
                let tile = Tile {
                    x: x[from..].as_ptr(),
                    x_block: reads.block,
                    x_row: reads.row,
                    blocks: reads.blocks,
                    taps: &reads.taps,
                    weights: weights.as_ptr(),
                    bias: finish.bias.map_or(std::ptr::null(), |b| b[first * LANES..].as_ptr()),
                    y: y.as_mut_ptr().wrapping_add(to),
                    y_block: writes.block,
                    y_row: writes.row,
                    y_pixel: writes.pixel,
                    residual,
                    relu: finish.relu,
                };
                // SAFETY: as this function's.
                unsafe { kernel(&tile) };
                column += width;
            }
            row += cut.rows;
        }
    }

    /// The largest address of each slice lies within it.
    fn check(&self, packed: &Packed, x: &[f32], finish: &Finish, y: &[f32]) {
        let (r, w) = (&self.reads, &self.writes);
        assert!(w.n > 0 && w.h > 0 && w.w > 0, "an output has pixels");
        assert_eq!(packed.inputs(), r.blocks * r.taps.len() * r.lanes, "weights fit the input");
        let end = r.end(w);
        assert!(end <= x.len(), "input of {} floats, {end} are read", x.len());
        let end = w.end(packed.blocks);
        assert!(end <= y.len(), "output of {} floats, {end} are written", y.len());
        assert!(
            finish.residual.is_none_or(|r| end <= r.len()),
            "a residual as large as the output"
        );
        assert!(
            finish.bias.is_none_or(|b| b.len() >= packed.blocks * LANES),
            "a bias for whole blocks"
        );
        // Rows of a picture do not reach into the next row, block or picture.
        assert!((w.w - 1) * w.pixel + LANES <= w.row || w.h == 1, "output rows overlap");
    }
}
