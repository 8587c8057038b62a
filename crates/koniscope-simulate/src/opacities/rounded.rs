//! Rounded small opacities: spheres with a soft rim.

use super::{Body, RIM, SAMPLES, SmallOpacity, chord};

pub(super) struct Rounded {
    center: [f64; 2],
    radius: f64,
}

impl Rounded {
    pub(super) fn new(opacity: &SmallOpacity) -> Self {
        Self { center: [opacity.x_mm, opacity.y_mm], radius: 0.5 * opacity.form.size_mm }
    }
}

impl Body for Rounded {
    fn bounds_mm(&self) -> [[f64; 2]; 2] {
        self.center.map(|c| [c - RIM[2] * self.radius, c + RIM[2] * self.radius])
    }

    fn thickness_mm(&self, x_mm: f64, y_mm: f64) -> f64 {
        chord(self.radius, (x_mm - self.center[0]).hypot(y_mm - self.center[1]))
    }

    fn detail_mm(&self) -> f64 {
        2.0 * self.radius / SAMPLES
    }
}
