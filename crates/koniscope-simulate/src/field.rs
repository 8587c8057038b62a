//! The lungs of one film as a field to put opacities into: zones, areas, distances in mm.

mod distance;

use koniscope::{
    segmentation::LungMask,
    zones::{Zone, Zones},
};
use rand::Rng;

use crate::Error;
use distance::Distances;

/// Pixels of a film and their size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Distance of pixels in mm, `[between rows, between columns]`.
    pub spacing_mm: [f64; 2],
}

impl Grid {
    /// Area of a pixel in mm2.
    pub fn pixel_mm2(&self) -> f64 {
        self.spacing_mm[0] * self.spacing_mm[1]
    }
}

/// Two lungs with their zones. Points are `[x, y]` in mm from the film's upper left corner.
#[derive(Clone, Debug)]
pub struct Field {
    grid: Grid,
    mask: LungMask,
    zones: Zones,
    /// Pixels of each zone, row-major indices.
    pixels: [Vec<u32>; 6],
    distances: Distances,
}

impl Field {
    /// Takes the lungs and the film's spacing in mm, `[between rows, between columns]`.
    ///
    /// # Errors
    /// [`Error::Unusable`] if a zone has no pixel or the spacing is none, [`Error::Film`] if a side
    /// is empty.
    pub fn new(mask: LungMask, spacing_mm: [f64; 2]) -> Result<Self, Error> {
        if !spacing_mm.iter().all(|s| s.is_finite() && (0.01..=20.0).contains(s)) {
            return Err(Error::Unusable(format!(
                "pixels {spacing_mm:?} mm apart; 0.01 to 20 mm was expected"
            )));
        }
        let zones = Zones::of(&mask)?;
        let mut pixels: [Vec<u32>; 6] = Default::default();
        for y in 0..mask.height() {
            for x in 0..mask.width() {
                if let Some(zone) = zones.of_pixel(&mask, x, y) {
                    pixels[zone.index()].push((y * mask.width() + x) as u32);
                }
            }
        }
        if let Some(zone) = Zone::ALL.into_iter().find(|z| pixels[z.index()].is_empty()) {
            return Err(Error::Unusable(format!(
                "the zone {} has no pixel; whole lungs were expected",
                zone.name()
            )));
        }
        let grid = Grid { width: mask.width(), height: mask.height(), spacing_mm };
        let distances = Distances::inside(&mask, spacing_mm);
        Ok(Self { grid, mask, zones, pixels, distances })
    }

    /// The film's pixels.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// The lungs.
    pub fn mask(&self) -> &LungMask {
        &self.mask
    }

    /// Lines between the zones.
    pub fn zones(&self) -> &Zones {
        &self.zones
    }

    /// Area of each zone in cm2, in the order of [`Zone::ALL`].
    pub fn areas_cm2(&self) -> [f64; 6] {
        std::array::from_fn(|i| self.pixels[i].len() as f64 * self.grid.pixel_mm2() / 100.0)
    }

    /// The zone of a point, or nothing outside of both lungs.
    pub fn zone_at(&self, [x, y]: [f64; 2]) -> Option<Zone> {
        let [row, column] = [y / self.grid.spacing_mm[0], x / self.grid.spacing_mm[1]];
        let inside = row >= 0.0
            && column >= 0.0
            && row < self.grid.height as f64
            && column < self.grid.width as f64;
        if inside { self.zones.of_pixel(&self.mask, column as usize, row as usize) } else { None }
    }

    /// A point drawn evenly over a zone.
    pub fn point_in(&self, zone: Zone, rng: &mut impl Rng) -> [f64; 2] {
        let pixels = &self.pixels[zone.index()];
        let at = pixels[rng.random_range(0..pixels.len())] as usize;
        let (x, y) = (at % self.grid.width, at / self.grid.width);
        [
            (x as f64 + rng.random::<f64>()) * self.grid.spacing_mm[1],
            (y as f64 + rng.random::<f64>()) * self.grid.spacing_mm[0],
        ]
    }

    /// Distance of a point to the border of its lung, in mm, to about 1 mm; 0 outside.
    pub fn depth_mm(&self, point: [f64; 2]) -> f64 {
        self.distances.at(point)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha12Rng;

    use super::*;

    /// Two lungs, each 90 x 220 mm, on a film of 300 x 300 mm.
    pub(crate) fn boxes(pixel_mm: f64) -> Field {
        let n = (300.0 / pixel_mm) as usize;
        let mut labels = vec![0; n * n];
        for (i, label) in labels.iter_mut().enumerate() {
            let (x, y) = ((i % n) as f64 * pixel_mm, (i / n) as f64 * pixel_mm);
            if (40.0..260.0).contains(&y) {
                *label = match x {
                    x if (40.0..130.0).contains(&x) => 1,
                    x if (170.0..260.0).contains(&x) => 2,
                    _ => 0,
                };
            }
        }
        Field::new(LungMask::new(n, n, labels), [pixel_mm; 2]).unwrap()
    }

    #[test]
    fn areas_points_and_depths() {
        let field = boxes(1.0);
        for area in field.areas_cm2() {
            assert!((area - 66.0).abs() < 2.0, "{area}");
        }
        let mut rng = ChaCha12Rng::seed_from_u64(1);
        for zone in Zone::ALL {
            for _ in 0..100 {
                assert_eq!(field.zone_at(field.point_in(zone, &mut rng)), Some(zone));
            }
        }
        assert_eq!(field.zone_at([150.0, 150.0]), None);
        assert_eq!(field.zone_at([-1.0, 150.0]), None);
        assert!((field.depth_mm([60.0, 150.0]) - 20.0).abs() < 1.0);
        assert_eq!(field.depth_mm([150.0, 150.0]), 0.0);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let none = Field::new(LungMask::new(4, 4, vec![0; 16]), [1.0; 2]);
        assert!(none.unwrap_err().to_string().contains("lung"));
        let spacing = Field::new(LungMask::new(4, 4, vec![1; 16]), [0.0, 1.0]);
        assert!(spacing.unwrap_err().to_string().contains("mm apart"));
    }
}
