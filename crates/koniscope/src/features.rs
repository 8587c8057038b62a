//! What kind of film it is, in numbers that do not depend on its size: how the lungs lie, how gray
//! and how sharp they are. A film unlike those that a reader was set on shows here.

use serde::{Deserialize, Serialize};

use crate::{
    Radiograph,
    plane::Plane,
    segmentation::{BoundingBox, LungMask, Side},
};

/// Points along the height of the lungs at which gray is sampled.
const ROWS: f64 = 200.0;

/// Distances at which gray is compared, as shares of the lungs' height: about 1.2 and 9 mm.
const NEAR: f64 = 0.005;
const FAR: f64 = 0.04;

/// Measures of a film and its lungs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Features {
    /// Area of the right lung over that of the left.
    pub lung_ratio: f64,
    /// Height of the box about both lungs over its width, in pixels.
    pub aspect: f64,
    /// Share of that box which is lung.
    pub filled: f64,
    /// Height of the right lung over that of the left.
    pub height_ratio: f64,
    /// Share of the film's height that the lungs take.
    pub height_share: f64,
    /// Median gray of the lungs, 0 to 1.
    pub gray: f64,
    /// Distance of the 10th and the 90th percentile of the lungs' gray.
    pub spread: f64,
    /// Root mean square difference of gray at 1.2 mm, over `spread`: grain and sharpness.
    pub fine: f64,
    /// The same at 9 mm: ribs, vessels, opacities.
    pub coarse: f64,
}

impl Features {
    /// Names, in the order of [`values`](Self::values).
    pub const NAMES: [&str; 9] = [
        "lung_ratio",
        "aspect",
        "filled",
        "height_ratio",
        "height_share",
        "gray",
        "spread",
        "fine",
        "coarse",
    ];

    /// Measures a film and its lungs, of the same size. Nothing if a lung is empty or the lungs
    /// are of one gray.
    pub fn of(film: &Radiograph, mask: &LungMask) -> Option<Self> {
        let [right, left] = Side::BOTH.map(|side| mask.bounding_box(side));
        let (right, left) = (right?, left?);
        let [right_area, left_area] = Side::BOTH.map(|side| mask.area_px(side) as f64);
        let both = around(right, left);
        let (width, height) = (both.width as f64, both.height as f64);
        let gray = Gray::of(film.pixels(), mask, both)?;
        Some(Self {
            lung_ratio: right_area / left_area,
            aspect: height / width,
            filled: (right_area + left_area) / (width * height),
            height_ratio: right.height as f64 / left.height as f64,
            height_share: height / film.height() as f64,
            gray: gray.median,
            spread: gray.spread,
            fine: gray.fine / gray.spread,
            coarse: gray.coarse / gray.spread,
        })
    }

    /// All values, in the order of [`NAMES`](Self::NAMES).
    pub fn values(&self) -> [f64; 9] {
        [
            self.lung_ratio,
            self.aspect,
            self.filled,
            self.height_ratio,
            self.height_share,
            self.gray,
            self.spread,
            self.fine,
            self.coarse,
        ]
    }
}

/// The smallest box that holds both.
fn around(a: BoundingBox, b: BoundingBox) -> BoundingBox {
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    BoundingBox {
        x,
        y,
        width: (a.x + a.width).max(b.x + b.width) - x,
        height: (a.y + a.height).max(b.y + b.height) - y,
    }
}

/// Gray of lungs at points of an even grid.
struct Gray {
    median: f64,
    spread: f64,
    fine: f64,
    coarse: f64,
}

