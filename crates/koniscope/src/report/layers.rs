//! What was found, as layers to lay over the film: transparent where there is nothing.

use serde::{Deserialize, Serialize};

use super::{Failure, colors, contour::Coverage, png};
use crate::{FilmReading, large::LargeOpacity, segmentation::Side};

/// Width of a contour, and of a line between zones, in pixels of the layer.
const CONTOUR: f32 = 2.5;
const LINE: usize = 2;

/// Points of the polygon that stands for an ellipse.
const POINTS: usize = 48;

/// Outlines of both lungs and the lines between their zones, as an RGBA PNG of the whole film with at
/// most `longest` pixels on its longer side.
///
/// # Errors
/// [`Failure::internal`] if the picture cannot be encoded.
pub fn lungs_layer(film: &FilmReading, longest: usize) -> Result<Vec<u8>, Failure> {
    let [w, h] = size(film, longest);
    let mut layer = vec![[0; 4]; w * h];
    for side in Side::BOTH {
        let coverage = Coverage::new(&film.mask, side, w, h);
        let color = match side {
            Side::Right => colors::RIGHT,
            Side::Left => colors::LEFT,
        };
        let scale = h as f64 / film.film.height() as f64;
        for line in film.zones.lung(side).lines() {
            let row = line * scale;
            for [from, to] in coverage.across(row as f32) {
                for y in (0..LINE).map(|i| row as usize + i).filter(|y| *y < h) {
                    layer[y * w..][from[0] as usize..to[0] as usize].fill(rgba(colors::ZONES, 1.0));
                }
            }
        }
        for (i, pixel) in layer.iter_mut().enumerate() {
            let line = coverage.line(i % w, i / w, CONTOUR);
            if line > 0.0 {
                *pixel = rgba(color, line);
            }
        }
    }
    png::rgba(layer.as_flattened(), w, h)
}

/// Local probability inside the lungs, dark violet to light yellow, as an RGBA PNG like [`lungs_layer`].
///
/// # Errors
/// As [`lungs_layer`].
pub fn heat_layer(film: &FilmReading, longest: usize) -> Result<Vec<u8>, Failure> {
    let [w, h] = size(film, longest);
    let step = film.film.width() as f64 / w as f64;
    let mut layer = vec![[0; 4]; w * h];
    for side in Side::BOTH {
        let coverage = Coverage::new(&film.mask, side, w, h);
        for (i, pixel) in layer.iter_mut().enumerate() {
            let (x, y) = (i % w, i / w);
            let inside = coverage.inside(x, y);
            if inside > 0.0 {
                let at = [x, y].map(|v| (v as f64 + 0.5) * step);
                *pixel = rgba(colors::probability(film.heat_map.at(side, at[0], at[1])), inside);
            }
        }
    }
    png::rgba(layer.as_flattened(), w, h)
}

/// Where the grade of each zone is written, `[x, y]` as shares of the film's width and height, in the
/// order of [`Zone::ALL`](crate::zones::Zone::ALL); nothing for a zone without a pixel.
pub fn zone_centers(film: &FilmReading) -> [Option<[f64; 2]>; 6] {
    let size = [film.film.width() as f64, film.film.height() as f64];
    film.zones.extents(&film.mask).map(|extent| {
        let (_, bounds) = extent?;
        let center = [
            bounds.x as f64 + bounds.width as f64 / 2.0,
            bounds.y as f64 + bounds.height as f64 / 2.0,
        ];
        Some([center[0] / size[0], center[1] / size[1]])
    })
}

/// A large opacity as it is drawn over a film, in shares of the film's width and height.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LargeShape {
    /// The ellipse of its axes, as points `[x, y]`.
    pub outline: Vec<[f64; 2]>,
    /// The ends of the long axis, and of the short one.
    pub axes: [[[f64; 2]; 2]; 2],
    /// How long both are: `52 x 31 mm`, or in pixels of the file where it tells no mm.
    pub words: String,
}

/// The large opacities of a film.
pub fn large_shapes(film: &FilmReading) -> Vec<LargeShape> {
    let found = film.reading.graded.iter().flat_map(|graded| &graded.large_opacities);
    found.map(|opacity| large_shape(film, opacity)).collect()
}

