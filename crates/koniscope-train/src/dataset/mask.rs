//! Hand-drawn lung masks, in the three forms that sets come in.

use std::path::Path;

use koniscope::plane::Plane;

/// Label of a pixel that does not count.
pub const IGNORE: u8 = 255;

/// Gray value that sets give to pixels that are not to count.
const IGNORED_GRAY: u8 = 127;

/// Share of the left lung's height, from its apex, above which no heart lies in front of it.
const ABOVE_HEART: f64 = 0.2;

/// Share of a row of lung, from the mediastinum, in which the outlines of sets that draw the
/// lung behind the heart and those that do not differ: [right, left]. Measured by eye on films.
const NEAR_MEDIASTINUM: [f64; 2] = [0.3, 0.7];

/// A label map: 0 background, 1 right lung, 2 left lung, [`IGNORE`] elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Labels `[height, width]`.
    pub labels: Vec<u8>,
}

impl Mask {
    /// Reads a label map (values 1 right lung, 2 left lung, 3 other) or a two-valued mask
    /// (127 ignored), told apart by the largest value.
    ///
    /// # Errors
    /// A sentence, if the file is no gray picture or holds other values.
    pub fn read(path: &Path) -> Result<Self, String> {
        let picture = image::ImageReader::open(path)
            .map_err(|e| e.to_string())?
            .with_guessed_format()
            .map_err(|e| e.to_string())?
            .decode()
            .map_err(|e| format!("not a mask: {e}"))?
            .into_luma8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        Self::from_gray(width, height, &picture.into_raw())
    }

    fn from_gray(width: usize, height: usize, gray: &[u8]) -> Result<Self, String> {
        let largest = gray.iter().copied().max().unwrap_or(0);
        if largest == 0 {
            return Err("the mask is empty; lungs were expected".into());
        }
        if largest <= 3 {
            let labels = gray.iter().map(|v| if *v == 3 { 0 } else { *v }).collect();
            return Ok(Self { width, height, labels });
        }
        if let Some(odd) = gray.iter().find(|v| ![0, IGNORED_GRAY, 255].contains(v)) {
            return Err(format!("the mask holds {odd}; 0, 127 and 255, or 0 to 3, were expected"));
        }
        Ok(Self { width, height, labels: told_apart(width, gray) })
    }

    /// Ignores the pixels about the mediastinum, inside the lungs: for sets whose lungs reach
    /// behind the heart, so that a network may learn the rest of their outline.
    #[must_use]
    pub fn ignoring_mediastinum(mut self) -> Self {
        let rows_of = |label| {
            let rows: Vec<usize> = (0..self.height)
                .filter(|y| self.labels[y * self.width..][..self.width].contains(&label))
                .collect();
            rows.first().copied().zip(rows.last().copied())
        };
        let Some((apex, base)) = rows_of(2) else { return self };
        let heart_from = apex + ((base - apex) as f64 * ABOVE_HEART) as usize;
        for y in 0..self.height {
            let row = &mut self.labels[y * self.width..(y + 1) * self.width];
            for (label, share) in [1u8, 2].into_iter().zip(NEAR_MEDIASTINUM) {
                if label == 2 && y < heart_from {
                    continue;
                }
                let columns: Vec<usize> = (0..row.len()).filter(|x| row[*x] == label).collect();
                let near = (columns.len() as f64 * share) as usize;
                let near =
                    if label == 2 { &columns[..near] } else { &columns[columns.len() - near..] };
                near.iter().for_each(|x| row[*x] = IGNORE);
            }
        }
        self
    }

    /// Labels `[height, width]` at another size: the label that covers most of each pixel.
    pub fn resized(&self, width: usize, height: usize) -> Vec<u8> {
        let planes = [1, 2, IGNORE].map(|label| {
            let data = self.labels.iter().map(|l| f32::from(u8::from(*l == label))).collect();
            (label, Plane::new(self.width, self.height, data).resize(width, height))
        });
        (0..width * height)
            .map(|i| {
                let covered: f32 = planes.iter().map(|(_, p)| p.data()[i]).sum();
                planes
                    .iter()
                    .map(|(label, plane)| (*label, plane.data()[i]))
                    .fold((0, 1.0 - covered), |a, b| if b.1 > a.1 { b } else { a })
                    .0
            })
            .collect()
    }
}

