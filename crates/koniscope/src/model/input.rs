//! Pictures to tensors: the one input scaling of the networks.

use rayon::prelude::*;

use crate::{manifest::Input, plane::Plane};

/// Sides of the squares whose means are told apart, in pixels: what is smaller than the first is
/// fine detail, what lies between both is middling. Empirically chosen.
pub(crate) const SQUARES: [usize; 2] = [5, 15];

/// Factors that bring detail of lungs to about the spread of the gray channel. Empirically chosen.
pub(crate) const GAINS: [f32; 2] = [30.0, 15.0];

/// Pictures with values in `[0, 1]` to a batch `[n, channels, height, width]`, each value
/// `(v - mean) / std`, the gray channel repeated. The pictures must have the input's size.
///
/// With `detail` the second channel is 30 times what a pixel is above the mean of the 5 x 5 pixels
/// about it, the third 15 times what that mean is above the one of 15 x 15 pixels: an opacity of a
/// millimeter changes a film by a hundredth of what a rib does. Pixels of 0, which were blanked,
/// count in no mean and have no detail.
///
/// # Panics
/// If a picture has another size, or detail is wanted in other than three channels.
pub fn gray_batch(pictures: &[&Plane], input: &Input) -> (Vec<f32>, [usize; 4]) {
    let (n, h, w) = (pictures.len(), input.height, input.width);
    let size = input.channels * h * w;
    let mut values = vec![0.0; n * size];
    values.par_chunks_mut(size.max(1)).zip(pictures).for_each(|(values, picture)| {
        assert_eq!((picture.width(), picture.height()), (w, h), "a picture of the input's size");
        for channel in values.chunks_exact_mut(h * w) {
            for (to, v) in channel.iter_mut().zip(picture.data()) {
                *to = (v - input.mean) / input.std;
            }
        }
        if input.detail {
            assert_eq!(input.channels, 3, "detail stands in the second and third channel");
            let (fine, middling) = values[h * w..].split_at_mut(h * w);
            write_detail(picture, fine, middling);
        }
    });
    (values, [n, input.channels, h, w])
}

fn write_detail(picture: &Plane, fine: &mut [f32], middling: &mut [f32]) {
    let [near, far] = SQUARES.map(|side| local_means(picture, side));
    for (i, v) in picture.data().iter().enumerate() {
        let is_blank = *v == 0.0;
        fine[i] = if is_blank { 0.0 } else { GAINS[0] * (v - near[i]) };
        middling[i] = if is_blank { 0.0 } else { GAINS[1] * (near[i] - far[i]) };
    }
}

/// Mean of the pixels above 0 in a square of `side` pixels about each pixel, row-major; 0 where there
/// is none. The side is odd.
pub fn local_means(picture: &Plane, side: usize) -> Vec<f32> {
    let (w, h) = (picture.width(), picture.height());
    // Sums over all that lies above and to the left, of values and of pixels that count.
    let mut sums = vec![[0.0f64; 2]; (w + 1) * (h + 1)];
    for y in 0..h {
        let mut row = [0.0; 2];
        for x in 0..w {
            let v = f64::from(picture.at(x, y));
            row[0] += v;
            row[1] += f64::from(u8::from(v > 0.0));
            let above = sums[y * (w + 1) + x + 1];
            sums[(y + 1) * (w + 1) + x + 1] = [above[0] + row[0], above[1] + row[1]];
        }
    }
    let half = side / 2;
    let mut means = Vec::with_capacity(w * h);
    for y in 0..h {
        let (top, bottom) = (y.saturating_sub(half) * (w + 1), (y + half + 1).min(h) * (w + 1));
        for x in 0..w {
            let (left, right) = (x.saturating_sub(half), (x + half + 1).min(w));
            let of = |k: usize| {
                sums[bottom + right][k] - sums[top + right][k] - sums[bottom + left][k]
                    + sums[top + left][k]
            };
            means.push(if of(1) > 0.5 { (of(0) / of(1)) as f32 } else { 0.0 });
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(detail: bool) -> Input {
        Input { width: 40, height: 30, channels: 3, mean: 0.5, std: 0.25, detail }
    }

    #[test]
    fn gray_is_repeated_and_detail_is_not() {
        let flat = Plane::filled(40, 30, 0.75);
        let (gray, shape) = gray_batch(&[&flat], &input(false));
        assert_eq!(shape, [1, 3, 30, 40]);
        assert!(gray.iter().all(|v| (*v - 1.0).abs() < 1e-6));
        let (detail, _) = gray_batch(&[&flat], &input(true));
        assert!(detail[..1200].iter().all(|v| (*v - 1.0).abs() < 1e-6));
        assert!(detail[1200..].iter().all(|v| v.abs() < 1e-4), "a flat picture has no detail");
    }

    #[test]
    fn a_spot_is_fine_detail_by_hand_and_blanked_pixels_count_in_no_mean() {
        let mut picture = Plane::filled(40, 30, 0.5);
        picture.data_mut()[15 * 40 + 20] = 0.6;
        // Half of the picture is blank: no edge may show.
        for y in 0..30 {
            picture.data_mut()[y * 40..y * 40 + 10].fill(0.0);
        }
        let (values, _) = gray_batch(&[&picture], &input(true));
        let (fine, middling) = values[1200..].split_at(1200);
        let spot = 15 * 40 + 20;
        assert!((fine[spot] - 30.0 * (0.1 - 0.1 / 25.0)).abs() < 1e-3, "{}", fine[spot]);
        let expected = 15.0 * (0.1 / 25.0 - 0.1 / 225.0);
        assert!((middling[spot] - expected).abs() < 1e-3, "{} {expected}", middling[spot]);
        for at in [5 * 40 + 10, 5 * 40 + 9, 5 * 40] {
            assert!(
                fine[at].abs() < 1e-4 && middling[at].abs() < 1e-4,
                "{} {}",
                fine[at],
                middling[at]
            );
        }
    }
}
