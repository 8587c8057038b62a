//! Which lung is which in masks without sides.

use super::{IGNORE, IGNORED_GRAY, LUNG_GRAY};

/// Labels of a mask of lung, background and ignored pixels: each run of lung in a row belongs to the
/// side of the mask's middle on which its own middle lies; a run of more than half the mask's width
/// that crosses the middle is cut there.
pub(super) fn told_apart(width: usize, gray: &[u8]) -> Vec<u8> {
    let lung_columns =
        || gray.iter().enumerate().filter(|(_, v)| **v == LUNG_GRAY).map(|(i, _)| i % width);
    let (first, last) = (lung_columns().min().unwrap_or(0), lung_columns().max().unwrap_or(width));
    let middle = first.midpoint(last + 1);
    let mut labels = vec![0; gray.len()];
    for (row, out) in gray.chunks_exact(width).zip(labels.chunks_exact_mut(width)) {
        let mut x = 0;
        while x < width {
            let start = x;
            while x < width && row[x] == row[start] {
                x += 1;
            }
            match row[start] {
                IGNORED_GRAY => out[start..x].fill(IGNORE),
                LUNG_GRAY => {
                    let crosses = start < middle && x > middle;
                    let wide = x - start > (last - first) / 2;
                    if crosses && wide {
                        out[start..middle].fill(1);
                        out[middle..x].fill(2);
                    } else {
                        let right = start.midpoint(x) < middle;
                        out[start..x].fill(if right { 1 } else { 2 });
                    }
                }
                _ => {}
            }
        }
    }
    labels
}

/// Mean column of a mask's lung; nothing without lung.
pub(super) fn mean_column(width: usize, gray: &[u8]) -> Option<f64> {
    let (mut sum, mut count) = (0u64, 0u64);
    for (i, _) in gray.iter().enumerate().filter(|(_, v)| **v == LUNG_GRAY) {
        sum += (i % width) as u64;
        count += 1;
    }
    (count > 0).then(|| sum as f64 / count as f64)
}
