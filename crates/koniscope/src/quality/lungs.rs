//! Checks of the lungs that were found.
//!
//! Bounds come from some 1,000 hand-drawn outlines of four sets (MODEL_CARD.md, data), whose
//! extremes stand beside each; they are set well outside of them, since a collapsed lung is still
//! to be read.

use super::Flag;
use crate::{
    Error,
    plane::Plane,
    segmentation::{BoundingBox, LungMask, Side},
};

/// Share of the film that one lung takes; outlines: 0.018 to 0.33.
const AREA: std::ops::RangeInclusive<f64> = 0.006..=0.45;

/// Larger lung over smaller; outlines: at most 1.9, but for a few destroyed lungs, the worst
/// with 9.8, whose remnant the network finds smaller: 13.
const MAX_RATIO: f64 = 20.0;

/// Rows that the boxes of both lungs share over rows that either has; outlines: at least 0.55.
const MIN_SHARED_ROWS: f64 = 0.5;

/// Height of a lung over its width, in pixels of the film as it is; outlines: 1.1 to 3.2.
const ASPECT: std::ops::RangeInclusive<f64> = 0.7..=4.8;

/// Distance of the lungs' centers as a share of the film's width; outlines: at least 0.24.
const MIN_DISTANCE: f64 = 0.12;

/// Height of the taller lung as a share of the film's; outlines: at least 0.30.
const MIN_HEIGHT: f64 = 0.2;

/// Brightness between the lungs less that inside, in standard deviations of the film; outlines:
/// at least 0.16. Lungs are air: a film where they are brighter is inverted, or no chest.
const MIN_CONTRAST: f64 = 0.0;

/// Pixels of lung on the film's border, as a share of the film's longer side, from which a lung
/// counts as cut off.
const CUT_OFF: f64 = 0.02;

/// Refuses what no pair of lungs looks like; flags lungs cut off by the border.
///
/// `film` and `mask` may be of any one size; `pixel_aspect` is the height of their pixels over the
/// width.
///
/// # Errors
/// [`Error::LungsImplausible`] with the measure that failed.
pub fn check_lungs(film: &Plane, mask: &LungMask, pixel_aspect: f64) -> Result<Vec<Flag>, Error> {
    let pixels = (mask.width() * mask.height()) as f64;
    let extents = mask.extents();
    let areas = extents.map(|extent| extent.area_px as f64 / pixels);
    for (side, area) in Side::BOTH.into_iter().zip(areas) {
        if !AREA.contains(&area) {
            return implausible(format!(
                "the {side:?} lung takes {:.1} % of the film; {} to {} % was expected",
                area * 100.0,
                AREA.start() * 100.0,
                AREA.end() * 100.0
            ));
        }
    }
    let ratio = areas[0].max(areas[1]) / areas[0].min(areas[1]);
    if ratio > MAX_RATIO {
        return implausible(format!(
            "one lung is {ratio:.1} times the other; at most {MAX_RATIO} was expected"
        ));
    }
    let boxes = extents.map(|extent| extent.bounding_box);
    if let [Some(right), Some(left)] = boxes {
        for (side, lung) in Side::BOTH.into_iter().zip([right, left]) {
            let aspect = lung.height as f64 / lung.width as f64 * pixel_aspect;
            if !ASPECT.contains(&aspect) {
                return implausible(format!(
                    "the {side:?} lung is {aspect:.1} times as tall as wide; {} to {} was expected",
                    ASPECT.start(),
                    ASPECT.end()
                ));
            }
        }
        let shared = shared_rows(right, left);
        if shared < MIN_SHARED_ROWS {
            return implausible(format!(
                "the lungs share {:.0} % of their rows; at least {:.0} % was expected",
                shared * 100.0,
                MIN_SHARED_ROWS * 100.0
            ));
        }
        let middle = |b: BoundingBox| b.x as f64 + b.width as f64 / 2.0;
        let distance = (middle(left) - middle(right)) / mask.width() as f64;
        if distance < MIN_DISTANCE {
            return implausible(format!(
                "the lungs' centers lie {:.0} % of the width apart; at least {:.0} % was expected",
                distance * 100.0,
                MIN_DISTANCE * 100.0
            ));
        }
        let height = right.height.max(left.height) as f64 / mask.height() as f64;
        if height < MIN_HEIGHT {
            return implausible(format!(
                "the taller lung has {:.0} % of the film's height; at least {:.0} % was expected",
                height * 100.0,
                MIN_HEIGHT * 100.0
            ));
        }
    }
    match contrast(film, mask) {
        Some(contrast) if contrast < MIN_CONTRAST => implausible(format!(
            "the lungs are brighter than what lies between them (by {:.2} standard deviations)",
            -contrast
        )),
        _ => Ok(if cut_off(mask) { vec![Flag::CutOff] } else { Vec::new() }),
    }
}