/// Right and left lung of a two-valued mask: each run of lung in a row belongs to the side of
/// the mask's middle on which its own middle lies; a run that crosses the middle is cut there.
fn told_apart(width: usize, gray: &[u8]) -> Vec<u8> {
    let lung_columns: Vec<usize> =
        gray.iter().enumerate().filter(|(_, v)| **v == 255).map(|(i, _)| i % width).collect();
    let first = lung_columns.iter().min().copied().unwrap_or(0);
    let last = lung_columns.iter().max().copied().unwrap_or(width);
    let middle = first.midpoint(last + 1);
    let mut labels = vec![0; gray.len()];
    for (row, out) in gray.chunks_exact(width).zip(labels.chunks_exact_mut(width)) {
        let mut x = 0;
        while x < width {
            let start = x;
            while x < width && row[x] == row[start] {
                x += 1;
            }
            match row[start] {
                IGNORED_GRAY => out[start..x].fill(IGNORE),
                255 => {
                    let crosses = start < middle && x > middle;
                    let wide = x - start > (last - first) / 2;
                    if crosses && wide {
                        out[start..middle].fill(1);
                        out[middle..x].fill(2);
                    } else {
                        let right = start.midpoint(x) < middle;
                        out[start..x].fill(if right { 1 } else { 2 });
                    }
                }
                _ => {}
            }
        }
    }
    labels
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn mask(rows: &[&str]) -> Result<Mask, String> {
        let gray: Vec<u8> = rows
            .iter()
            .flat_map(|r| r.bytes())
            .map(|b| match b {
                b'#' => 255,
                b'?' => 127,
                b'.' => 0,
                digit => digit - b'0',
            })
            .collect();
        Mask::from_gray(rows[0].len(), rows.len(), &gray)
    }

    #[test]
    fn sides_are_told_apart_and_ignored_pixels_stay_so() {
        let m = mask(&[".##..?#.", "..##.##.", "........"]).unwrap();
        assert_eq!(m.labels[..8], [0, 1, 1, 0, 0, IGNORE, 2, 0]);
        assert_eq!(m.labels[8..16], [0, 0, 1, 1, 0, 2, 2, 0]);
    }

    #[test]
    fn lungs_that_touch_are_cut_in_the_middle() {
        let m = mask(&["########"]).unwrap();
        assert_eq!(m.labels, [1, 1, 1, 1, 2, 2, 2, 2]);
    }

    #[test]
    fn a_label_map_keeps_its_lungs_and_drops_the_heart() {
        assert_eq!(mask(&["11.3322."]).unwrap().labels, [1, 1, 0, 0, 0, 2, 2, 0]);
    }

    #[test]
    fn what_is_no_mask_says_so() {
        assert!(mask(&["...."]).unwrap_err().contains("empty"));
        assert!(Mask::from_gray(2, 1, &[9, 200]).unwrap_err().contains("holds 9"));
    }

    #[test]
    fn only_the_mediastinal_side_is_ignored() {
        let rows = [".####....####."; 10];
        let m = mask(&rows).unwrap().ignoring_mediastinum();
        assert_eq!(m.labels[..14], [0, 1, 1, 1, IGNORE, 0, 0, 0, 0, 2, 2, 2, 2, 0]);
        let low = &m.labels[9 * 14..];
        assert_eq!(low, [0, 1, 1, 1, IGNORE, 0, 0, 0, 0, IGNORE, IGNORE, 2, 2, 0]);
    }

    #[test]
    fn halving_takes_the_label_that_covers_most() {
        let m = mask(&["##......", "##....##", "#.......", "......#."]).unwrap();
        assert_eq!(m.resized(4, 2), [1, 0, 0, 0, 0, 0, 0, 0]);
    }
}
