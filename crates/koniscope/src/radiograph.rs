//! A radiograph as every later room sees it.

mod source_grid;

pub use source_grid::SourceGrid;
pub(crate) use source_grid::is_transposed;

use crate::plane::Plane;

/// A chest radiograph after [`normalize`](crate::normalize): `f32` values `[height, width]`
/// in `[0, 1]`, where air is dark and bone bright (the sense of MONOCHROME2). It stands upright, the
/// patient's right on the left, and its pixels are square.
#[derive(Clone, Debug, PartialEq)]
pub struct Radiograph {
    pixels: Plane,
    spacing_mm: Option<[f64; 2]>,
    grid: SourceGrid,
}

impl Radiograph {
    /// Takes values in `[0, 1]` and the pixel spacing in mm, `[between rows, between columns]`, of a
    /// picture that has its file's own pixels.
    ///
    /// # Panics
    /// In debug builds, if a value lies outside `[0, 1]`.
    pub fn new(pixels: Plane, spacing_mm: Option<[f64; 2]>) -> Self {
        debug_assert!(pixels.data().iter().all(|v| (0.0..=1.0).contains(v)));
        let grid = SourceGrid::identity(pixels.width(), pixels.height());
        Self { pixels, spacing_mm, grid }
    }

    /// The same picture as lying on other pixels of its file.
    #[must_use]
    pub fn on_grid(self, grid: SourceGrid) -> Self {
        Self { grid, ..self }
    }

    /// The same picture without a spacing that cannot be.
    #[must_use]
    pub fn without_spacing(self) -> Self {
        Self { spacing_mm: None, ..self }
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.pixels.width()
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.pixels.height()
    }

    /// Values in `[0, 1]`, `[height, width]`.
    pub fn pixels(&self) -> &Plane {
        &self.pixels
    }

    /// Spacing of these pixels in mm, `[between rows, between columns]`, where the file told it.
    pub fn spacing_mm(&self) -> Option<[f64; 2]> {
        self.spacing_mm
    }

    /// Area of one pixel in mm2, where the spacing is known.
    pub fn pixel_area_mm2(&self) -> Option<f64> {
        self.spacing_mm.map(|[row, column]| row * column)
    }

    /// Where its pixels lie in its file.
    pub fn grid(&self) -> &SourceGrid {
        &self.grid
    }

    /// The same film with dark and bright exchanged.
    #[must_use]
    pub fn negative(&self) -> Self {
        Self { pixels: self.pixels.clone().map(|v| 1.0 - v), ..*self }
    }
}
