//! Pixels that are not square.

use crate::{Error, decode::Header};

/// Height of a pixel over its width, up to which it counts as square: a lung that is 2 % wider is
/// still the same lung, and scaling would blur the film.
const SQUARE: f64 = 1.02;

/// Height of a pixel over its width, or the other way round, that a film can have: scanners of twice
/// as many columns as rows exist, ten times as many do not.
const MOST: f64 = 4.0;

/// Height of an upright pixel over its width: of the spacing, else of the aspect ratio, else 1.
///
/// # Errors
/// [`Error::BadHeader`] if no film has such pixels.
pub(super) fn aspect(header: &Header, is_transposed: bool) -> Result<f64, Error> {
    let aspect = header.spacing_mm.map(|[row, column]| row / column).or(header.aspect);
    let aspect = aspect.unwrap_or(1.0);
    if !(1.0 / MOST..=MOST).contains(&aspect) {
        return Err(Error::BadHeader {
            detail: format!(
                "pixels {aspect:.3} times as high as wide; {} to {MOST} was expected. Check Pixel \
                 Spacing and Pixel Aspect Ratio",
                1.0 / MOST
            ),
        });
    }
    Ok(if is_transposed { 1.0 / aspect } else { aspect })
}

/// Columns and rows of square pixels, as many as before along the finer axis.
pub(super) fn size([width, height]: [usize; 2], aspect: f64) -> [usize; 2] {
    let scaled = |length: usize, by: f64| ((length as f64 * by).round() as usize).max(1);
    match aspect {
        tall if tall > SQUARE => [width, scaled(height, tall)],
        wide if wide < 1.0 / SQUARE => [scaled(width, 1.0 / wide), height],
        _ => [width, height],
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn header(spacing_mm: Option<[f64; 2]>, aspect: Option<f64>) -> Header {
        Header { spacing_mm, aspect, ..Header::default() }
    }

    #[test]
    fn the_coarser_axis_gets_more_pixels() {
        let cases = [
            (header(None, None), false, [100, 200]),
            (header(Some([0.2, 0.2]), Some(2.0)), false, [100, 200]),
            (header(Some([0.2, 0.1969]), None), false, [100, 200]),
            (header(Some([0.4, 0.2]), None), false, [100, 400]),
            (header(Some([0.4, 0.2]), None), true, [200, 200]),
            (header(None, Some(0.5)), false, [200, 200]),
            (header(None, Some(4.0)), false, [100, 800]),
        ];
        for (header, transposed, expected) in cases {
            let aspect = aspect(&header, transposed).unwrap();
            assert_eq!(size([100, 200], aspect), expected, "{header:?} {transposed}");
        }
    }

    #[test]
    fn what_no_film_has_is_named() {
        for odd in [header(Some([2.0, 0.2]), None), header(None, Some(0.1))] {
            let error = aspect(&odd, false).unwrap_err();
            assert_eq!(error.kind(), "bad_header");
            let told = error.to_string();
            assert!(told.contains("times as high as wide"), "{told}");
            assert!(told.contains("Check Pixel Spacing and Pixel Aspect Ratio"), "{told}");
        }
    }
}
