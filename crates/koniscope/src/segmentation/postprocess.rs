//! Probabilities to a label map in the film's geometry.

use rayon::prelude::*;

use super::{
    LungMask, LungProbabilities, Side,
    components::{fill_holes, keep_largest, label_components},
};
use crate::{Error, plane::Plane};

/// A pixel is lung where either side's probability together reaches this.
const THRESHOLD: f32 = 0.5;

/// One component a side, holes filled, right told from left.
///
/// Components are chosen on the network's own grid, where they are few; the outline is then
/// drawn in the film's geometry, from the probabilities and not from the coarse pixels.
pub(super) fn lung_mask(
    probabilities: &LungProbabilities,
    width: usize,
    height: usize,
) -> Result<LungMask, Error> {
    let (right, left) = (&probabilities.right, &probabilities.left);
    let (w, h) = (right.width(), right.height());
    let mut sides = Side::BOTH.map(|side| {
        let (own, other) = if side == Side::Right { (right, left) } else { (left, right) };
        claim(own, other)
    });
    for (side, kept) in Side::BOTH.into_iter().zip(&mut sides) {
        if keep_largest(kept, w) == 0 {
            return Err(Error::LungsNotFound {
                detail: format!("no {} lung", if side == Side::Right { "right" } else { "left" }),
            });
        }
        fill_holes(kept, w);
    }
    let lung = Plane::new(
        w,
        h,
        right.data().iter().zip(left.data()).map(|(r, l)| (r + l).min(1.0)).collect(),
    );
    let near = sides.map(|kept| (grown_by_one(&kept, w, h), kept));
    Ok(draw(&lung, &near, right, left, width, height))
}

/// Pixels of one side: lung there, and this side likelier; whole components go to the side that
/// holds most of their probability, so that a lung is not split down its middle.
fn claim(own: &Plane, other: &Plane) -> Vec<bool> {
    let lung: Vec<bool> =
        own.data().iter().zip(other.data()).map(|(a, b)| a + b >= THRESHOLD).collect();
    let (labels, counts) = label_components(&lung, own.width());
    let mut mass = vec![[0.0f64; 2]; counts.len()];
    for ((label, a), b) in labels.iter().zip(own.data()).zip(other.data()) {
        mass[*label as usize][0] += f64::from(*a);
        mass[*label as usize][1] += f64::from(*b);
    }
    // A component with both sides in earnest is two lungs that touch: split it pixel by pixel.
    let share = |m: &[f64; 2]| m[0] / (m[0] + m[1]).max(f64::MIN_POSITIVE);
    labels
        .iter()
        .zip(own.data().iter().zip(other.data()))
        .map(|(label, (a, b))| {
            *label > 0
                && match share(&mass[*label as usize]) {
                    s if s > 0.75 => true,
                    s if s < 0.25 => false,
                    _ => a > b,
                }
        })
        .collect()
}

/// Grown by one pixel to all eight neighbors: the rim in which the fine outline may lie.
fn grown_by_one(inside: &[bool], w: usize, h: usize) -> Vec<bool> {
    let mut grown = vec![false; inside.len()];
    for y in 0..h {
        for x in 0..w {
            if inside[y * w + x] {
                for ny in y.saturating_sub(1)..(y + 2).min(h) {
                    grown[ny * w + x.saturating_sub(1)..ny * w + (x + 2).min(w)].fill(true);
                }
            }
        }
    }
    grown
}

