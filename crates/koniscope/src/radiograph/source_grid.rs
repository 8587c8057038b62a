//! Where a radiograph's pixels lie in its file, there and back.

use rayon::prelude::*;

use crate::{Error, decode::Orientation, segmentation::BoundingBox};

/// The grid of a radiograph on the pixels of its file.
///
/// [`normalize`](crate::normalize) cuts the film out of its frame, turns it upright and makes its
/// pixels square. What is found on it is told in the file's own pixels, as they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceGrid {
    /// Columns and rows of the file.
    file: [usize; 2],
    /// The part of the file that is the film, in its stored pixels.
    window: BoundingBox,
    orientation: Orientation,
    /// Columns and rows of the radiograph.
    size: [usize; 2],
}

impl SourceGrid {
    /// The grid of a radiograph of `size` columns and rows: the part `window` of a file of `file`
    /// columns and rows, turned upright and scaled.
    ///
    /// # Panics
    /// If the window is empty or does not lie in the file.
    pub fn new(
        file: [usize; 2],
        window: BoundingBox,
        orientation: Orientation,
        size: [usize; 2],
    ) -> Self {
        let [right, bottom] = [window.x + window.width, window.y + window.height];
        assert!(
            window.width > 0 && window.height > 0 && right <= file[0] && bottom <= file[1],
            "{window:?} does not lie in {file:?}"
        );
        Self { file, window, orientation, size }
    }

    /// The grid of a radiograph that has the file's own pixels.
    pub fn identity(width: usize, height: usize) -> Self {
        let window = BoundingBox { x: 0, y: 0, width, height };
        let size = [width, height];
        Self { file: size, window, orientation: Orientation::Upright, size }
    }

    /// Whether the radiograph has the file's own pixels.
    pub fn is_identity(&self) -> bool {
        *self == Self::identity(self.file[0], self.file[1])
    }

    /// Columns and rows of the file.
    pub fn file_size(&self) -> [usize; 2] {
        self.file
    }

    /// The part of the file that is the film, in its stored pixels.
    pub fn window(&self) -> BoundingBox {
        self.window
    }

    /// Pixels of the file that a pixel of the radiograph covers.
    pub fn file_pixels_each(&self) -> f64 {
        let [x, y] = self.step();
        x * y
    }

    /// A point of the radiograph in the file, both `[x, y]` in continuous pixels.
    pub fn to_file(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [step_x, step_y] = self.step();
        let [width, height] = self.upright_window().map(|length| length as f64);
        let [flip_x, flip_y] = flips(self.orientation);
        let x = if flip_x { width - x * step_x } else { x * step_x };
        let y = if flip_y { height - y * step_y } else { y * step_y };
        let [x, y] = if is_transposed(self.orientation) { [y, x] } else { [x, y] };
        [x + self.window.x as f64, y + self.window.y as f64]
    }

    /// A point of the file in the radiograph; the inverse of [`to_file`](Self::to_file).
    pub fn to_radiograph(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [step_x, step_y] = self.step();
        let [width, height] = self.upright_window().map(|length| length as f64);
        let [x, y] = [x - self.window.x as f64, y - self.window.y as f64];
        let [x, y] = if is_transposed(self.orientation) { [y, x] } else { [x, y] };
        let [flip_x, flip_y] = flips(self.orientation);
        let x = if flip_x { width - x } else { x };
        let y = if flip_y { height - y } else { y };
        [x / step_x, y / step_y]
    }

    /// A row of the radiograph as a line in the file: a row there too, or a column where the file's
    /// picture lies on its side. In continuous pixels.
    pub fn line_to_file(&self, y: f64) -> f64 {
        let [column, row] = self.to_file([0.0, y]);
        if is_transposed(self.orientation) { column } else { row }
    }

