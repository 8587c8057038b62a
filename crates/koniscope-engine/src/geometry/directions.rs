//! Convolutions forward and backward as reads and writes of padded memory.

use super::{Reads, Writes};
use crate::{layout::Layout, window::Window};

/// A convolution's reads of its input.
pub(crate) fn forward(x: &Layout, window: &Window) -> Reads {
    let back = window.padding;
    Reads {
        start: x.at(0, 0, 0) - back * x.row() - back * x.lanes,
        image: x.image(),
        block: x.plane(),
        blocks: x.blocks(),
        lanes: x.lanes,
        step: window.stride,
        row: x.row() * window.stride,
        taps: window.taps().map(|(ky, kx)| ky * x.row() + kx * x.lanes).collect(),
        precision: x.precision,
    }
}

/// Writes of every pixel.
pub(crate) fn all(y: &Layout) -> Writes {
    every(y, 1, 0, 0)
}

/// Writes of the pixels `(step * i + a, step * j + b)`.
pub(crate) fn every(y: &Layout, step: usize, a: usize, b: usize) -> Writes {
    Writes {
        start: y.at(0, 0, 0) + a * y.row() + b * y.lanes,
        image: y.image(),
        block: y.plane(),
        row: y.row() * step,
        pixel: y.lanes * step,
        n: y.n,
        h: (y.h - a).div_ceil(step),
        w: (y.w - b).div_ceil(step),
        precision: y.precision,
    }
}

/// One part of a convolution's gradient with respect to its input: the pixels `(step * i + a,
/// step * j + b)` of the input are sums over these taps of the output's gradient.
pub(crate) struct Phase {
    pub(crate) reads: Reads,
    pub(crate) writes: Writes,
    /// Taps `ky * kw + kx` of the weight, in the order of `reads.taps`.
    pub(crate) taps: Vec<usize>,
}

/// The gradient with respect to the input `dx`, from the output's `dy`: `stride * stride` parts.
pub(crate) fn backward(dx: &Layout, dy: &Layout, window: &Window) -> Vec<Phase> {
    let step = window.stride;
    // Output row of input row `step * i + a` and tap `k`: `i + shift`, where that is whole.
    let shifts = |size: usize, phase: usize| -> Vec<(usize, isize)> {
        (0..size)
            .filter(|k| (phase + window.padding + step - k % step).is_multiple_of(step))
            .map(|k| (k, (phase + window.padding) as isize - k as isize))
            .map(|(k, distance)| (k, distance / step as isize))
            .collect()
    };
    let mut phases = Vec::new();
    for a in 0..step.min(dx.h) {
        for b in 0..step.min(dx.w) {
            let (rows, columns) = (shifts(window.kh, a), shifts(window.kw, b));
            let writes = every(dx, step, a, b);
            let first = |s: &[(usize, isize)]| s.iter().map(|(_, d)| *d).min().unwrap_or(0);
            let (top, left) = (first(&rows), first(&columns));
            let at = |y: isize, x: isize| y * dy.row() as isize + x * dy.lanes as isize;
            let mut taps = Vec::new();
            let mut offsets = Vec::new();
            for (ky, down) in &rows {
                for (kx, right) in &columns {
                    taps.push(ky * window.kw + kx);
                    offsets.push(at(down - top, right - left) as usize);
                }
            }
            let start = dy.at(0, 0, 0) as isize + at(top, left);
            let reads = Reads {
                start: usize::try_from(start).expect("the halo holds what a window reaches"),
                image: dy.image(),
                block: dy.plane(),
                blocks: dy.blocks(),
                lanes: dy.lanes,
                step: 1,
                row: dy.row(),
                taps: offsets,
                precision: dy.precision,
            };
            phases.push(Phase { reads, writes, taps });
        }
    }
    phases
}
