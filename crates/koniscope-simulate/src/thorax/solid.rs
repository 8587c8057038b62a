//! Ellipsoids and unions of intervals along a ray.

use super::frame::Frame;

/// An ellipsoid with one axis along the ray.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ellipsoid {
    /// Center in patient mm (already moved by rotation and tilt).
    center: [f64; 3],
    /// Semi-axes, mm.
    radii: [f64; 3],
    /// Cosine and sine of the turn of the first axis toward +y.
    turn: [f64; 2],
}

impl Ellipsoid {
    /// An ellipsoid at `center` with semi-axes `radii` (mm), the first axis
    /// turned by `angle` radians from +x toward +y.
    pub(crate) fn new(frame: &Frame, center: [f64; 3], radii: [f64; 3], angle: f64) -> Self {
        let s = frame.shift(center[2]);
        Self {
            center: [center[0] + s[0], center[1] + s[1], center[2]],
            radii,
            turn: [angle.cos(), angle.sin()],
        }
    }

    /// The depths (mm) at which the ray at `x`, `y` enters and leaves.
    pub(crate) fn span(&self, x: f64, y: f64) -> Option<[f64; 2]> {
        let (dx, dy) = (x - self.center[0], y - self.center[1]);
        let [c, s] = self.turn;
        let u = (c * dx + s * dy) / self.radii[0];
        let v = (c * dy - s * dx) / self.radii[1];
        let left = 1.0 - u * u - v * v;
        (left > 0.0).then(|| {
            let half = self.radii[2] * left.sqrt();
            [self.center[2] - half, self.center[2] + half]
        })
    }

    /// Length of the ray inside, mm.
    pub(crate) fn chord(&self, x: f64, y: f64) -> f64 {
        self.span(x, y).map_or(0.0, |[a, b]| b - a)
    }
}

/// A few closed intervals of depth.
#[derive(Default)]
pub(crate) struct Spans {
    items: [[f64; 2]; 16],
    count: usize,
}

impl Spans {
    /// Adds an interval, kept in order of its start; the 17th is dropped.
    pub(crate) fn push(&mut self, span: [f64; 2]) {
        if self.count == self.items.len() || span[1] <= span[0] {
            return;
        }
        let mut i = self.count;
        while i > 0 && self.items[i - 1][0] > span[0] {
            self.items[i] = self.items[i - 1];
            i -= 1;
        }
        self.items[i] = span;
        self.count += 1;
    }

    /// Length of `[low, high]` not covered by any interval.
    pub(crate) fn free(&self, low: f64, high: f64) -> f64 {
        let (mut at, mut free) = (low, 0.0);
        for span in &self.items[..self.count] {
            if span[0] >= high {
                break;
            }
            free += (span[0] - at).max(0.0);
            at = at.max(span[1]);
        }
        free + (high - at).max(0.0)
    }
}

/// Chord factor of a superellipse of exponent 2.5 at relative offset `u`:
/// (1 - |u|^2.5)^(1/2.5), 0 outside.
pub(crate) fn superellipse(u: f64) -> f64 {
    let u = u.abs();
    let left = 1.0 - u * u * u.sqrt();
    if left > 0.0 { left.powf(0.4) } else { 0.0 }
}

/// Smooth step from 0 at `from` to 1 at `to`.
pub(crate) fn smoothstep(from: f64, to: f64, v: f64) -> f64 {
    let t = ((v - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_spans_are_counted_once() {
        let mut spans = Spans::default();
        spans.push([4.0, 6.0]);
        spans.push([1.0, 3.0]);
        spans.push([2.0, 5.0]);
        assert!((spans.free(0.0, 10.0) - 5.0).abs() < 1e-12);
        assert!((spans.free(2.0, 5.5) - 0.0).abs() < 1e-12);
    }

    #[test]
    fn an_ellipsoid_has_its_axis_as_chord() {
        let frame = Frame::upright(1.0, 10, 10);
        let e = Ellipsoid::new(&frame, [1.0, 2.0, 3.0], [4.0, 5.0, 6.0], 0.4);
        assert!((e.chord(1.0, 2.0) - 12.0).abs() < 1e-12);
        assert!(e.span(20.0, 2.0).is_none());
    }
}