    /// Labels of the radiograph's pixels, row-major, as those of the file's: each has the label that
    /// lies at its center, and 0 beside the film.
    ///
    /// # Panics
    /// If there is not a label per pixel.
    pub fn labels_to_file(&self, labels: &[u8]) -> Vec<u8> {
        let [width, height] = self.size;
        assert_eq!(labels.len(), width * height, "{width} x {height} need that many labels");
        if self.is_identity() {
            return labels.to_vec();
        }
        let at = |x: f64, y: f64| {
            let [x, y] = self.to_radiograph([x, y]);
            let inside = (0.0..width as f64).contains(&x) && (0.0..height as f64).contains(&y);
            if inside { labels[y as usize * width + x as usize] } else { 0 }
        };
        let [columns, rows] = self.file;
        let mut in_file = vec![0; columns * rows];
        in_file.par_chunks_mut(columns).enumerate().for_each(|(y, row)| {
            for (x, label) in row.iter_mut().enumerate() {
                *label = at(x as f64 + 0.5, y as f64 + 0.5);
            }
        });
        in_file
    }

    /// The part of a mask of the whole file, of `[columns, rows]` of any size, that lies on the radiograph.
    ///
    /// # Errors
    /// [`Error::BadHeader`] if the file's picture is turned when it is read: sides are told apart by
    /// columns, and a mask does not say how its file is turned.
    pub fn mask_window(&self, [columns, rows]: [usize; 2]) -> Result<BoundingBox, Error> {
        if self.orientation != Orientation::Upright {
            return Err(Error::BadHeader {
                detail:
                    "the film is turned when it is read, and its mask is not. Store both upright"
                        .into(),
            });
        }
        let BoundingBox { x, y, width, height } = self.window;
        // At least a pixel, in the mask.
        let span = |from: usize, length: usize, mask: usize, file: usize| {
            let scaled = |at: usize| (at as f64 * mask as f64 / file as f64).round() as usize;
            let start = scaled(from).min(mask.saturating_sub(1));
            (start, scaled(from + length).clamp(start + 1, mask.max(start + 1)) - start)
        };
        let (x, width) = span(x, width, columns, self.file[0]);
        let (y, height) = span(y, height, rows, self.file[1]);
        Ok(BoundingBox { x, y, width, height })
    }

    /// The window upright, row-major, of [`upright_window`](Self::upright_window) columns and rows.
    /// `value` takes a pixel's index in the file.
    pub(crate) fn upright(&self, value: impl Fn(usize) -> f32 + Sync) -> Vec<f32> {
        let BoundingBox { x: left, y: top, .. } = self.window;
        let [columns, rows] = self.upright_window();
        let [flip_x, flip_y] = flips(self.orientation);
        let transposed = is_transposed(self.orientation);
        let index = |x: usize, y: usize| {
            let x = if flip_x { columns - 1 - x } else { x };
            let y = if flip_y { rows - 1 - y } else { y };
            let [x, y] = if transposed { [y, x] } else { [x, y] };
            (top + y) * self.file[0] + left + x
        };
        let mut values = vec![0.0; columns * rows];
        values.par_chunks_mut(columns).enumerate().for_each(|(y, row)| {
            row.iter_mut().enumerate().for_each(|(x, out)| *out = value(index(x, y)));
        });
        values
    }

    /// Columns and rows of the window, upright.
    pub(crate) fn upright_window(&self) -> [usize; 2] {
        let BoundingBox { width, height, .. } = self.window;
        if is_transposed(self.orientation) { [height, width] } else { [width, height] }
    }

    /// Upright pixels of the file to a pixel of the radiograph, `[x, y]`.
    fn step(&self) -> [f64; 2] {
        let window = self.upright_window();
        [0, 1].map(|axis| window[axis] as f64 / self.size[axis] as f64)
    }
}

/// Whether rows of the file become columns of the upright picture.
pub(crate) fn is_transposed(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate270, Transpose, Transverse};
    matches!(orientation, Transpose | Rotate90 | Transverse | Rotate270)
}

