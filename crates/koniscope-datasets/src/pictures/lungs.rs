//! Two pictures of one lung each to one label map.

use std::path::PathBuf;

use image::ExtendedColorType;
use koniscope_data::{Mask, files::bytes_of};

use super::{BYTES, png};

/// A label map `[height, width]` of a film's shape as PNG: 0 background, 1 right lung, 2 left lung.
///
/// Sides are told by where the lungs are, not by what the files are called: the right lung is on
/// the left of a film. Pixels of both are the left lung's. Masks whose sides are a whole part of
/// the film's, as SCR's are a half, are enlarged, each pixel to a square.
///
/// # Errors
/// A clause: no picture, an empty mask, two masks in the same place, or another shape.
pub(crate) fn label_map(masks: &[PathBuf; 2], film: [u32; 2]) -> Result<Vec<u8>, String> {
    let read = |path: &PathBuf| {
        bytes_of(path, BYTES).map_err(|e| format!("{} is no picture: {e}", path.display()))
    };
    let [first, second] = [read(&masks[0])?, read(&masks[1])?];
    let mask = Mask::of_two_lungs([&first, &second])
        .map_err(|e| format!("{} and {}: {e}", masks[0].display(), masks[1].display()))?;
    let scale = scale([mask.width, mask.height], film)?;
    let [width, height] = film.map(|side| side as usize);
    let label = |i: usize| mask.labels[i / width / scale * mask.width + i % width / scale];
    let labels: Vec<u8> = (0..width * height).map(label).collect();
    png(&labels, film, ExtendedColorType::L8).map_err(|e| e.to_string())
}

/// How many pixels of the film a pixel of the mask is wide and high.
fn scale([columns, rows]: [usize; 2], [width, height]: [u32; 2]) -> Result<usize, String> {
    let film = [width as usize, height as usize];
    let scale = film[0].checked_div(columns).unwrap_or(0);
    if scale == 0 || [columns, rows].map(|side| side.checked_mul(scale)) != film.map(Some) {
        return Err(format!(
            "the masks have {columns} x {rows} pixels, the film {width} x {height}"
        ));
    }
    Ok(scale)
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
        draw_lung(folder.path(), "b.png", 4, [3, 4]);
        draw_lung(folder.path(), "large.png", 8, [0, 1]);
        draw(folder.path(), "empty.png", 4, |_, _| 0);
        std::fs::write(path("text.png"), "no picture").unwrap();
        for (other, film, said) in [
            ("a.png", [4, 4], "same place"),
            ("b.png", [6, 6], "4 x 4 pixels, the film 6 x 6"),
            ("b.png", [8, 4], "the film 8 x 4"),
            ("b.png", [2, 2], "the film 2 x 2"),
            ("large.png", [8, 8], "differ in size"),
            ("empty.png", [4, 4], "no lung"),
            ("text.png", [4, 4], "text.png: not a mask"),
            ("gone.png", [4, 4], "gone.png is no picture"),
        ] {
            let error = label_map(&[path("a.png"), path(other)], film).unwrap_err();
            assert!(error.contains(said), "{other}: {error}");
        }
    }
}
