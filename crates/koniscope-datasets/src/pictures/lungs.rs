//! Two pictures of one lung each to one label map.

use std::path::PathBuf;

use image::{ExtendedColorType, GrayImage};

use super::{gray_of, png};

/// Gray from which a pixel is lung; masks hold 0 and 255.
const LUNG: u8 = 128;

/// A label map `[height, width]` of a film's shape as PNG: 0 background, 1 right lung, 2 left lung.
///
/// Sides are told by where the lungs are, not by what the files are called: the right lung is on
/// the left of a film. Pixels of both are the left lung's. Masks whose sides are a whole part of
/// the film's, as SCR's are a half, are enlarged, each pixel to a square.
///
/// # Errors
/// A clause: no picture, an empty mask, two masks in the same place, or another shape.
pub(crate) fn label_map(masks: &[PathBuf; 2], film: [u32; 2]) -> Result<Vec<u8>, String> {
    let [first, second] = [gray_of(&masks[0])?, gray_of(&masks[1])?];
    if first.dimensions() != second.dimensions() {
        return Err("the masks of the two lungs differ in shape".into());
    }
    let scale = scale(&first, film)?;
    let (a, b) = (mean_column(&first)?, mean_column(&second)?);
    if a == b {
        return Err("the masks of the two lungs lie in the same place".into());
    }
    let (right, left) = if a < b { (first, second) } else { (second, first) };
    let mut labels = Vec::with_capacity(film[0] as usize * film[1] as usize);
    for y in 0..film[1] {
        for x in 0..film[0] {
            let lung = |mask: &GrayImage| mask.get_pixel(x / scale, y / scale).0[0] >= LUNG;
            labels.push(if lung(&left) { 2 } else { u8::from(lung(&right)) });
        }
    }
    png(&labels, film, ExtendedColorType::L8).map_err(|e| e.to_string())
}

/// How many pixels of the film a pixel of the mask is wide and high.
fn scale(mask: &GrayImage, [width, height]: [u32; 2]) -> Result<u32, String> {
    let (columns, rows) = mask.dimensions();
    let scale = width.checked_div(columns).unwrap_or(0);
    let enlarged = [columns, rows].map(|side| side.checked_mul(scale));
    if scale == 0 || enlarged != [Some(width), Some(height)] {
        return Err(format!(
            "the masks have {columns} x {rows} pixels, the film {width} x {height}"
        ));
    }
    Ok(scale)
}

fn mean_column(mask: &GrayImage) -> Result<f64, String> {
    let (mut sum, mut count) = (0u64, 0u64);
    for (x, _, pixel) in mask.enumerate_pixels() {
        if pixel.0[0] >= LUNG {
            sum += u64::from(x);
            count += 1;
        }
    }
    if count == 0 {
        return Err("a mask holds no lung".into());
    }
    Ok(sum as f64 / count as f64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{draw, draw_lung};

    #[test]
    fn the_right_lung_is_on_the_left_whatever_the_files_are_called() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        draw_lung(folder.path(), "a.png", 4, [0, 1]);
        draw_lung(folder.path(), "b.gif", 4, [3, 4]);
        for masks in [[path("a.png"), path("b.gif")], [path("b.gif"), path("a.png")]] {
            let map = label_map(&masks, [8, 8]).unwrap();
            let map = image::load_from_memory(&map).unwrap().into_luma8();
            let row = |y: u32| (0..8).map(|x| map.get_pixel(x, y).0[0]).collect::<Vec<_>>();
            assert_eq!(row(1), [0; 8]);
            assert_eq!(row(2), [1, 1, 0, 0, 0, 0, 2, 2]);
        }
    }

    #[test]
    fn what_cannot_be_joined_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        draw_lung(folder.path(), "a.png", 4, [0, 1]);
        draw_lung(folder.path(), "large.png", 8, [0, 1]);
        draw(folder.path(), "empty.png", 4, |_, _| 0);
        std::fs::write(path("text.png"), "no picture").unwrap();
        for (other, film, said) in [
            ("a.png", [4, 4], "same place"),
            ("a.png", [6, 6], "4 x 4 pixels, the film 6 x 6"),
            ("a.png", [8, 4], "the film 8 x 4"),
            ("a.png", [2, 2], "the film 2 x 2"),
            ("large.png", [8, 8], "differ in shape"),
            ("empty.png", [4, 4], "no lung"),
            ("text.png", [4, 4], "text.png is no picture"),
            ("gone.png", [4, 4], "gone.png is no picture"),
        ] {
            let error = label_map(&[path("a.png"), path(other)], film).unwrap_err();
            assert!(error.contains(said), "{other}: {error}");
        }
    }
}
