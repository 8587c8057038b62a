//! The lung region that the second stage sees: both lungs side by side, the right one in the
//! left half as on the film, all else blanked, so that markers, hardware and the heart cannot
//! be learnt. Both halves share one scale, so that sizes stay comparable.

mod zones;

pub use zones::ZoneCrops;

use crate::{
    Error, Radiograph,
    plane::Plane,
    segmentation::{BoundingBox, LungMask, Side},
};

/// Margin about a lung, as a share of the half's height: pleura and costophrenic angle stay in
/// sight when the outline is a little tight. Empirically chosen.
const MARGIN: f64 = 0.03;

/// Both lungs, side by side, on one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct LungCrop {
    picture: Plane,
    right: Placement,
    left: Placement,
}

/// Where one lung's half of the crop, or one zone's picture, lies on the film.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Placement {
    /// Crop column at which the half begins, and its width and height.
    x0: f64,
    width: f64,
    height: f64,
    /// Film coordinates of its center.
    center: [f64; 2],
    /// Film pixels a crop pixel.
    scale: f64,
}

impl Placement {
    fn to_film(self, x: f64, y: f64) -> [f64; 2] {
        [
            self.center[0] + (x - self.x0 - self.width / 2.0) * self.scale,
            self.center[1] + (y - self.height / 2.0) * self.scale,
        ]
    }

    fn to_crop(self, x: f64, y: f64) -> [f64; 2] {
        [
            self.x0 + self.width / 2.0 + (x - self.center[0]) / self.scale,
            self.height / 2.0 + (y - self.center[1]) / self.scale,
        ]
    }
}

impl LungCrop {
    /// Crops `film` to its lungs, as a picture of `width x height` with values in `[0, 1]`.
    ///
    /// # Errors
    /// [`Error::LungsNotFound`] if a side is empty.
    pub fn new(
        film: &Radiograph,
        mask: &LungMask,
        width: usize,
        height: usize,
    ) -> Result<Self, Error> {
        let boxes = [boxed(mask, Side::Right)?, boxed(mask, Side::Left)?];
        let half = (width / 2) as f64;
        let room = 1.0 - 2.0 * MARGIN;
        let scale = boxes
            .iter()
            .map(|b| (b.width as f64 / (half * room)).max(b.height as f64 / (height as f64 * room)))
            .fold(0.0, f64::max);
        let place = |index: usize| Placement {
            x0: index as f64 * half,
            width: half,
            height: height as f64,
            center: center(boxes[index]),
            scale,
        };
        let (right, left) = (place(0), place(1));

        // Shrink film and mask first, with a filter; then only shifts below a pixel remain.
        let shrink = scale.max(1.0);
        let small = |length: usize| ((length as f64 / shrink).round() as usize).max(1);
        let (w, h) = (small(film.width()), small(film.height()));
        let pixels = film.pixels().resize(w, h);
        let to_small = [w as f64 / film.width() as f64, h as f64 / film.height() as f64];
        let mut picture = Plane::filled(width, height, 0.0);
        for (side, placement) in [(Side::Right, right), (Side::Left, left)] {
            let lung = grown(mask, side, w, h, (MARGIN * height as f64 * scale / shrink).ceil());
            for y in 0..height {
                let from = placement.x0 as usize;
                for x in from..from + width / 2 {
                    let [fx, fy] = placement.to_film(x as f64 + 0.5, y as f64 + 0.5);
                    let (sx, sy) = (fx * to_small[0], fy * to_small[1]);
                    let inside = (0.0..w as f64).contains(&sx) && (0.0..h as f64).contains(&sy);
                    if inside && lung[sy as usize * w + sx as usize] {
                        picture.data_mut()[y * width + x] = pixels.bilinear(sx as f32, sy as f32);
                    }
                }
            }
        }
        Ok(Self { picture, right, left })
    }

    /// Values in `[0, 1]`, `[height, width]`; 0 outside the lungs.
    pub fn picture(&self) -> &Plane {
        &self.picture
    }

    /// Where a film point of one lung lies in the crop, `[x, y]` in continuous pixels.
    pub fn from_film(&self, side: Side, x: f64, y: f64) -> [f64; 2] {
        self.placement(side).to_crop(x, y)
    }

    /// Where a crop point of one half lies on the film; the inverse of [`Self::from_film`].
    pub fn to_film(&self, side: Side, x: f64, y: f64) -> [f64; 2] {
        self.placement(side).to_film(x, y)
    }

    fn placement(&self, side: Side) -> Placement {
        match side {
            Side::Right => self.right,
            Side::Left => self.left,
        }
    }
}

