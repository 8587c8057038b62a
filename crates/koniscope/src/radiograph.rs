//! A radiograph as every later room sees it.

use crate::plane::Plane;

/// A chest radiograph after [`normalize`](crate::normalize): `f32` values `[height, width]`
/// in `[0, 1]`, where air is dark and bone bright (the sense of MONOCHROME2).
#[derive(Clone, Debug, PartialEq)]
pub struct Radiograph {
    pixels: Plane,
    spacing_mm: Option<[f64; 2]>,
}

impl Radiograph {
    /// Takes values in `[0, 1]` and the pixel spacing in mm, `[between rows, between columns]`.
    ///
    /// # Panics
    /// In debug builds, if a value lies outside `[0, 1]`.
    pub fn new(pixels: Plane, spacing_mm: Option<[f64; 2]>) -> Self {
        debug_assert!(pixels.data().iter().all(|v| (0.0..=1.0).contains(v)));
        Self { pixels, spacing_mm }
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

    /// Pixel spacing in mm, `[between rows, between columns]`, where the file told it.
    pub fn spacing_mm(&self) -> Option<[f64; 2]> {
        self.spacing_mm
    }

    /// Area of one pixel in mm2, where the spacing is known.
    pub fn pixel_area_mm2(&self) -> Option<f64> {
        self.spacing_mm.map(|[row, column]| row * column)
    }

    /// The same film with dark and bright exchanged.
    pub fn negative(&self) -> Self {
        Self { pixels: self.pixels.clone().map(|v| 1.0 - v), spacing_mm: self.spacing_mm }
    }
}
