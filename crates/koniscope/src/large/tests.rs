use super::*;
use crate::{
    grading::{OUTPUTS, ZoneCalibration},
    plane::Plane,
};

/// Two lungs as boxes, 100 x 240 mm, on a film of `px` pixels a mm.
fn lungs(px: f64) -> LungMask {
    let (w, h) = ((300.0 * px) as usize, (300.0 * px) as usize);
    let mut labels = vec![0; w * h];
    for (label, x0) in [(1, 30.0), (2, 170.0)] {
        for y in (30.0 * px) as usize..(270.0 * px) as usize {
            let columns = (x0 * px) as usize..((x0 + 100.0) * px) as usize;
            labels[y * w..][columns].fill(label);
        }
    }
    LungMask::new(w, h, labels)
}

/// An ellipse: center, long and short axis in mm, angle of the long one in degrees.
#[derive(Clone, Copy)]
struct Drawn {
    center: [f64; 2],
    axes: [f64; 2],
    angle: f64,
}

/// Lungs on a slope with ribs, a bright body around them, ellipses with soft edges and grain.
fn film(px: f64, spacing: bool, drawn: &[Drawn]) -> (Radiograph, LungMask) {
    let mask = lungs(px);
    let (w, h) = (mask.width(), mask.height());
    let pixel = |i: usize| {
        let (x, y) = ((i % w) as f64 / px, (i / w) as f64 / px);
        if mask.labels()[i] == 0 {
            return 0.9;
        }
        let slope = 0.25 + 0.0007 * x + 0.0005 * y;
        let ribs = 0.012 * (y / 25.0 * std::f64::consts::TAU).sin();
        let grain = 0.02 * ((i.wrapping_mul(2_654_435_761) >> 7 & 1023) as f64 / 1023.0 - 0.5);
        let inside = drawn.iter().map(|e| {
            let (s, c) = e.angle.to_radians().sin_cos();
            let (dx, dy) = (x - e.center[0], y - e.center[1]);
            let (u, v) = ((dx * c + dy * s) / e.axes[0], (dy * c - dx * s) / e.axes[1]);
            let edge = (1.0 - 2.0 * u.hypot(v)) * e.axes[1] / 2.0; // mm inside, about
            0.2 * (edge / 2.0 + 0.5).clamp(0.0, 1.0)
        });
        (slope + ribs + grain + inside.fold(0.0, f64::max)) as f32
    };
    let pixels = Plane::new(w, h, (0..w * h).map(pixel).collect());
    (Radiograph::new(pixels, spacing.then_some([1.0 / px; 2])), mask)
}

fn seed(mask: &LungMask, zones: &Zones, at: [f64; 2]) -> Seed {
    let zone = zones.of_pixel(mask, at[0] as usize, at[1] as usize).unwrap();
    Seed { zone, at, reach: 15.0 * mask.width() as f64 / 300.0 }
}

#[test]
fn axes_of_a_drawn_ellipse_at_any_angle() {
    for (px, spacing) in [(3.0, true), (1.2, true), (2.0, false)] {
        for axes in [[24.0, 14.0], [40.0, 22.0], [18.0, 16.0]] {
            for angle in [0.0, 30.0, 65.0, 90.0, 130.0] {
                let drawn = Drawn { center: [78.0, 95.0], axes, angle };
                let (film, mask) = film(px, spacing, &[drawn]);
                let zones = Zones::of(&mask).unwrap();
                let at = drawn.center.map(|c| c * px + 4.0 * px);
                let found = measure(&film, &mask, &zones, &[seed(&mask, &zones, at)]);
                let [opacity] = found[..] else { panic!("{found:?}") };
                let axes_px = [opacity.long_axis_px / px, opacity.short_axis_px / px];
                for (found, expected) in axes_px.into_iter().zip(axes) {
                    let ratio = found / expected;
                    assert!((ratio - 1.0).abs() < 0.15, "{px} {axes:?} {angle}: {opacity:?}");
                }
                assert_eq!(opacity.long_axis_mm.is_some(), spacing);
                if let Some(mm) = opacity.long_axis_mm {
                    assert!((mm * px / opacity.long_axis_px - 1.0).abs() < 1e-9);
                    let [long, area] = opacity.size_mm(&film).unwrap();
                    let expected = std::f64::consts::PI / 4.0 * axes[0] * axes[1];
                    assert!(long == mm && (area / expected - 1.0).abs() < 0.3, "{area}");
                }
                if axes[0] > 1.3 * axes[1] {
                    let off = (opacity.angle_deg - angle).rem_euclid(180.0);
                    assert!(off.min(180.0 - off) < 12.0, "{angle}: {opacity:?}");
                }
                for (c, expected) in opacity.center_px.into_iter().zip(drawn.center) {
                    assert!((c / px - expected).abs() < 3.0, "{opacity:?}");
                }
            }
        }
    }
}

