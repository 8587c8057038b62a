//! How an output row is cut into tiles.

use crate::kernels::{Kernels, Level};

/// Rows of a tile and the widths that fill an output row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) rows: usize,
    pub(crate) widths: Vec<usize>,
}

/// The cheapest cut of rows of `width` pixels for tiles of at most `rows` rows.
pub(crate) fn cut(
    kernels: &Kernels,
    lanes: usize,
    blocks: usize,
    width: usize,
    rows: usize,
) -> Cut {
    let cuts = (1..=rows.min(3)).filter_map(|rows| {
        let (cost, widths) = fill(kernels, (kernels.widths)(lanes, rows), rows, blocks, width)?;
        Some((cost / rows as f64, Cut { rows, widths }))
    });
    cuts.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, cut)| cut).expect("tiles of one pixel exist")
}

/// Widths whose sum is `width` at the least cost, by dynamic programming.
fn fill(
    kernels: &Kernels,
    widths: &[usize],
    rows: usize,
    blocks: usize,
    width: usize,
) -> Option<(f64, Vec<usize>)> {
    let mut best: Vec<Option<(f64, usize)>> = vec![None; width + 1];
    best[0] = Some((0.0, 0));
    for filled in 1..=width {
        for w in widths.iter().copied().filter(|w| *w <= filled) {
            let Some((before, _)) = best[filled - w] else { continue };
            let cost = before + cost(kernels, rows * w, blocks);
            if best[filled].is_none_or(|(least, _)| cost < least) {
                best[filled] = Some((cost, w));
            }
        }
    }
    let total = best[width]?.0;
    let mut cut = Vec::new();
    let mut left = width;
    while left > 0 {
        let (_, w) = best[left]?;
        cut.push(w);
        left -= w;
    }
    Some((total, cut))
}

/// Half cycles that a tile takes per input channel: a cycle has two multiply-adds or two loads, and
/// a sum waits for its last multiply-add, four cycles before.
fn cost(kernels: &Kernels, pixels: usize, blocks: usize) -> f64 {
    if kernels.level() == Level::Amx {
        // A tile of 16 pixels; fewer are not that much faster.
        return pixels.div_ceil(16) as f64 + 0.25;
    }
    let registers = kernels.level().registers_per_vector();
    let sums = pixels * blocks * registers;
    let loads = pixels + blocks * registers;
    // The half is what a tile costs to begin and to end.
    sums.max(loads).max(8) as f64 + 0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn tiles_fill_every_row() {
        for kernels in Kernels::all() {
            for (lanes, blocks, width) in [(16, 1, 1), (16, 1, 57), (3, 1, 112), (1, 1, 5)] {
                for rows in 1..4 {
                    let cut = cut(&kernels, lanes, blocks, width, rows);
                    assert!(cut.rows <= rows);
                    assert_eq!(cut.widths.iter().sum::<usize>(), width);
                }
            }
        }
    }
}
