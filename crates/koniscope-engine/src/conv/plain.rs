//! A convolution by plain sums: cut into tasks for the threads, and those into tiles.
#![allow(unsafe_code)]

use std::ops::Range;

use rayon::prelude::*;

use super::work::Work;
use crate::{
    LANES,
    geometry::{Reads, Writes},
    kernels::{Kernels, Tile},
    tiling::{Cut, cut},
    weights::Packed,
};

/// How the output is cut.
#[derive(Clone, Debug)]
pub(super) struct Plain {
    /// Cuts by the rows left, most rows first.
    cuts: Vec<Cut>,
    /// Rows of a task.
    task_rows: usize,
    /// Panels of a task.
    task_panels: usize,
}

/// Bytes of input that a task should find in its core's cache.
const CACHE: usize = 384 << 10;

impl Plain {
    /// For the threads of the current pool.
    pub(super) fn new(
        kernels: &Kernels,
        (reads, writes): (&Reads, &Writes),
        packed: &Packed,
    ) -> Self {
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
        Self { cuts, task_rows, task_panels }
    }

    /// Runs on the current thread pool.
    ///
    /// # Safety
    /// As of [`Work`].
    pub(super) unsafe fn run(&self, work: &Work) {
        let (writes, packed) = (work.writes, work.packed);
        let panels = packed.blocks.div_ceil(packed.panel);
        let row_tasks = writes.h.div_ceil(self.task_rows);
        let panel_tasks = panels.div_ceil(self.task_panels);
        let tasks = writes.n * row_tasks * panel_tasks;
        let task = |i: usize| {
            let n = i / (row_tasks * panel_tasks);
            let first_row = i / panel_tasks % row_tasks * self.task_rows;
            let first_panel = i % panel_tasks * self.task_panels;
            let rows = first_row..(first_row + self.task_rows).min(writes.h);
            for panel in first_panel..(first_panel + self.task_panels).min(panels) {
                // SAFETY: the caller's promise; no two tasks have the same image, rows and panel,
                // and so no word of output.
                unsafe { self.rows(work, n, panel, rows.clone()) };
            }
        };
        if tasks == 1 {
            task(0);
        } else {
            (0..tasks).into_par_iter().for_each(task);
        }
    }

    /// Some rows of an image, for a panel of outputs.
    ///
    /// # Safety
    /// As of [`Work`], and nobody else writes these rows of this panel.
    unsafe fn rows(&self, work: &Work, n: usize, panel: usize, rows: Range<usize>) {
        let Work { kernels, reads, writes, packed, x, finish, y } = *work;
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
}
