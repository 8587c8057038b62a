//! The six zones as the zone grader sees them: each by itself, all else blanked, all at one scale,
//! so that sizes stay comparable between the zones of a film.

use super::{MARGIN, Placement, center, grown};
use crate::{
    Error, Radiograph,
    plane::Plane,
    segmentation::LungMask,
    zones::{Zone, Zones},
};

/// Six pictures, in the order of [`Zone::ALL`].
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneCrops {
    pictures: [Plane; 6],
    places: [Placement; 6],
}

impl ZoneCrops {
    /// Crops `film` to its zones, as pictures of `width x height` with values in `[0, 1]`.
    ///
    /// # Errors
    /// [`Error::LungsNotFound`] if a zone has no pixel.
    pub fn new(
        film: &Radiograph,
        mask: &LungMask,
        zones: &Zones,
        width: usize,
        height: usize,
    ) -> Result<Self, Error> {
        let mut boxes = Vec::with_capacity(6);
        for (zone, extent) in Zone::ALL.into_iter().zip(zones.extents(mask)) {
            let (_, bounds) = extent.ok_or_else(|| Error::LungsNotFound {
                detail: format!("the zone {} is empty", zone.name()),
            })?;
            boxes.push(bounds);
        }
        let room = 1.0 - 2.0 * MARGIN;
        let scale = boxes
            .iter()
            .map(|b| b.width as f64 / width as f64)
            .chain(boxes.iter().map(|b| b.height as f64 / height as f64))
            .fold(0.0, f64::max)
            / room;
        let places: [Placement; 6] = std::array::from_fn(|i| Placement {
            x0: 0.0,
            width: width as f64,
            height: height as f64,
            center: center(boxes[i]),
            scale,
        });

        // Shrink film and mask first, with a filter; then only shifts below a pixel remain.
        let shrink = scale.max(1.0);
        let small = |length: usize| ((length as f64 / shrink).round() as usize).max(1);
        let (w, h) = (small(film.width()), small(film.height()));
        let pixels = film.pixels().resize(w, h);
        let to_small = [w as f64 / film.width() as f64, h as f64 / film.height() as f64];
        let margin = MARGIN * height as f64 * scale;
        let lungs = crate::segmentation::Side::BOTH
            .map(|side| grown(mask, side, w, h, (margin / shrink).ceil()));
        let pictures = std::array::from_fn(|i| {
            let (zone, place) = (Zone::ALL[i], places[i]);
            let lung = &lungs[zone.index() / 3];
            let (top, bottom) = (boxes[i].y as f64, (boxes[i].y + boxes[i].height) as f64);
            let mut picture = Plane::filled(width, height, 0.0);
            for y in 0..height {
                for x in 0..width {
                    let [fx, fy] = place.to_film(x as f64 + 0.5, y as f64 + 0.5);
                    let (sx, sy) = (fx * to_small[0], fy * to_small[1]);
                    let inside = (0.0..w as f64).contains(&sx)
                        && (0.0..h as f64).contains(&sy)
                        && (top - margin..bottom + margin).contains(&fy);
                    if inside && lung[sy as usize * w + sx as usize] {
                        picture.data_mut()[y * width + x] = pixels.bilinear(sx as f32, sy as f32);
                    }
                }
            }
            picture
        });
        Ok(Self { pictures, places })
    }

    /// Values in `[0, 1]`, `[height, width]`, a picture a zone; 0 outside the zone.
    pub fn pictures(&self) -> &[Plane; 6] {
        &self.pictures
    }

    /// Where a film point lies in a zone's picture, `[x, y]` in continuous pixels.
    pub fn from_film(&self, zone: Zone, x: f64, y: f64) -> [f64; 2] {
        self.places[zone.index()].to_crop(x, y)
    }

    /// Where a point of a zone's picture lies on the film; the inverse of [`Self::from_film`].
    pub fn to_film(&self, zone: Zone, x: f64, y: f64) -> [f64; 2] {
        self.places[zone.index()].to_film(x, y)
    }

    /// Film pixels a picture's pixel.
    pub fn scale(&self) -> f64 {
        self.places[0].scale
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::segmentation::Side;

    fn mask(w: usize, h: usize) -> LungMask {
        let mut labels = vec![0; w * h];
        for (label, columns) in [(1, 20..80), (2, 120..190)] {
            for y in 30..210 {
                labels[y * w..][columns.clone()].fill(label);
            }
        }
        LungMask::new(w, h, labels)
    }

    #[test]
    fn each_picture_is_its_zone_and_nothing_else() {
        let (w, h) = (210, 240);
        // A different value a zone.
        let mask = mask(w, h);
        let zones = Zones::of(&mask).unwrap();
        let value = |zone: Zone| 0.1 + 0.1 * zone.index() as f32;
        let pixels = (0..w * h).map(|i| zones.of_pixel(&mask, i % w, i / w).map_or(0.95, value));
        let film = Radiograph::new(Plane::new(w, h, pixels.collect()), None);
        let crops = ZoneCrops::new(&film, &mask, &zones, 64, 64).unwrap();
        for zone in Zone::ALL {
            let picture = &crops.pictures()[zone.index()];
            let own = picture.data().iter().filter(|v| (**v - value(zone)).abs() < 0.01).count();
            let blank = picture.data().iter().filter(|v| **v == 0.0).count();
            assert!(own > 2200, "{}: {own}", zone.name());
            assert!(own + blank > 64 * 64 * 8 / 10, "only its margin shows anything else");
        }
        // 70 film pixels on 64 less its margins.
        assert!((crops.scale() - 70.0 / (64.0 * 0.94)).abs() < 1e-9);
    }

    #[test]
    fn there_and_back_is_identity() {
        let mask = mask(210, 240);
        let film = Radiograph::new(Plane::filled(210, 240, 0.5), None);
        let crops = ZoneCrops::new(&film, &mask, &Zones::of(&mask).unwrap(), 96, 64).unwrap();
        for zone in Zone::ALL {
            let [x, y] = crops.from_film(zone, 33.0, 71.0);
            let [fx, fy] = crops.to_film(zone, x, y);
            assert!((fx - 33.0).abs() < 1e-9 && (fy - 71.0).abs() < 1e-9);
        }
    }

    #[test]
    fn an_empty_zone_is_named() {
        let mut labels = vec![0; 100 * 100];
        labels[50 * 100 + 10] = 1;
        labels[50 * 100 + 80] = 2;
        let mask = LungMask::new(100, 100, labels);
        assert!(mask.bounding_box(Side::Left).is_some());
        let film = Radiograph::new(Plane::filled(100, 100, 0.5), None);
        let error = ZoneCrops::new(&film, &mask, &Zones::of(&mask).unwrap(), 64, 64).unwrap_err();
        assert!(error.to_string().contains("right_"), "{error}");
    }
}