/// Draws the outline at film resolution: a pixel belongs to a side if it lies in the side's
/// filled component and is not on its rim, or if it lies near it and the interpolated
/// probability of lung reaches the threshold.
fn draw(
    lung: &Plane,
    sides: &[(Vec<bool>, Vec<bool>); 2],
    right: &Plane,
    left: &Plane,
    width: usize,
    height: usize,
) -> LungMask {
    let (w, h) = (lung.width(), lung.height());
    let inner = [eroded(&sides[0].1, w, h), eroded(&sides[1].1, w, h)];
    let columns: Vec<(f32, usize)> = (0..width)
        .map(|x| (x as f32 + 0.5) * w as f32 / width as f32)
        .map(|sx| (sx, sx as usize))
        .collect();
    let mut labels = vec![0u8; width * height];
    labels.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
        let sy = (y as f32 + 0.5) * h as f32 / height as f32;
        let first = sy as usize * w;
        for (label, (sx, column)) in row.iter_mut().zip(&columns) {
            let (sx, cell) = (*sx, first + column);
            let near = [sides[0].0[cell], sides[1].0[cell]];
            if !near[0] && !near[1] {
                continue;
            }
            *label = if inner[0][cell] {
                Side::Right.label()
            } else if inner[1][cell] {
                Side::Left.label()
            } else if lung.bilinear(sx, sy) < THRESHOLD {
                0
            } else if near[0] && near[1] {
                if right.bilinear(sx, sy) >= left.bilinear(sx, sy) { 1 } else { 2 }
            } else if near[0] {
                1
            } else {
                2
            };
        }
    });
    LungMask::new(width, height, labels)
}

/// Pixels whose eight neighbors are inside too.
fn eroded(inside: &[bool], w: usize, h: usize) -> Vec<bool> {
    let outside: Vec<bool> = inside.iter().map(|i| !i).collect();
    grown_by_one(&outside, w, h).iter().map(|o| !o).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Disks of probability 1 with a soft rim, `[center x, center y, radius]`.
    fn disks(w: usize, h: usize, disks: &[[f32; 3]]) -> Plane {
        let mut plane = Plane::filled(w, h, 0.0);
        for y in 0..h {
            for x in 0..w {
                for [cx, cy, r] in disks {
                    let d = ((x as f32 + 0.5 - cx).powi(2) + (y as f32 + 0.5 - cy).powi(2)).sqrt();
                    let p = (r - d + 0.5).clamp(0.0, 1.0);
                    let value = &mut plane.data_mut()[y * w + x];
                    *value = value.max(p);
                }
            }
        }
        plane
    }

    #[test]
    fn keeps_one_component_a_side_at_film_size() {
        let right = disks(64, 64, &[[16.0, 32.0, 10.0], [5.0, 5.0, 3.0]]);
        let left = disks(64, 64, &[[48.0, 32.0, 9.0]]);
        let mask = lung_mask(&LungProbabilities { right, left }, 640, 640).unwrap();
        for (side, radius) in [(Side::Right, 100.0f64), (Side::Left, 90.0)] {
            let expected = std::f64::consts::PI * radius * radius;
            let area = mask.area_px(side) as f64;
            assert!((area / expected - 1.0).abs() < 0.02, "{side:?} {area} {expected}");
        }
        assert_eq!(mask.labels()[50 * 640 + 50], 0, "the speck must be gone");
    }

    #[test]
    fn a_hole_is_filled() {
        let mut right = disks(64, 64, &[[16.0, 32.0, 12.0]]);
        right.data_mut()[32 * 64 + 16] = 0.0;
        let left = disks(64, 64, &[[48.0, 32.0, 9.0]]);
        let mask = lung_mask(&LungProbabilities { right, left }, 64, 64).unwrap();
        assert_eq!(mask.labels()[32 * 64 + 16], 1);
    }

    #[test]
    fn a_stray_patch_of_the_other_side_does_not_split_a_lung() {
        let mut right = disks(64, 64, &[[16.0, 32.0, 12.0]]);
        let mut left = disks(64, 64, &[[48.0, 32.0, 9.0]]);
        for y in 30..34 {
            for x in 14..18 {
                right.data_mut()[y * 64 + x] = 0.1;
                left.data_mut()[y * 64 + x] = 0.9;
            }
        }
        let mask = lung_mask(&LungProbabilities { right, left }, 64, 64).unwrap();
        assert_eq!(mask.labels()[32 * 64 + 16], 1);
    }

    #[test]
    fn an_empty_side_is_an_error() {
        let right = disks(64, 64, &[[16.0, 32.0, 12.0]]);
        let left = Plane::filled(64, 64, 0.0);
        let error = lung_mask(&LungProbabilities { right, left }, 64, 64).unwrap_err();
        assert_eq!(error.kind(), "lungs_not_found");
    }
}