/// Rows that both boxes have over rows that either has.
fn shared_rows(a: BoundingBox, b: BoundingBox) -> f64 {
    let both = (a.y + a.height).min(b.y + b.height).saturating_sub(a.y.max(b.y));
    let either = (a.y + a.height).max(b.y + b.height) - a.y.min(b.y);
    both as f64 / either as f64
}

fn implausible(detail: String) -> Result<Vec<Flag>, Error> {
    Err(Error::LungsImplausible { detail })
}

/// Mean brightness between the lungs less that inside them, in standard deviations of the film;
/// nothing if no row has both lungs with a gap.
fn contrast(film: &Plane, mask: &LungMask) -> Option<f64> {
    let (mut inside, mut between, mut all) = (Mean::default(), Mean::default(), Mean::default());
    for (y, labels) in mask.labels().chunks_exact(mask.width()).enumerate() {
        let row = film.row(y);
        for (value, label) in row.iter().zip(labels) {
            all.add(*value);
            if *label > 0 {
                inside.add(*value);
            }
        }
        let right_end = labels.iter().rposition(|l| *l == Side::Right.label());
        let left_start = labels.iter().position(|l| *l == Side::Left.label());
        if let (Some(end), Some(start)) = (right_end, left_start)
            && end + 1 < start
        {
            row[end + 1..start].iter().for_each(|v| between.add(*v));
        }
    }
    (between.n > 0.0).then(|| (between.mean() - inside.mean()) / all.deviation().max(1e-6))
}

/// Whether a lung lies on the film's border for more than a corner.
fn cut_off(mask: &LungMask) -> bool {
    let (w, h) = (mask.width(), mask.height());
    let labels = mask.labels();
    let rows = [0, h - 1].map(|y| labels[y * w..(y + 1) * w].iter().filter(|l| **l > 0).count());
    let columns = [0, w - 1].map(|x| (0..h).filter(|y| labels[y * w + x] > 0).count());
    let touching: usize = rows.iter().chain(&columns).sum();
    touching as f64 > CUT_OFF * w.max(h) as f64
}

#[derive(Default)]
struct Mean {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Mean {
    fn add(&mut self, value: f32) {
        let value = f64::from(value);
        self.n += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    fn mean(&self) -> f64 {
        self.sum / self.n
    }

    fn deviation(&self) -> f64 {
        (self.squares / self.n - self.mean().powi(2)).max(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A film of gray 0.8 with two dark boxes `[x, y, width, height]`, and their mask.
    fn chest(right: [usize; 4], left: [usize; 4], lung: f32) -> (Plane, LungMask) {
        let (w, h) = (100, 100);
        let mut pixels = Plane::filled(w, h, 0.8);
        let mut labels = vec![0; w * h];
        for ([x, y, bw, bh], label) in [(right, 1), (left, 2)] {
            for row in y..y + bh {
                labels[row * w + x..row * w + x + bw].fill(label);
                pixels.data_mut()[row * w + x..row * w + x + bw].fill(lung);
            }
        }
        (pixels, LungMask::new(w, h, labels))
    }

    #[test]
    fn plausible_lungs_pass_and_others_are_named() {
        let good = ([15, 20, 25, 60], [60, 20, 25, 60]);
        let cases = [
            (good.0, good.1, 0.2, None),
            ([15, 20, 5, 10], good.1, 0.2, Some("% of the film")),
            ([15, 20, 5, 26], [40, 10, 50, 80], 0.2, Some("times the other")),
            ([30, 20, 10, 40], [41, 20, 10, 40], 0.2, Some("apart")),
            ([15, 5, 25, 45], [60, 40, 25, 45], 0.2, Some("share")),
            ([15, 20, 10, 60], good.1, 0.2, Some("as tall as wide")),
            ([15, 20, 18, 15], [60, 20, 18, 15], 0.2, Some("height")),
            (good.0, good.1, 0.95, Some("brighter")),
        ];
        for (right, left, lung, expected) in cases {
            let (film, mask) = chest(right, left, lung);
            match (check_lungs(&film, &mask, 1.0), expected) {
                (Ok(flags), None) => assert!(flags.is_empty(), "{flags:?}"),
                (Err(e), Some(words)) => {
                    assert_eq!(e.kind(), "lungs_implausible");
                    assert!(e.to_string().contains(words), "{e}");
                }
                (found, expected) => panic!("{found:?}, expected {expected:?}"),
            }
        }
    }

    #[test]
    fn a_lung_on_the_border_is_flagged() {
        let (film, mask) = chest([0, 20, 25, 60], [60, 20, 25, 60], 0.2);
        assert_eq!(check_lungs(&film, &mask, 1.0), Ok(vec![Flag::CutOff]));
    }
}
