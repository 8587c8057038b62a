//! The outline of one lung, drawn soft.

use rayon::prelude::*;

use crate::{
    plane::{Plane, resize},
    segmentation::{LungMask, Side},
};

/// One lung on a panel: how much of each pixel it covers, smoothed by two 3 x 3 means so that the
/// edge slopes evenly over several pixels.
pub(super) struct Coverage {
    smooth: Plane,
}

impl Coverage {
    /// A lung of `mask` on a panel of `width x height` that shows the whole film.
    pub(super) fn new(mask: &LungMask, side: Side, width: usize, height: usize) -> Self {
        let from = [mask.width(), mask.height()];
        let lung = resize(from, [width, height], |y, weight, sum| {
            let labels = &mask.labels()[y * from[0]..][..from[0]];
            for (sum, label) in sum.iter_mut().zip(labels) {
                *sum += if *label == side.label() { weight } else { 0.0 };
            }
        });
        Self { smooth: mean3(&mean3(&lung)) }
    }

    /// Share of a pixel inside the lung, in `[0, 1]`.
    pub(super) fn inside(&self, x: usize, y: usize) -> f32 {
        self.smooth.at(x, y).clamp(0.0, 1.0)
    }

    /// How much of a pixel a line along the edge covers, for a line `width` pixels wide.
    ///
    /// The distance to the edge is taken as (coverage - 1/2) over the slope of the coverage.
    pub(super) fn line(&self, x: usize, y: usize, width: f32) -> f32 {
        let at = |dx: isize, dy: isize| {
            let x = x.saturating_add_signed(dx).min(self.smooth.width() - 1);
            let y = y.saturating_add_signed(dy).min(self.smooth.height() - 1);
            self.smooth.at(x, y)
        };
        let slope = ((at(1, 0) - at(-1, 0)) / 2.0).hypot((at(0, 1) - at(0, -1)) / 2.0);
        if slope < 0.02 {
            return 0.0;
        }
        let distance = (at(0, 0) - 0.5).abs() / slope;
        (width / 2.0 + 0.5 - distance).clamp(0.0, 1.0)
    }

    /// Center of the lung on the panel, in pixels; nothing if the panel shows none of it.
    pub(super) fn center(&self) -> Option<[f32; 2]> {
        self.center_of([0.0, f32::INFINITY])
    }

    /// Center of what of the lung lies in the rows from one to another.
    pub(super) fn center_of(&self, [from, to]: [f32; 2]) -> Option<[f32; 2]> {
        let (mut sum, mut sx, mut sy) = (0.0f64, 0.0f64, 0.0f64);
        for y in (0..self.smooth.height()).filter(|y| (from..to).contains(&(*y as f32 + 0.5))) {
            for (x, v) in self.smooth.row(y).iter().enumerate() {
                sum += f64::from(*v);
                sx += f64::from(*v) * x as f64;
                sy += f64::from(*v) * y as f64;
            }
        }
        (sum > 0.0).then(|| [(sx / sum) as f32, (sy / sum) as f32])
    }
}

impl Coverage {
    /// The level strokes across the lung at a row, in continuous pixels.
    pub(super) fn across(&self, row: f32) -> Vec<[[f32; 2]; 2]> {
        let y = (row.max(0.0) as usize).min(self.smooth.height() - 1);
        let mut strokes = Vec::new();
        let mut start = None;
        for x in 0..=self.smooth.width() {
            let inside = x < self.smooth.width() && self.inside(x, y) > 0.5;
            match (inside, start) {
                (true, None) => start = Some(x),
                (false, Some(first)) => {
                    strokes.push([[first as f32, row], [x as f32, row]]);
                    start = None;
                }
                _ => {}
            }
        }
        strokes
    }
}

/// Mean of each pixel's 3 x 3 neighborhood; the border is repeated.
fn mean3(plane: &Plane) -> Plane {
    let (w, h) = (plane.width(), plane.height());
    let mut out = Plane::filled(w, h, 0.0);
    out.data_mut().par_chunks_mut(w).enumerate().for_each(|(y, out)| {
        let rows = [y.saturating_sub(1), y, (y + 1).min(h - 1)].map(|y| plane.row(y));
        for (x, out) in out.iter_mut().enumerate() {
            let (before, after) = (x.saturating_sub(1), (x + 1).min(w - 1));
            *out = rows.iter().map(|row| row[before] + row[x] + row[after]).sum::<f32>() / 9.0;
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_follows_a_straight_edge_at_its_width() {
        let labels = (0..40 * 40).map(|i| u8::from(i % 40 >= 20)).collect();
        let coverage = Coverage::new(&LungMask::new(40, 40, labels), Side::Right, 40, 40);
        let row: Vec<f32> = (0..40).map(|x| coverage.line(x, 20, 2.0)).collect();
        let drawn: f32 = row.iter().sum();
        assert!((drawn - 2.0).abs() < 0.35, "{drawn}: {row:?}");
        assert!(row[19] > 0.85 && row[20] > 0.85 && row[16] == 0.0 && row[23] == 0.0, "{row:?}");
        assert_eq!(coverage.across(20.0), [[[20.0, 20.0], [40.0, 20.0]]]);
        let [x, y] = coverage.center_of([10.0, 20.0]).expect("rows of the lung");
        assert!((x - 29.5).abs() < 0.5 && (y - 14.5).abs() < 0.1, "{x} {y}");
        assert_eq!(coverage.inside(5, 20), 0.0);
        assert!(coverage.inside(30, 20) > 0.99);
    }

    #[test]
    fn a_lung_that_is_not_there_has_no_line_and_no_center() {
        let coverage = Coverage::new(&LungMask::new(9, 9, vec![1; 81]), Side::Left, 5, 5);
        assert_eq!(coverage.center(), None);
        assert_eq!(coverage.line(2, 2, 2.0), 0.0);
    }
}
