//! Pictures of what was found beside what was drawn by hand.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use koniscope::Radiograph;

/// Hand-drawn outline; with [`FOUND`] tellable apart by the color-blind (Okabe and Ito 2008).
const TRUTH: Rgb<u8> = Rgb([240, 228, 66]);

/// Outline that was found.
const FOUND: Rgb<u8> = Rgb([86, 180, 233]);

/// The film as PNG with the outlines of two label maps `[height, width]`.
pub(super) fn outlines(film: &Radiograph, truth: &[u8], found: &[u8]) -> Vec<u8> {
    let (w, h) = (film.width(), film.height());
    let mut picture = RgbImage::from_fn(w as u32, h as u32, |x, y| {
        let gray = (film.pixels().at(x as usize, y as usize) * 255.0) as u8;
        Rgb([gray; 3])
    });
    for (labels, color) in [(truth, TRUTH), (found, FOUND)] {
        for y in 1..h {
            for x in 1..w {
                let here = labels[y * w + x];
                if here != labels[y * w + x - 1] || here != labels[(y - 1) * w + x] {
                    picture.put_pixel(x as u32, y as u32, color);
                }
            }
        }
    }
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).expect("a picture in memory can be written");
    png.into_inner()
}
