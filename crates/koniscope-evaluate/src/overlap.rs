//! How well found lungs agree with hand-drawn ones, beside Dice: Jaccard and Hausdorff distance.

mod distance;

use koniscope::{plane::resize_labels, segmentation::LungMask};
use koniscope_data::mask::{IGNORE, Mask, label_dice, lung_dice};
use serde::{Deserialize, Serialize};

pub(crate) use distance::distances;

/// One film's lungs against its mask.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overlap {
    /// Dice of both lungs together.
    pub dice: f64,
    /// Dice of the patient's right lung.
    pub dice_right: f64,
    /// Dice of the left lung.
    pub dice_left: f64,
    /// Jaccard of both lungs together: `|A and B| / |A or B|`.
    pub jaccard: f64,
    /// 95 % Hausdorff distance of both lungs' outlines in pixels of the film.
    pub hausdorff_px: Option<f64>,
    /// The same in mm, where the spacing is known.
    pub hausdorff_mm: Option<f64>,
}

impl Overlap {
    /// Of found lungs and the hand-drawn mask of the same film. Pixels that the mask ignores do not
    /// count, in either.
    pub fn of(found: &LungMask, truth: &Mask, spacing_mm: Option<[f64; 2]>) -> Self {
        let (w, h) = (found.width(), found.height());
        let truth = resize_labels(&truth.labels, [truth.width, truth.height], [w, h]);
        let dice = lung_dice(found.labels(), &truth);
        let counted = |labels: &[u8]| -> Vec<bool> {
            let pairs = labels.iter().zip(&truth);
            pairs.map(|(label, truth)| *truth != IGNORE && *label > 0).collect()
        };
        let masks = [counted(found.labels()), counted(&truth)];
        let outlines = within_bounds(masks.map(|mask| outline(&mask, [w, h])), w);
        let hausdorff = |spacing| {
            let ([a, b], size) = outlines.as_ref()?;
            hausdorff_95(a, b, *size, spacing)
        };
        Self {
            dice,
            dice_right: label_dice(found.labels(), &truth, 1),
            dice_left: label_dice(found.labels(), &truth, 2),
            jaccard: dice / (2.0 - dice),
            hausdorff_px: hausdorff([1.0, 1.0]),
            hausdorff_mm: spacing_mm.and_then(hausdorff),
        }
    }
}

/// 95th percentile of the distances from each outline to the other, both ways together (Huttenlocher
/// 1993; Taha and Hanbury, BMC Medical Imaging 2015;15:29); `spacing` is that of rows and columns.
/// Nothing if a mask is empty.
fn hausdorff_95(a: &[bool], b: &[bool], size: [usize; 2], spacing: [f64; 2]) -> Option<f64> {
    let (to_a, to_b) = (distances(a, size, spacing)?, distances(b, size, spacing)?);
    let of = |outline: &[bool], to: &[f64]| -> Vec<f64> {
        outline.iter().zip(to).filter(|(on, _)| **on).map(|(_, d)| *d).collect()
    };
    let mut all = of(a, &to_b);
    all.extend(of(b, &to_a));
    all.sort_unstable_by(f64::total_cmp);
    let place = 0.95 * all.len().checked_sub(1)? as f64;
    let (low, high) = (all[place.floor() as usize], all[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}

/// Both outlines cut to the rectangle that holds them, and its columns and rows. Nothing if there is
/// none.
fn within_bounds(outlines: [Vec<bool>; 2], w: usize) -> Option<([Vec<bool>; 2], [usize; 2])> {
    let on = || {
        let places = outlines[0].iter().zip(&outlines[1]).enumerate();
        places.filter(|(_, (a, b))| **a || **b).map(|(i, _)| [i % w, i / w])
    };
    let first = on().reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1])])?;
    let last = on().reduce(|a, b| [a[0].max(b[0]), a[1].max(b[1])])?;
    let cut = |outline: &[bool]| -> Vec<bool> {
        let rows = outline.chunks_exact(w).take(last[1] + 1).skip(first[1]);
        rows.flat_map(|row| &row[first[0]..=last[0]]).copied().collect()
    };
    let size = [last[0] - first[0] + 1, last[1] - first[1] + 1];
    Some((outlines.each_ref().map(|outline| cut(outline)), size))
}

/// Pixels of a mask with a neighbor above, below, left or right that is not of it; those at the
/// border of the film too.
fn outline(mask: &[bool], [w, h]: [usize; 2]) -> Vec<bool> {
    let inside = |x: usize, y: usize| {
        x > 0
            && y > 0
            && x + 1 < w
            && y + 1 < h
            && [y * w + x - 1, y * w + x + 1, (y - 1) * w + x, (y + 1) * w + x]
                .iter()
                .all(|i| mask[*i])
    };
    (0..w * h).map(|i| mask[i] && !inside(i % w, i / w)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Squares of 4 x 4 of both lungs, `shift` columns to the right, on 32 x 12 pixels.
    fn squares(shift: usize) -> Vec<u8> {
        let mut labels = vec![0; 32 * 12];
        for (label, left) in [(1, 4), (2, 18)] {
            for y in 4..8 {
                let from = y * 32 + left + shift;
                labels[from..from + 4].fill(label);
            }
        }
        labels
    }

    #[test]
    fn shifted_squares_by_hand() {
        let truth = Mask { width: 32, height: 12, labels: squares(0) };
        let found = LungMask::new(32, 12, squares(2));
        let overlap = Overlap::of(&found, &truth, Some([3.0, 0.5]));
        // Half of each square lies in the other: Dice 1/2, Jaccard 1/3.
        assert!((overlap.dice - 0.5).abs() < 1e-12);
        assert!((overlap.jaccard - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!([overlap.dice_right, overlap.dice_left], [0.5, 0.5]);
        // The far side of each square is two columns from the other: more than 5 % of the outline.
        assert_eq!(overlap.hausdorff_px, Some(2.0));
        assert_eq!(overlap.hausdorff_mm, Some(1.0));
        let same = Overlap::of(&LungMask::new(32, 12, squares(0)), &truth, None);
        assert_eq!((same.dice, same.hausdorff_px, same.hausdorff_mm), (1.0, Some(0.0), None));
    }

    #[test]
    fn an_empty_mask_has_no_distance() {
        let truth = Mask { width: 32, height: 12, labels: vec![0; 32 * 12] };
        let overlap = Overlap::of(&LungMask::new(32, 12, squares(0)), &truth, None);
        assert_eq!((overlap.dice, overlap.hausdorff_px), (0.0, None));
    }
}
