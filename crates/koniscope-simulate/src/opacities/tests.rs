//! Mass, contrast and axes of what is drawn.

use std::f64::consts::PI;

use koniscope::{stage::ilo::Shape, zones::Zone};
use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;

use super::*;

fn grid(n: usize, pixel_mm: f64) -> Grid {
    Grid { width: n, height: n, spacing_mm: [pixel_mm; 2] }
}

fn volume(plane: &[f32], grid: &Grid) -> f64 {
    plane.iter().map(|v| f64::from(*v)).sum::<f64>() * grid.pixel_mm2()
}

fn rounded(size_mm: f64, x_mm: f64, y_mm: f64) -> SmallOpacity {
    SmallOpacity {
        x_mm,
        y_mm,
        zone: Zone::ALL[0],
        form: Form { shape: Shape::Q, size_mm, density: 1.0, strands: Vec::new() },
    }
}

fn drawn(shape: Shape, at_mm: f64, rng: &mut ChaCha12Rng) -> SmallOpacity {
    let form = Form::draw(shape, rng);
    SmallOpacity { x_mm: at_mm, y_mm: at_mm, zone: Zone::ALL[3], form }
}

#[test]
fn a_sphere_keeps_its_mass_at_any_pixel() {
    for pixel in [0.14, 0.3, 0.84] {
        let grid = grid(120, pixel);
        for size in [1.0, 1.5, 3.0, 10.0] {
            for k in 0..20 {
                let at = 60.0 * pixel + 0.13 * pixel * f64::from(k);
                let plane = thickness(&grid, &[rounded(size, at, at * 0.97)], &[]);
                let ratio = volume(&plane, &grid) / (PI / 6.0 * size.powi(3));
                assert!((ratio - 1.0).abs() < 0.03, "{pixel} {size}: {ratio}");
            }
        }
    }
}

#[test]
fn strands_keep_their_mass_from_fine_to_coarse_pixels() {
    let mut rng = ChaCha12Rng::seed_from_u64(2);
    for shape in [Shape::S, Shape::T, Shape::U] {
        let opacity = drawn(shape, 20.0, &mut rng);
        let [fine, coarse] = [(400, 0.1), (48, 0.84)].map(|(n, pixel)| {
            let grid = grid(n, pixel);
            volume(&thickness(&grid, std::slice::from_ref(&opacity), &[]), &grid)
        });
        assert!((coarse / fine - 1.0).abs() < 0.03, "{shape:?}: {coarse} {fine}");
    }
}

#[test]
fn areas_are_those_of_the_picture_and_their_mean_is_told() {
    let mut rng = ChaCha12Rng::seed_from_u64(8);
    for shape in Shape::ALL {
        let (mut seen, mut told) = (0.0, 0.0);
        for _ in 0..60 {
            let opacity = drawn(shape, 20.0, &mut rng);
            told += opacity.form.area_cm2();
            let grid = grid(800, 0.05);
            let plane = thickness(&grid, std::slice::from_ref(&opacity), &[]);
            seen += plane.iter().filter(|v| **v > 0.0).count() as f64 * grid.pixel_mm2() / 100.0;
        }
        // Drawn to the end of the rim, 1.08 of the size; strands cover one another where they meet.
        let rim = if shape.is_irregular() { RIM[2] } else { RIM[2] * RIM[2] };
        let ratio = seen / (told * rim);
        assert!((0.85..1.1).contains(&ratio), "{shape:?}: {ratio}");
        let n = 4000;
        let mean =
            (0..n).map(|_| Form::draw(shape, &mut rng).area_cm2()).sum::<f64>() / f64::from(n);
        assert!((mean / Form::mean_area_cm2(shape) - 1.0).abs() < 0.07, "{shape:?}: {mean}");
    }
}

#[test]
fn sizes_lie_within_their_shape_and_have_strands_where_irregular() {
    let mut rng = ChaCha12Rng::seed_from_u64(3);
    for shape in Shape::ALL {
        let [least, most] = shape.size_mm();
        for _ in 0..200 {
            let opacity = drawn(shape, 2.0, &mut rng);
            assert!((least..=most).contains(&opacity.form.size_mm));
            assert_eq!(opacity.form.strands.is_empty(), !shape.is_irregular());
            let json = serde_json::to_string(&opacity).unwrap();
            assert_eq!(serde_json::from_str::<SmallOpacity>(&json).unwrap(), opacity);
        }
    }
}

#[test]
fn axes_of_large_opacities_are_those_of_the_picture() {
    let mut rng = ChaCha12Rng::seed_from_u64(4);
    let grid = grid(500, 0.3);
    for (long, short) in [(12.0, 8.0), (30.0, 12.0), (30.0, 27.0), (60.0, 30.0)] {
        let mut opacity = LargeOpacity::draw(long, short, Zone::ALL[0], &mut rng);
        (opacity.x_mm, opacity.y_mm) = (75.0, 75.0);
        let plane = thickness(&grid, &[], &[opacity.clone()]);
        let half = 0.5 * plane.iter().copied().fold(0.0, f32::max);
        let inside: Vec<[f64; 2]> = (0..plane.len())
            .filter(|i| plane[*i] >= half)
            .map(|i| [(i % 500) as f64 * 0.3, (i / 500) as f64 * 0.3])
            .collect();
        let extent = |angle: f64| {
            let values: Vec<f64> =
                inside.iter().map(|[x, y]| x * angle.cos() + y * angle.sin()).collect();
            let high = values.iter().copied().fold(f64::MIN, f64::max);
            high - values.iter().copied().fold(f64::MAX, f64::min) + 0.3
        };
        let longest = (0..360).map(|i| extent(f64::from(i) * PI / 360.0)).fold(0.0, f64::max);
        let across = extent(opacity.angle + PI / 2.0);
        assert!((opacity.long_axis_mm / long - 1.0).abs() < 0.01);
        assert!((longest / opacity.long_axis_mm - 1.0).abs() < 0.05, "{longest} {opacity:?}");
        assert!((across / opacity.short_axis_mm - 1.0).abs() < 0.05, "{across} {opacity:?}");
        let area = inside.len() as f64 * 0.09;
        assert!((area / opacity.area_mm2() - 1.0).abs() < 0.05);
    }
}
