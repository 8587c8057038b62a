//! A film, varied as films vary.

use image::{ExtendedColorType, ImageEncoder, ImageFormat, codecs::jpeg::JpegEncoder};
use koniscope::{Radiograph, plane::Plane};
use koniscope_metrics::rng::rng_for;
use rand::Rng;

use super::Variation;

/// A film varied; nothing for the variations that ask where its lungs are.
pub(super) fn varied(film: &Radiograph, variation: Variation) -> Option<Radiograph> {
    let plane = film.pixels().clone();
    let contrast = |factor: f32| move |v: f32| (0.5 + (v - 0.5) * factor).clamp(0.0, 1.0);
    let plane = match variation {
        Variation::Darker => plane.map(|v| v.powf(1.25)),
        Variation::Brighter => plane.map(|v| v.powf(0.8)),
        Variation::LessContrast => plane.map(contrast(0.8)),
        Variation::MoreContrast => plane.map(contrast(1.25)),
        Variation::Noise => noisy(plane),
        Variation::Rotated => rotated(&plane, 5f32.to_radians()),
        Variation::HalfSize => return Some(half(film)),
        Variation::Jpeg => jpeg(plane),
        Variation::Border => bordered(plane),
        Variation::LungsBlanked
        | Variation::MarkerRemoved
        | Variation::LungsEroded
        | Variation::LungsDilated
        | Variation::LungsAside
        | Variation::LungsDown => return None,
    };
    Some(Radiograph::new(plane, film.spacing_mm()))
}

/// Sums of uniform numbers are near enough to normal ones: 12 have variance 1.
fn noisy(mut plane: Plane) -> Plane {
    let mut rng = rng_for(1, 0, 0);
    for value in plane.data_mut() {
        let sum: f32 = (0..12).map(|_| rng.random::<f32>()).sum();
        *value = (*value + 0.03 * (sum - 6.0)).clamp(0.0, 1.0);
    }
    plane
}

fn rotated(plane: &Plane, angle: f32) -> Plane {
    let (w, h) = (plane.width(), plane.height());
    let (sin, cos) = angle.sin_cos();
    let [cx, cy] = [w as f32 / 2.0, h as f32 / 2.0];
    let value = |i: usize| {
        let (dx, dy) = ((i % w) as f32 + 0.5 - cx, (i / w) as f32 + 0.5 - cy);
        let (x, y) = (cx + cos * dx + sin * dy, cy - sin * dx + cos * dy);
        let inside = x >= 0.0 && y >= 0.0 && x < w as f32 && y < h as f32;
        if inside { plane.bilinear(x, y) } else { 0.0 }
    };
    Plane::new(w, h, (0..w * h).map(value).collect())
}

fn half(film: &Radiograph) -> Radiograph {
    let size = [film.width(), film.height()].map(|side| side.div_ceil(2));
    let plane = film.pixels().resize(size[0], size[1]);
    // A triangle filter keeps within [0, 1] but for rounding.
    let plane = plane.map(|v| v.clamp(0.0, 1.0));
    let scale = [film.height() as f64 / size[1] as f64, film.width() as f64 / size[0] as f64];
    let spacing = film.spacing_mm().map(|[row, column]| [row * scale[0], column * scale[1]]);
    Radiograph::new(plane, spacing)
}

/// A side beyond JPEG's 65,535 is left as it is.
fn jpeg(plane: Plane) -> Plane {
    let (w, h) = (plane.width(), plane.height());
    let gray: Vec<u8> = plane.data().iter().map(|v| (v * 255.0).round() as u8).collect();
    let mut bytes = Vec::new();
    let coded = JpegEncoder::new_with_quality(&mut bytes, 50).write_image(
        &gray,
        w as u32,
        h as u32,
        ExtendedColorType::L8,
    );
    let back = coded.and_then(|()| image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg));
    match back.map(|picture| picture.into_luma8().into_raw()) {
        Ok(gray) if gray.len() == w * h => {
            Plane::new(w, h, gray.into_iter().map(|v| f32::from(v) / 255.0).collect())
        }
        _ => plane,
    }
}

fn bordered(mut plane: Plane) -> Plane {
    let (w, h) = (plane.width(), plane.height());
    let (bx, by) = (w / 20, h / 20);
    for (i, value) in plane.data_mut().iter_mut().enumerate() {
        let (x, y) = (i % w, i / w);
        if x < bx || x >= w - bx || y < by || y >= h - by {
            *value = 0.0;
        }
    }
    plane
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film() -> Radiograph {
        let value = |i: usize| ((i % 60) as f32 / 59.0 + (i / 60) as f32 / 39.0) / 2.0;
        Radiograph::new(Plane::new(60, 40, (0..2400).map(value).collect()), Some([0.2, 0.4]))
    }

    #[test]
    fn every_variation_changes_the_film_and_stays_in_range() {
        let film = film();
        let all = Variation::all().filter_map(|v| Some((v, varied(&film, v)?)));
        let all: Vec<(Variation, Radiograph)> = all.collect();
        assert_eq!(all.len(), 9);
        for (variation, varied) in all {
            let inside = varied.pixels().data().iter().all(|v| (0.0..=1.0).contains(v));
            assert!(inside, "{variation:?}");
            assert!(varied.pixels() != film.pixels(), "{variation:?}");
            let millimeters = |film: &Radiograph| {
                film.spacing_mm()
                    .map(|[row, column]| [row * film.height() as f64, column * film.width() as f64])
            };
            assert_eq!(millimeters(&varied), millimeters(&film), "{variation:?}");
            // Close to what it was: the mean hardly moves.
            let mean = |film: &Radiograph| {
                film.pixels().data().iter().sum::<f32>() / film.pixels().data().len() as f32
            };
            assert!((mean(&varied) - mean(&film)).abs() < 0.12, "{variation:?}");
        }
    }

    #[test]
    fn a_turn_moves_the_corner_and_keeps_the_middle() {
        let mut plane = Plane::filled(41, 41, 0.0);
        plane.data_mut()[20 * 41 + 20] = 1.0;
        plane.data_mut()[20 * 41 + 40] = 1.0;
        let turned = rotated(&plane, std::f32::consts::FRAC_PI_2);
        assert!(turned.at(20, 20) > 0.99);
        let moved = turned.at(20, 0) + turned.at(20, 40);
        assert!(moved > 0.9, "{moved}");
    }
}