fn large_shape(film: &FilmReading, opacity: &LargeOpacity) -> LargeShape {
    let size = [film.film.width() as f64, film.film.height() as f64];
    let (sin, cos) = opacity.angle_deg.to_radians().sin_cos();
    let [long, short] = [opacity.long_axis_px, opacity.short_axis_px].map(|axis| axis / 2.0);
    let at = |u: f64, v: f64| {
        let [x, y] = opacity.center_px;
        let [x, y] = film.film.grid().to_radiograph([x + u * cos - v * sin, y + u * sin + v * cos]);
        [x / size[0], y / size[1]]
    };
    let turn = |i: usize| std::f64::consts::TAU * i as f64 / POINTS as f64;
    let words = match (opacity.long_axis_mm, opacity.short_axis_mm) {
        (Some(long), Some(short)) => format!("{long:.0} x {short:.0} mm"),
        _ => format!("{:.0} x {:.0} px", opacity.long_axis_px, opacity.short_axis_px),
    };
    LargeShape {
        outline: (0..POINTS).map(|i| at(long * turn(i).cos(), short * turn(i).sin())).collect(),
        axes: [[at(-long, 0.0), at(long, 0.0)], [at(0.0, -short), at(0.0, short)]],
        words,
    }
}

fn size(film: &FilmReading, longest: usize) -> [usize; 2] {
    let (w, h) = (film.film.width(), film.film.height());
    let scale = (longest as f64 / w.max(h).max(1) as f64).min(1.0);
    [w, h].map(|side| ((side as f64 * scale).round() as usize).max(1))
}

fn rgba([r, g, b]: colors::Rgb, opacity: f32) -> [u8; 4] {
    [r, g, b, (opacity.clamp(0.0, 1.0) * 255.0).round() as u8]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fake;

    #[test]
    fn a_large_opacity_has_its_outline_about_its_axes() {
        let mut film = fake::film_of_zones();
        let graded = film.reading.graded.as_mut().unwrap();
        let opacity = LargeOpacity {
            side: Side::Right,
            zone: crate::zones::Level::Upper,
            long_axis_mm: Some(40.0),
            short_axis_mm: Some(20.0),
            long_axis_px: 200.0,
            short_axis_px: 100.0,
            center_px: [300.0, 350.0],
            angle_deg: 90.0,
            area_px: 15_708.0,
        };
        graded.large_opacities = vec![opacity, LargeOpacity { long_axis_mm: None, ..opacity }];
        let shapes = large_shapes(&film);
        let near = |a: [f64; 2], x: f64, y: f64| {
            let size = [film.film.width() as f64, film.film.height() as f64];
            assert!(
                (a[0] * size[0] - x).abs() < 0.01 && (a[1] * size[1] - y).abs() < 0.01,
                "{a:?}"
            );
        };
        near(shapes[0].axes[0][0], 300.0, 250.0);
        near(shapes[0].axes[0][1], 300.0, 450.0);
        near(shapes[0].axes[1][0], 350.0, 350.0);
        near(shapes[0].outline[0], 300.0, 450.0);
        assert_eq!(shapes[0].outline.len(), POINTS);
        assert_eq!([&*shapes[0].words, &*shapes[1].words], ["40 x 20 mm", "200 x 100 px"]);
    }

    #[test]
    fn layers_are_clear_beside_the_lungs() {
        let film = fake::film_of_zones();
        for (layer, colored) in [
            (lungs_layer(&film, 350).unwrap(), colors::RIGHT),
            (heat_layer(&film, 350).unwrap(), colors::probability(0.98)),
        ] {
            let picture = image::load_from_memory(&layer).unwrap().into_rgba8();
            assert_eq!(picture.dimensions(), (300, 350));
            assert_eq!(picture.get_pixel(150, 175).0[3], 0, "between the lungs");
            let near = |a: u8, b: u8| a.abs_diff(b) < 12;
            let seen = picture
                .pixels()
                .filter(|p| p.0[3] > 200 && (0..3).all(|i| near(p.0[i], colored[i])));
            assert!(seen.count() > 200);
        }
        let centers = zone_centers(&film);
        assert!(centers.iter().all(|c| c.is_some_and(|c| c.iter().all(|v| *v > 0.0 && *v < 1.0))));
        assert!(centers[0].unwrap()[0] < 0.5 && centers[3].unwrap()[0] > 0.5);
        assert!(centers[0].unwrap()[1] < centers[2].unwrap()[1]);
    }
}