impl Gray {
    fn of(film: &Plane, mask: &LungMask, lungs: BoundingBox) -> Option<Self> {
        let (w, labels) = (mask.width(), mask.labels());
        let step = (lungs.height as f64 / ROWS).max(1.0) as usize;
        // Distances below a pixel would compare a value with itself.
        let shift = |share: f64| ((share * lungs.height as f64).round() as usize).max(1);
        let shifts = [NEAR, FAR].map(shift);
        let mut values = Vec::new();
        let mut sums = [[0.0f64; 2]; 2];
        for y in (lungs.y..lungs.y + lungs.height).step_by(step) {
            for x in (lungs.x..lungs.x + lungs.width).step_by(step) {
                let label = labels[y * w + x];
                if label == 0 {
                    continue;
                }
                let value = film.at(x, y);
                values.push(value);
                for (shift, sum) in shifts.iter().zip(&mut sums) {
                    for (sx, sy) in [(x + shift, y), (x, y + shift)] {
                        if sx < w && sy < mask.height() && labels[sy * w + sx] == label {
                            sum[0] += f64::from(film.at(sx, sy) - value).powi(2);
                            sum[1] += 1.0;
                        }
                    }
                }
            }
        }
        let count = values.len();
        let mut at = |share: f64| {
            let place = (share * count as f64) as usize;
            (count > 0).then(|| {
                let (_, value, _) =
                    values.select_nth_unstable_by(place.min(count - 1), f32::total_cmp);
                f64::from(*value)
            })
        };
        let (low, median, high) = (at(0.1)?, at(0.5)?, at(0.9)?);
        let root = |[sum, count]: [f64; 2]| (count > 0.0).then(|| (sum / count).sqrt());
        let [fine, coarse] = [root(sums[0])?, root(sums[1])?];
        (high > low).then_some(Self { median, spread: high - low, fine, coarse })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Two boxes as lungs, with a slope of gray and stripes of a period of 8 rows.
    fn film(scale: usize, stripes: f32) -> (Radiograph, LungMask) {
        let (w, h) = (200 * scale, 240 * scale);
        let (mut labels, mut values) = (vec![0u8; w * h], vec![0.9f32; w * h]);
        for y in 20 * scale..220 * scale {
            for (label, columns) in [(1u8, 20..80), (2u8, 120..170)] {
                for x in columns.start * scale..columns.end * scale {
                    labels[y * w + x] = label;
                    let stripe = if (y / (4 * scale)).is_multiple_of(2) { stripes } else { 0.0 };
                    values[y * w + x] = 0.2 + 0.4 * y as f32 / h as f32 + stripe;
                }
            }
        }
        (Radiograph::new(Plane::new(w, h, values), None), LungMask::new(w, h, labels))
    }

    #[test]
    fn shape_and_gray_by_hand() {
        let (film, mask) = film(1, 0.0);
        let f = Features::of(&film, &mask).unwrap();
        assert!((f.lung_ratio - 60.0 / 50.0).abs() < 1e-9);
        assert!((f.aspect - 200.0 / 150.0).abs() < 1e-9);
        assert!((f.filled - 110.0 / 150.0).abs() < 1e-9);
        assert!((f.height_share - 200.0 / 240.0).abs() < 1e-9 && f.height_ratio == 1.0);
        assert!((f.gray - 0.4).abs() < 0.01, "{f:?}");
        assert!((f.spread - 0.8 * 0.4 * 200.0 / 240.0).abs() < 0.01, "{f:?}");
        // Along rows nothing changes, along columns 0.4 in 240 rows: one row, and eight.
        let slope = 0.4 / 240.0 / 2f64.sqrt();
        assert!((f.fine * f.spread - slope).abs() < 1e-4, "{f:?}");
        assert!((f.coarse * f.spread - 8.0 * slope).abs() < 1e-3, "{f:?}");
    }

    #[test]
    fn detail_is_told_and_size_is_not() {
        let of = |scale, stripes| {
            let (film, mask) = film(scale, stripes);
            Features::of(&film, &mask).unwrap()
        };
        assert!(of(1, 0.05).fine > 3.0 * of(1, 0.0).fine);
        for (a, b) in of(2, 0.0).values().into_iter().zip(of(4, 0.0).values()) {
            assert!((a / b - 1.0).abs() < 0.02, "{a} {b}");
        }
    }

    #[test]
    fn an_empty_lung_and_one_gray_have_none() {
        let (film, mask) = film(1, 0.0);
        let flat = Radiograph::new(Plane::filled(200, 240, 0.5), None);
        assert_eq!(Features::of(&flat, &mask), None);
        let one: Vec<u8> = mask.labels().iter().map(|l| u8::from(*l == 1)).collect();
        assert_eq!(Features::of(&film, &LungMask::new(200, 240, one)), None);
    }
}
