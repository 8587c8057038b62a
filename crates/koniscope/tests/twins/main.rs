//! One film in several containers gives one reading, with the weights that ship.
#![allow(clippy::unwrap_used)]

mod films;
mod geometry;

use koniscope::{FilmReading, Reader, quality::Flag, segmentation::Side};

use films::{dicom, film, negative, png, reader, spacing};

fn read(reader: &Reader, bytes: &[u8]) -> FilmReading {
    reader.read(bytes, &|| 0.0).unwrap()
}

fn largest_difference(a: &FilmReading, b: &FilmReading) -> f32 {
    let pairs = a.film.pixels().data().iter().zip(b.film.pixels().data());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn a_dicom_its_png_and_its_monochrome1_twin_give_one_reading() {
    let reader = reader();
    let side = 512;
    let pixels = film(side);
    let plain = read(&reader, &dicom(&pixels, [side; 2], "MONOCHROME2", &spacing(side)));
    let twins = [
        ("16-bit PNG", read(&reader, &png(&pixels, [side; 2]))),
        (
            "MONOCHROME1",
            read(&reader, &dicom(&negative(&pixels), [side; 2], "MONOCHROME1", &spacing(side))),
        ),
    ];
    for (name, twin) in &twins {
        assert!(largest_difference(&plain, twin) < 1e-6, "{name}");
        assert_eq!(plain.mask, twin.mask, "{name}");
        let p = [&plain, twin].map(|r| r.reading.pneumoconiosis.probability);
        assert!((p[0] - p[1]).abs() < 1e-6, "{name}: {p:?}");
    }
    let area = plain.reading.lungs.right.area_mm2.unwrap();
    assert!((5_000.0..40_000.0).contains(&area), "a lung of {area} mm2");
    assert_eq!(twins[0].1.reading.lungs.right.area_mm2, None, "a PNG has no spacing");
}

#[test]
fn an_inverted_png_is_read_as_its_negative_and_says_so() {
    let reader = reader();
    let pixels = film(512);
    let upright = read(&reader, &png(&pixels, [512; 2]));
    let inverted = read(&reader, &png(&negative(&pixels), [512; 2]));
    let says_so =
        |r: &FilmReading| r.reading.quality.flags.iter().any(|f| f.kind == Flag::Inverted);
    assert!(says_so(&inverted) && !says_so(&upright), "{:?}", inverted.reading.quality);
    assert_eq!(upright.mask, inverted.mask);
}

#[test]
fn a_large_film_and_its_half_give_lungs_of_the_same_mm2() {
    let reader = reader();
    let [whole, half] = [3000, 1500]
        .map(|side| read(&reader, &dicom(&film(side), [side; 2], "MONOCHROME2", &spacing(side))));
    assert_eq!((whole.mask.width(), half.mask.width()), (3000, 1500));
    for side in Side::BOTH {
        let area = |r: &FilmReading| r.film.pixel_area_mm2().unwrap() * r.mask.area_px(side) as f64;
        let ratio = area(&whole) / area(&half);
        assert!((ratio - 1.0).abs() < 0.02, "{side:?}: {ratio}");
    }
}
