//! What hangs together with a peak, and its moments.

use super::relief::Relief;
use crate::segmentation::components::{fill_holes, label_components};

/// Pixels of a [`Relief`].
pub(super) struct Component(Vec<usize>);

impl Component {
    /// The pixels that hang together with `peak` at `height` and above, at most `within` film
    /// pixels from `center`; holes are filled.
    pub(super) fn of(
        relief: &Relief,
        peak: usize,
        height: f32,
        center: [f64; 2],
        within: f64,
    ) -> Option<Self> {
        let above = relief.above(height, center, within);
        let (labels, _) = label_components(&above, relief.width());
        let own = labels[peak];
        let mut inside: Vec<bool> = labels.iter().map(|l| own > 0 && *l == own).collect();
        fill_holes(&mut inside, relief.width());
        let pixels: Vec<usize> = (0..inside.len()).filter(|i| inside[*i]).collect();
        (!pixels.is_empty()).then_some(Self(pixels))
    }

    /// How many.
    pub(super) fn pixels(&self) -> usize {
        self.0.len()
    }

    /// Whether two share a pixel. Both are of one relief, in order.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().any(|pixel| other.0.binary_search(pixel).is_ok())
    }

    /// Their center `[x, y]` in continuous film pixels.
    pub(super) fn center(&self, relief: &Relief) -> [f64; 2] {
        let n = self.0.len() as f64;
        let points = self.0.iter().map(|pixel| relief.point(*pixel));
        points.fold([0.0; 2], |[sx, sy], [x, y]| [sx + x / n, sy + y / n])
    }

    /// Long and short axis of the ellipse with the same second moments, which are four times the
    /// standard deviations, and the direction of the long one in radians from the row towards
    /// higher rows. Film pixels count `unit` each, `[x, y]`.
    pub(super) fn axes(&self, relief: &Relief, unit: [f64; 2]) -> ([f64; 2], f64) {
        let n = self.0.len() as f64;
        let [cx, cy] = self.center(relief);
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for pixel in &self.0 {
            let [x, y] = relief.point(*pixel);
            let (dx, dy) = ((x - cx) * unit[0], (y - cy) * unit[1]);
            xx += dx * dx / n;
            xy += dx * dy / n;
            yy += dy * dy / n;
        }
        let (mean, half) = ((xx + yy) / 2.0, (xx - yy) / 2.0);
        let spread = half.hypot(xy);
        let axis = |variance: f64| 4.0 * variance.max(0.0).sqrt();
        ([axis(mean + spread), axis(mean - spread)], xy.atan2(half) / 2.0)
    }
}