fn boxed(mask: &LungMask, side: Side) -> Result<BoundingBox, Error> {
    mask.bounding_box(side)
        .ok_or_else(|| Error::LungsNotFound { detail: format!("the {side:?} lung is empty") })
}

fn center(b: BoundingBox) -> [f64; 2] {
    [b.x as f64 + b.width as f64 / 2.0, b.y as f64 + b.height as f64 / 2.0]
}

/// One lung on a grid of `w x h`, grown by `radius` grid pixels (a square, row by row).
fn grown(mask: &LungMask, side: Side, w: usize, h: usize, radius: f64) -> Vec<bool> {
    let mut lung = vec![false; w * h];
    for y in 0..h {
        let my = ((y as f64 + 0.5) * mask.height() as f64 / h as f64) as usize;
        for x in 0..w {
            let mx = ((x as f64 + 0.5) * mask.width() as f64 / w as f64) as usize;
            lung[y * w + x] = mask.labels()[my * mask.width() + mx] == side.label();
        }
    }
    let radius = radius as usize;
    let rows = spread(&lung, w, h, radius, 1, w);
    spread(&rows, h, w, radius, w, 1)
}

/// Spreads `true` by `radius` along lines of `length` values `step` apart, `lines` of them
/// `stride` apart.
fn spread(
    from: &[bool],
    length: usize,
    lines: usize,
    radius: usize,
    step: usize,
    stride: usize,
) -> Vec<bool> {
    let mut to = vec![false; from.len()];
    for line in 0..lines {
        let at = |i: usize| line * stride + i * step;
        let mut last = None;
        for i in (0..length).rev() {
            if from[at(i)] {
                last = Some(i);
            }
            to[at(i)] = last.is_some_and(|l| l - i <= radius);
        }
        let mut last = None;
        for i in 0..length {
            if from[at(i)] {
                last = Some(i);
            }
            to[at(i)] |= last.is_some_and(|l| i - l <= radius);
        }
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mask(w: usize, h: usize, right: [usize; 4], left: [usize; 4]) -> LungMask {
        let mut labels = vec![0; w * h];
        for ([x, y, bw, bh], label) in [(right, 1), (left, 2)] {
            for row in y..y + bh {
                labels[row * w + x..row * w + x + bw].fill(label);
            }
        }
        LungMask::new(w, h, labels)
    }

    #[test]
    fn all_but_the_lungs_is_blank() {
        let (w, h) = (200, 160);
        let film = Radiograph::new(Plane::filled(w, h, 0.5), None);
        let mask = mask(w, h, [20, 30, 50, 100], [130, 30, 50, 100]);
        let crop = LungCrop::new(&film, &mask, 64, 64).unwrap();
        let lit = crop.picture().data().iter().filter(|v| **v > 0.0).count();
        assert!(crop.picture().data().iter().all(|v| *v == 0.0 || (*v - 0.5).abs() < 1e-6));
        // 50 x 100 film pixels at 100 / (64 * 0.94) film pixels a crop pixel, margins aside.
        assert!((2 * 30 * 60..2 * 34 * 64 + 1).contains(&lit), "{lit}");
    }

    proptest! {
        #[test]
        fn crop_and_back_is_identity(x in 0.0f64..400.0, y in 0.0f64..300.0, a in 10usize..80, b in 10usize..80) {
            let mask = mask(400, 300, [10, 20, a, b], [200, 40, b, a]);
            let film = Radiograph::new(Plane::filled(400, 300, 0.5), None);
            let crop = LungCrop::new(&film, &mask, 96, 64).unwrap();
            for side in Side::BOTH {
                let [cx, cy] = crop.from_film(side, x, y);
                let [fx, fy] = crop.to_film(side, cx, cy);
                prop_assert!((fx - x).abs() < 1e-9 && (fy - y).abs() < 1e-9);
            }
        }

        #[test]
        fn every_lung_pixel_lies_in_its_half(a in 10usize..150, b in 10usize..200) {
            let mask = mask(400, 300, [10, 20, a, b], [200, 40, b.min(190), a]);
            let film = Radiograph::new(Plane::filled(400, 300, 0.5), None);
            let crop = LungCrop::new(&film, &mask, 96, 64).unwrap();
            for (side, range) in [(Side::Right, 0.0..48.0), (Side::Left, 48.0..96.0)] {
                let bb = mask.bounding_box(side).unwrap();
                for (fx, fy) in [(bb.x, bb.y), (bb.x + bb.width, bb.y + bb.height)] {
                    let [x, y] = crop.from_film(side, fx as f64, fy as f64);
                    prop_assert!(range.contains(&x) && (0.0..64.0).contains(&y), "{x} {y}");
                }
            }
        }
    }
}
