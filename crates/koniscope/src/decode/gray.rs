//! Is an RGB picture a gray one in disguise?

use crate::Error;

/// Difference between a pixel's channels from which it counts as colored: 5 % of the range. A
/// gray film saved as color JPEG differs by 1 or 2 of 255 from rounding, and by fewer than 10
/// after scaling and a second JPEG; a tint that one sees is above 5 %.
const TINT: (i32, i32) = (1, 20);

/// Share of colored pixels from which the picture is one: below lie a cursor or a small mark.
const COLORED: (usize, usize) = (1, 200);

/// The gray value (mean of the channels) of each RGB(A) pixel.
///
/// # Errors
/// [`Error::Color`] if too many pixels are colored.
pub(super) fn of<T: Copy + Into<i32>, const N: usize>(
    pixels: &[[T; N]],
    max: i32,
) -> Result<Vec<i32>, Error> {
    let mut colored = 0;
    let values = pixels.iter().map(|p| {
        let [r, g, b] = [p[0].into(), p[1].into(), p[2].into()];
        let spread = r.max(g).max(b) - r.min(g).min(b);
        colored += usize::from(spread * TINT.1 > max * TINT.0);
        (r + g + b + 1) / 3
    });
    let values = values.collect();
    if colored * COLORED.1 > pixels.len() * COLORED.0 {
        let share = 100.0 * colored as f64 / pixels.len() as f64;
        return Err(Error::Color { detail: format!("{share:.1} % of its pixels are colored") });
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gray_in_three_channels_is_kept_exactly() {
        let pixels: Vec<[u8; 3]> = (0..=255).map(|v| [v, v, v]).collect();
        assert_eq!(of(&pixels, 255), Ok((0..=255).collect()));
        assert_eq!(of(&[[65535u16; 4]], 65535), Ok(vec![65535]));
    }

    #[test]
    fn noise_and_a_mark_pass_and_a_photograph_does_not() {
        let mut pixels = vec![[100u8, 108, 104]; 1000];
        pixels[..5].fill([255, 0, 0]);
        assert_eq!(of(&pixels, 255).map(|v| v[10]), Ok(104));
        pixels[5] = [255, 0, 0];
        assert_eq!(of(&pixels, 255).map_err(|e| e.kind()), Err("color"));
        assert_eq!(of(&[[120u8, 104, 90]], 255).map_err(|e| e.kind()), Err("color"));
    }
}
