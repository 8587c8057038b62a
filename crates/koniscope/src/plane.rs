//! A plain picture of `f32` values, and how it is resized and sampled.

use rayon::prelude::*;

/// A row-major picture `[height, width]` of `f32`, in whatever unit its owner says.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    width: usize,
    height: usize,
    data: Vec<f32>,
}

impl Plane {
    /// Wraps row-major values `[height, width]`.
    ///
    /// # Panics
    /// If `data` does not hold `width * height` values.
    pub fn new(width: usize, height: usize, data: Vec<f32>) -> Self {
        assert_eq!(
            data.len(),
            width * height,
            "a plane of {width} x {height} needs that many values"
        );
        Self { width, height, data }
    }

    /// A plane filled with one value.
    pub fn filled(width: usize, height: usize, value: f32) -> Self {
        Self::new(width, height, vec![value; width * height])
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Values, row-major `[height, width]`.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// Values to change in place, row-major `[height, width]`.
    pub fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// The values alone.
    pub fn into_data(self) -> Vec<f32> {
        self.data
    }

    /// Value at column `x`, row `y`.
    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// Row `y`, left to right.
    pub fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..(y + 1) * self.width]
    }

    /// Left for right.
    pub fn mirrored(&self) -> Self {
        let mut data = self.data.clone();
        data.chunks_exact_mut(self.width.max(1)).for_each(<[f32]>::reverse);
        Self { data, ..*self }
    }

    /// Applies `f` to every value.
    pub fn map(mut self, f: impl Fn(f32) -> f32 + Sync) -> Self {
        self.data.par_iter_mut().for_each(|v| *v = f(*v));
        self
    }

    /// Bilinear value at continuous pixel coordinates, where pixel `(i, j)` covers
    /// `[i, i + 1) x [j, j + 1)` and its value stands at its center. Beyond the border the
    /// nearest border value is returned.
    pub fn bilinear(&self, x: f32, y: f32) -> f32 {
        let (x0, x1, fx) = neighbors(x, self.width);
        let (y0, y1, fy) = neighbors(y, self.height);
        let top = lerp(self.at(x0, y0), self.at(x1, y0), fx);
        let bottom = lerp(self.at(x0, y1), self.at(x1, y1), fx);
        lerp(top, bottom, fy)
    }

    /// Resizes to `width x height`: a triangle filter as wide as a target pixel when it
    /// shrinks (so nothing aliases), bilinear when it grows. Borders are renormalized, and no value
    /// leaves the range of this plane's.
    pub fn resize(&self, width: usize, height: usize) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let mut resized = resize([self.width, self.height], [width, height], |y, weight, sum| {
            for (sum, v) in sum.iter_mut().zip(self.row(y)) {
                *sum += v * weight;
            }
        });
        // A mean lies between the values it is of; a sum in f32 may miss that by its last digit.
        let range = |(low, high): (f32, f32), v: &f32| (low.min(*v), high.max(*v));
        let (low, high) = self.data.iter().fold((f32::INFINITY, f32::NEG_INFINITY), range);
        resized.data.iter_mut().for_each(|v| *v = v.min(high).max(low));
        resized
    }
}

/// A label map of `[width, height]` at another size: the label that covers most of each pixel.
pub fn resize_labels(labels: &[u8], [w, h]: [usize; 2], [width, height]: [usize; 2]) -> Vec<u8> {
    if (w, h) == (width, height) {
        return labels.to_vec();
    }
    let mut there = [false; 256];
    labels.iter().for_each(|label| there[usize::from(*label)] = true);
    let planes: Vec<(u8, Plane)> = (1..=u8::MAX)
        .filter(|label| there[usize::from(*label)])
        .map(|label| {
            let data = labels.iter().map(|l| f32::from(u8::from(*l == label))).collect();
            (label, Plane::new(w, h, data).resize(width, height))
        })
        .collect();
    (0..width * height)
        .map(|i| {
            let covered: f32 = planes.iter().map(|(_, plane)| plane.data()[i]).sum();
            planes
                .iter()
                .map(|(label, plane)| (*label, plane.data()[i]))
                .fold((0, 1.0 - covered), |a, b| if b.1 > a.1 { b } else { a })
                .0
        })
        .collect()
}

