//! A picture to draw on.

use rayon::prelude::*;

use super::colors::Rgb;

/// RGB pixels, row-major. Whatever falls outside is left out.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Canvas {
    /// A canvas of one color.
    pub(super) fn new(width: usize, height: usize, color: Rgb) -> Self {
        Self { width, height, bytes: color.repeat(width * height) }
    }

    /// Columns.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub(super) fn height(&self) -> usize {
        self.height
    }

    /// Bytes `[height, width, 3]`.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    #[cfg(test)]
    pub(super) fn pixel(&self, x: usize, y: usize) -> Rgb {
        let i = 3 * (y * self.width + x);
        [self.bytes[i], self.bytes[i + 1], self.bytes[i + 2]]
    }

    /// Lays a color over one pixel, `alpha` in `[0, 1]`.
    pub(super) fn blend(&mut self, x: usize, y: usize, color: Rgb, alpha: f32) {
        if x >= self.width || y >= self.height || alpha <= 0.0 {
            return;
        }
        let i = 3 * (y * self.width + x);
        let pixel = &mut self.bytes[i..i + 3];
        pixel.copy_from_slice(&mixed([pixel[0], pixel[1], pixel[2]], color, alpha));
    }

    /// Changes every pixel of a rectangle at `x`, `y`, as far as it lies on the canvas: `shade` is given
    /// column and row within the rectangle and the color that is there.
    pub(super) fn shade(
        &mut self,
        [x, y]: [usize; 2],
        [width, height]: [usize; 2],
        shade: impl Fn(usize, usize, Rgb) -> Rgb + Sync,
    ) {
        let width = width.min(self.width.saturating_sub(x));
        let rows = self.bytes.par_chunks_mut(3 * self.width).skip(y).take(height).enumerate();
        rows.for_each(|(row, bytes)| {
            let pixels = bytes.as_chunks_mut::<3>().0.iter_mut();
            for (column, pixel) in pixels.skip(x).take(width).enumerate() {
                *pixel = shade(column, row, *pixel);
            }
        });
    }

    /// Fills a rectangle.
    pub(super) fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, color: Rgb) {
        for row in y..y + height {
            for column in x..x + width {
                self.blend(column, row, color, 1.0);
            }
        }
    }

    /// Draws round-ended strokes, each `[from, to]` as `[x, y]` in continuous pixels, `thick`
    /// pixels wide. Strokes are joined before they are laid on, so that crossings stay even.
    pub(super) fn strokes(&mut self, strokes: &[[[f32; 2]; 2]], thick: f32, color: Rgb) {
        let reach = thick / 2.0 + 1.0;
        let bounds = |axis: usize, size: usize| {
            let ends = strokes.iter().flatten().map(|end| end[axis]);
            let (low, high) = ends.fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(v), h.max(v)));
            let low = ((low - reach).max(0.0) as usize).min(size);
            (low, ((high + reach).max(0.0).ceil() as usize).clamp(low, size))
        };
        if strokes.is_empty() {
            return;
        }
        let ((x0, x1), (y0, y1)) = (bounds(0, self.width), bounds(1, self.height));
        let mut cover = vec![0.0f32; (x1 - x0) * (y1 - y0)];
        for [from, to] in strokes {
            let span = |axis: usize, low: usize, high: usize| {
                let first = (from[axis].min(to[axis]) - reach).max(0.0) as usize;
                let last = (from[axis].max(to[axis]) + reach).max(0.0).ceil() as usize;
                first.clamp(low, high)..last.clamp(low, high)
            };
            for y in span(1, y0, y1) {
                for x in span(0, x0, x1) {
                    let distance = distance([x as f32 + 0.5, y as f32 + 0.5], *from, *to);
                    let value = (thick / 2.0 + 0.5 - distance).clamp(0.0, 1.0);
                    let cell = &mut cover[(y - y0) * (x1 - x0) + x - x0];
                    *cell = cell.max(value);
                }
            }
        }
        for (i, alpha) in cover.into_iter().enumerate() {
            if alpha > 0.0 {
                self.blend(x0 + i % (x1 - x0), y0 + i / (x1 - x0), color, alpha);
            }
        }
    }
}

/// `old` with the share `alpha` of `new`.
pub(super) fn mixed(old: Rgb, new: Rgb, alpha: f32) -> Rgb {
    std::array::from_fn(|i| {
        let (from, to) = (f32::from(old[i]), f32::from(new[i]));
        (from + (to - from) * alpha + 0.5) as u8
    })
}

/// Distance of a point from the segment between two others.
fn distance(p: [f32; 2], a: [f32; 2], b: [f32; 2]) -> f32 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (px, py) = (p[0] - a[0], p[1] - a[1]);
    let length2 = dx * dx + dy * dy;
    let t = if length2 > 0.0 { ((px * dx + py * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
    (px - t * dx).hypot(py - t * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_falls_outside_is_left_out() {
        let mut canvas = Canvas::new(4, 3, [0, 0, 0]);
        canvas.fill(2, 1, 9, 9, [255, 255, 255]);
        canvas.strokes(&[[[-50.0, -9.0], [-40.0, 99.0]]], 2.0, [9, 9, 9]);
        assert_eq!(canvas.bytes().iter().filter(|b| **b == 255).count(), 3 * 4);
        assert!(canvas.bytes().iter().all(|b| *b == 0 || *b == 255));
    }

    #[test]
    fn a_stroke_covers_its_width() {
        let mut canvas = Canvas::new(30, 20, [0, 0, 0]);
        canvas.strokes(&[[[0.0, 10.0], [30.0, 10.0]]], 3.0, [200, 200, 200]);
        let column: f32 = (0..20).map(|y| f32::from(canvas.pixel(15, y)[0]) / 200.0).sum();
        assert!((column - 3.0).abs() < 0.1, "{column}");
    }
}
