//! Colors of the overlay. All are told apart by their lightness too, so that no kind of color
//! blindness hides one.

use std::sync::LazyLock;

/// An sRGB color.
pub(super) type Rgb = [u8; 3];

/// Page of the overlay.
pub(super) const PAGE: Rgb = [16, 20, 24];

/// Text.
pub(super) const TEXT: Rgb = [232, 236, 240];

/// Text that matters less.
pub(super) const DIM: Rgb = [154, 164, 173];

/// Notices: amber.
pub(super) const NOTICE: Rgb = [255, 190, 80];

/// Right lung's contour: orange of Okabe and Ito's set for color-blind readers (2008).
pub(super) const RIGHT: Rgb = [230, 159, 0];

/// Left lung's contour: sky blue of the same set.
pub(super) const LEFT: Rgb = [86, 180, 233];

/// Lines between zones, their grades and outlines of large opacities: white, lighter than any
/// contour, with a dark rim wherever it is drawn.
pub(super) const ZONES: Rgb = [255, 255, 255];

/// Color of a local probability in `[0, 1]`: dark violet over teal to light yellow.
pub(super) fn probability(p: f32) -> Rgb {
    let t = if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) };
    MAP[(t * (STEPS - 1) as f32 + 0.5) as usize]
}

/// Colors of the map: more than 8 bits tell apart.
const STEPS: usize = 1024;

/// Made once: the way from OKLCh to sRGB is long, and a picture has half a million pixels.
static MAP: LazyLock<Vec<Rgb>> =
    LazyLock::new(|| (0..STEPS).map(|i| color(i as f32 / (STEPS - 1) as f32)).collect());

/// A path through OKLCh whose lightness rises evenly, so that equal steps look equal and the
/// order survives in gray; hue runs from violet to yellow, which red-green blindness keeps apart.
/// Chroma dips in the middle, where the sRGB gamut is narrow.
fn color(t: f32) -> Rgb {
    let lightness = 0.30 + 0.62 * t;
    let chroma = 0.09 + 0.06 * (2.0 * t - 1.0).powi(2);
    let hue = (310.0 - 210.0 * t).to_radians();
    oklab_to_srgb(lightness, chroma * hue.cos(), chroma * hue.sin())
        .map(|v| (encode(v.clamp(0.0, 1.0)) * 255.0).round() as u8)
}

/// OKLab to linear sRGB (Ottosson, *A perceptual color space for image processing*, 2020).
fn oklab_to_srgb(lightness: f32, a: f32, b: f32) -> [f32; 3] {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ]
}

/// The sRGB transfer function (IEC 61966-2-1).
fn encode(linear: f32) -> f32 {
    if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2).
    fn luminance(color: Rgb) -> f64 {
        let [r, g, b] = color.map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn the_map_brightens_evenly_and_stays_in_gamut() {
        // CIE L* of 17 steps: their rises differ by less than a third.
        let l: Vec<f64> = (0..=16)
            .map(|i| 116.0 * luminance(probability(i as f32 / 16.0)).cbrt() - 16.0)
            .collect();
        let rises: Vec<f64> = l.windows(2).map(|w| w[1] - w[0]).collect();
        let mean = rises.iter().sum::<f64>() / rises.len() as f64;
        assert!(rises.iter().all(|r| (r / mean - 1.0).abs() < 0.33), "{rises:?}");
        for i in 0..=100 {
            let t = i as f32 / 100.0;
            let chroma = 0.09 + 0.06 * (2.0 * t - 1.0).powi(2);
            let hue = (310.0 - 210.0 * t).to_radians();
            let rgb = oklab_to_srgb(0.30 + 0.62 * t, chroma * hue.cos(), chroma * hue.sin());
            assert!(rgb.iter().all(|v| (-0.002..=1.0).contains(v)), "{t}: {rgb:?}");
        }
    }

    #[test]
    fn values_out_of_range_take_the_ends() {
        assert_eq!(probability(-3.0), probability(0.0));
        assert_eq!(probability(7.0), probability(1.0));
        assert_eq!(probability(f32::NAN), probability(0.0));
    }

    #[test]
    fn text_is_readable_on_the_page() {
        for color in [TEXT, DIM, NOTICE, RIGHT, LEFT, ZONES] {
            let contrast = (luminance(color) + 0.05) / (luminance(PAGE) + 0.05);
            assert!(contrast > 4.5, "{color:?}: {contrast}");
        }
    }
}