#[test]
fn small_ones_are_dropped_and_one_found_twice_counts_once() {
    let small = Drawn { center: [220.0, 80.0], axes: [7.0, 6.0], angle: 0.0 };
    // Across the line between the upper and the middle zone.
    let across = Drawn { center: [80.0, 110.0], axes: [36.0, 20.0], angle: 90.0 };
    let px = 2.0;
    let (film, mask) = film(px, true, &[small, across]);
    let zones = Zones::of(&mask).unwrap();
    let at = [small.center, [80.0, 104.0], [80.0, 116.0]].map(|at| at.map(|c| c * px));
    let seeds = at.map(|at| seed(&mask, &zones, at));
    assert_eq!([seeds[1].zone.level, seeds[2].zone.level], [Level::Upper, Level::Middle]);
    let found = measure(&film, &mask, &zones, &seeds);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].side, found[0].zone), (Side::Right, Level::Upper));
}

#[test]
fn nothing_comes_of_a_flat_film_nor_of_a_seed_outside() {
    let mask = lungs(1.0);
    let film = Radiograph::new(Plane::filled(300, 300, 0.4), Some([1e-6, 1e-6]));
    let zones = Zones::of(&mask).unwrap();
    let inside = seed(&mask, &zones, [80.0, 100.0]);
    let outside = Seed { at: [5.0, 5.0], reach: 3.0, ..inside };
    assert_eq!(measure(&film, &mask, &zones, &[inside, outside]), []);
    let plain = Radiograph::new(Plane::filled(300, 300, 0.4), None);
    assert_eq!(measure(&plain, &mask, &zones, &[inside, outside]), []);
}

#[test]
fn a_seed_is_the_highest_cell_inside_its_zone() {
    let mask = lungs(1.0);
    let film = Radiograph::new(Plane::filled(300, 300, 0.4), None);
    let zones = Zones::of(&mask).unwrap();
    let crops = ZoneCrops::new(&film, &mask, &zones, 64, 64).unwrap();
    let mut map = Plane::filled(8, 8, -1.0);
    // The highest of all lies in the margin, outside of the zone.
    map.data_mut()[0] = 9.0;
    map.data_mut()[5 * 8 + 3] = 4.0;
    let output = |large: f32| {
        let mut logits = vec![-5.0; OUTPUTS.len()];
        logits[LARGE] = large;
        ZoneOutput { logits, maps: vec![map.clone(); OUTPUTS.len()] }
    };
    let mut outputs = vec![output(-3.0); 6];
    outputs[4] = output(2.0);
    let grades = Grades::of(&outputs, &ZoneCalibration::identity()).unwrap();
    let found = seeds(&outputs, &grades, &crops, &zones, &mask);
    let [seed] = found[..] else { panic!("{found:?}") };
    assert_eq!(seed.zone, Zone::ALL[4]);
    let expected = crops.to_film(seed.zone, 3.5 * 8.0, 5.5 * 8.0);
    assert_eq!(seed.at, expected);
    assert_eq!(seed.reach, 8.0 * crops.scale());
}