/// Whether columns and rows are counted from their far end, after rows and columns were exchanged.
fn flips(orientation: Orientation) -> [bool; 2] {
    use Orientation::{
        MirrorHorizontal, MirrorVertical, Rotate90, Rotate180, Rotate270, Transverse,
    };
    [
        matches!(orientation, MirrorHorizontal | Rotate180 | Rotate90 | Transverse),
        matches!(orientation, MirrorVertical | Rotate180 | Rotate270 | Transverse),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Orientation; 8] = [
        Orientation::Upright,
        Orientation::MirrorHorizontal,
        Orientation::Rotate180,
        Orientation::MirrorVertical,
        Orientation::Transpose,
        Orientation::Rotate90,
        Orientation::Transverse,
        Orientation::Rotate270,
    ];

    fn whole(width: usize, height: usize) -> BoundingBox {
        BoundingBox { x: 0, y: 0, width, height }
    }

    fn grid([width, height]: [usize; 2], orientation: Orientation) -> SourceGrid {
        let size = if is_transposed(orientation) { [height, width] } else { [width, height] };
        SourceGrid::new([width, height], whole(width, height), orientation, size)
    }

    /// The eight ways in which Exif stores one picture of an F, upright `ab / cd / ef`
    /// (Exif 2.32, tag 0x0112; worked by hand).
    #[test]
    fn each_orientation_stands_upright() {
        let stored: [(&[u8], [usize; 2]); 8] = [
            (b"abcdef", [2, 3]),
            (b"badcfe", [2, 3]),
            (b"fedcba", [2, 3]),
            (b"efcdab", [2, 3]),
            (b"acebdf", [3, 2]),
            (b"bdface", [3, 2]),
            (b"fdbeca", [3, 2]),
            (b"ecafdb", [3, 2]),
        ];
        for (orientation, (stored, size)) in ALL.into_iter().zip(stored) {
            let grid = grid(size, orientation);
            let upright = grid.upright(|i| f32::from(stored[i]));
            assert_eq!(upright, b"abcdef".map(f32::from), "{orientation:?}");
            assert_eq!(grid.labels_to_file(b"abcdef"), stored, "{orientation:?}");
        }
    }

    #[test]
    fn a_row_is_a_column_of_a_picture_on_its_side() {
        // Clockwise by a quarter: the file's first column is the upright picture's first row.
        let turned = grid([30, 20], Orientation::Rotate90);
        assert_eq!(turned.line_to_file(4.0), 4.0);
        assert_eq!(turned.to_file([0.0, 4.0]), [4.0, 20.0]);
        assert_eq!(grid([20, 30], Orientation::Rotate180).line_to_file(4.0), 26.0);
    }

    #[test]
    fn a_window_stretched_covers_its_own_pixels() {
        let window = BoundingBox { x: 1, y: 2, width: 2, height: 2 };
        let grid = SourceGrid::new([4, 5], window, Orientation::Upright, [2, 4]);
        assert_eq!(grid.file_pixels_each(), 0.5);
        let file = grid.labels_to_file(&[1, 2, 1, 2, 3, 4, 3, 4]);
        let expected = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0];
        assert_eq!(file, expected);
        assert_eq!(grid.upright(|i| i as f32), [9.0, 10.0, 13.0, 14.0]);
        assert!(!grid.is_identity() && SourceGrid::identity(4, 5).is_identity());
        assert_eq!(grid.mask_window([4, 5]).unwrap(), window);
        let twice = BoundingBox { x: 2, y: 4, width: 4, height: 4 };
        assert_eq!(grid.mask_window([8, 10]).unwrap(), twice);
        // Of a mask so small that the film is less than a pixel, a pixel.
        let one = BoundingBox { x: 0, y: 0, width: 1, height: 1 };
        assert_eq!(grid.mask_window([1, 1]).unwrap(), one);
        let turned = SourceGrid::new([4, 5], window, Orientation::Rotate180, [2, 4]);
        assert_eq!(turned.mask_window([4, 5]).unwrap_err().kind(), "bad_header");
        let flat = SourceGrid::new([4, 5], whole(4, 5), Orientation::Upright, [8, 5]);
        assert!(!flat.is_identity() && flat.mask_window([4, 5]).unwrap() == whole(4, 5));
    }

    proptest! {
        #[test]
        fn there_and_back_is_identity(
            which in 0usize..8, x in 0.0f64..90.0, y in 0.0f64..70.0, wide in 1usize..200, high in 1usize..200,
        ) {
            let window = BoundingBox { x: 3, y: 5, width: 80, height: 60 };
            let grid = SourceGrid::new([100, 90], window, ALL[which], [wide, high]);
            let [fx, fy] = grid.to_file([x, y]);
            let [rx, ry] = grid.to_radiograph([fx, fy]);
            prop_assert!((rx - x).abs() < 1e-9 && (ry - y).abs() < 1e-9);
        }
    }
}