/// [`Plane::resize`] of any picture: `add(y, weight, sum)` adds `weight` times its row `y` to
/// `sum`. No picture of the whole is made on the way.
pub(crate) fn resize(
    [from_width, from_height]: [usize; 2],
    [width, height]: [usize; 2],
    add: impl Fn(usize, f32, &mut [f32]) + Sync,
) -> Plane {
    let (columns, rows) = (taps(from_width, width), taps(from_height, height));
    let mut data = vec![0.0f32; width * height];
    data.par_chunks_mut(width).zip(&rows).for_each_init(
        || vec![0.0f32; from_width],
        |sum, (out, tap)| {
            sum.fill(0.0);
            for (k, weight) in tap.weights.iter().enumerate() {
                add(tap.first + k, *weight, sum);
            }
            for (value, tap) in out.iter_mut().zip(&columns) {
                *value = sum[tap.first..].iter().zip(&tap.weights).map(|(v, w)| v * w).sum();
            }
        },
    );
    Plane::new(width, height, data)
}

/// Where one target pixel takes its value: source pixels from `first` on, with these weights.
struct Tap {
    first: usize,
    weights: Vec<f32>,
}

/// Triangle-filter taps that resize `from` pixels to `to` pixels; each tap's weights sum to 1.
fn taps(from: usize, to: usize) -> Vec<Tap> {
    let step = from as f64 / to as f64;
    let radius = step.max(1.0);
    (0..to)
        .map(|i| {
            let center = (i as f64 + 0.5) * step;
            let first = ((center - radius).floor().max(0.0) as usize).min(from - 1);
            let last = ((center + radius).ceil() as usize).clamp(first + 1, from);
            let raw: Vec<f64> = (first..last)
                .map(|j| (1.0 - (j as f64 + 0.5 - center).abs() / radius).max(0.0))
                .collect();
            let sum: f64 = raw.iter().sum();
            Tap { first, weights: raw.iter().map(|w| (w / sum) as f32).collect() }
        })
        .collect()
}

/// The two pixels about a continuous coordinate, and the share of the second.
fn neighbors(x: f32, length: usize) -> (usize, usize, f32) {
    let x = (x - 0.5).clamp(0.0, (length - 1) as f32);
    let first = x as usize;
    (first, (first + 1).min(length - 1), x - first as f32)
}

fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ramp(width: usize, height: usize) -> Plane {
        let data = (0..height).flat_map(|y| (0..width).map(move |x| (x + 2 * y) as f32)).collect();
        Plane::new(width, height, data)
    }

    #[test]
    fn a_pixel_center_gives_its_own_value() {
        let plane = ramp(5, 4);
        assert_eq!(plane.bilinear(3.5, 2.5), plane.at(3, 2));
        assert_eq!(plane.bilinear(-9.0, 99.0), plane.at(0, 3));
    }

    #[test]
    fn halving_a_ramp_keeps_its_slope_inside() {
        let half = ramp(64, 64).resize(32, 32);
        let (x, y) = (10, 12);
        // Target pixel centers lie between two source pixels: (2x + 0.5) + 2 (2y + 0.5).
        let expected = (2 * x) as f32 + 0.5 + 2.0 * ((2 * y) as f32 + 0.5);
        assert!((half.at(x, y) - expected).abs() < 1e-3);
    }

    #[test]
    fn halving_takes_the_label_that_covers_most() {
        let rows = [[1, 1, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 9, 9], [1, 0, 0, 0, 0, 0, 0, 0]];
        let labels = [rows[0], rows[1], rows[2], [0, 0, 0, 0, 0, 0, 9, 0]].concat();
        assert_eq!(resize_labels(&labels, [8, 4], [4, 2]), [1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(resize_labels(&labels, [8, 4], [8, 4]), labels);
        let twice = resize_labels(&labels, [8, 4], [16, 8]);
        assert_eq!(twice[..6], [1, 1, 1, 1, 0, 0]);
    }

    proptest! {
        #[test]
        fn a_constant_stays_constant(w in 1usize..40, h in 1usize..40, w2 in 1usize..60, h2 in 1usize..60) {
            let resized = Plane::filled(w, h, 0.75).resize(w2, h2);
            prop_assert!(resized.data().iter().all(|v| *v == 0.75));
        }
    }
}
