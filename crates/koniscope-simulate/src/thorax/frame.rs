//! Where a point of the patient falls in the picture.

/// The parallel projection from patient millimeters to pixels.
///
/// Patient axes: x to the patient's left (picture right), y down from the
/// apex of the lungs, z forward (to the detector), all mm. A small rotation
/// (about y) and tilt (about x) are first-order: a point at depth z moves by
/// z times the sine of the angle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Side of a pixel, mm.
    pub pixel_mm: f64,
    /// Sines of rotation and tilt.
    pub shear: [f64; 2],
    /// Cosine and sine of the turn in the plane of the picture.
    pub turn: [f64; 2],
    /// Patient point (x, y at z = 0) in the picture's center, mm.
    pub middle: [f64; 2],
    /// Center of the picture in pixels (pixel centers at whole numbers).
    pub center: [f64; 2],
}

impl Frame {
    /// A frame without rotation, tilt or turn, the origin in the middle.
    #[cfg(test)]
    pub(crate) fn upright(pixel_mm: f64, width: usize, height: usize) -> Self {
        Self {
            pixel_mm,
            shear: [0.0; 2],
            turn: [1.0, 0.0],
            middle: [0.0; 2],
            center: [(width as f64 - 1.0) / 2.0, (height as f64 - 1.0) / 2.0],
        }
    }

    /// Shift (x, y in mm) of a point at depth `z` mm.
    pub(crate) fn shift(&self, z: f64) -> [f64; 2] {
        [z * self.shear[0], z * self.shear[1]]
    }

    /// Column and row (in pixels) of a patient point (mm).
    pub(crate) fn place(&self, p: [f64; 3]) -> [f64; 2] {
        let s = self.shift(p[2]);
        let (x, y) = (p[0] + s[0] - self.middle[0], p[1] + s[1] - self.middle[1]);
        let [c, n] = self.turn;
        [
            self.center[0] + (c * x - n * y) / self.pixel_mm,
            self.center[1] + (n * x + c * y) / self.pixel_mm,
        ]
    }

    /// Patient x, y (mm, at z = 0) of a column and row (pixels).
    pub(crate) fn locate(&self, column: f64, row: f64) -> [f64; 2] {
        let x = (column - self.center[0]) * self.pixel_mm;
        let y = (row - self.center[1]) * self.pixel_mm;
        let [c, n] = self.turn;
        [self.middle[0] + c * x + n * y, self.middle[1] - n * x + c * y]
    }
}
