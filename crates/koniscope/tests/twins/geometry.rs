//! One film, however its pixels lie in the file: read alike, and told in the file's own pixels.

use dicom_core::VR;
use dicom_dictionary_std::tags;
use koniscope::{FilmReading, quality::Flag, segmentation::Side};

use super::{films::*, read};

const SIDE: usize = 512;

/// By how much a probability may differ that is read from half of the rows, or out of a frame.
const CLOSE: f64 = 0.03;

fn probability(film: &FilmReading) -> f64 {
    film.reading.pneumoconiosis.probability
}

fn has(film: &FilmReading, flag: Flag) -> bool {
    film.reading.quality.flags.iter().any(|entry| entry.kind == flag)
}

/// Means of pairs of rows.
fn half_the_rows(pixels: &[u16]) -> Vec<u16> {
    let pairs = pixels.chunks_exact(2 * SIDE);
    pairs.flat_map(|pair| (0..SIDE).map(|x| pair[x].midpoint(pair[SIDE + x]))).collect()
}

#[test]
fn a_film_with_half_the_rows_is_that_of_square_pixels() {
    let reader = reader();
    let pixels = film(SIDE);
    let square = read(&reader, &dicom(&pixels, [SIDE; 2], "MONOCHROME2", &spacing(SIDE)));
    let column = FIELD_MM / SIDE as f64;
    let ratio = vec![(tags::PIXEL_ASPECT_RATIO, VR::IS, "2\\1".to_owned())];
    let halved = half_the_rows(&pixels);
    let of =
        |more: Vec<Element>| read(&reader, &dicom(&halved, [SIDE, SIDE / 2], "MONOCHROME2", &more));
    for (flat, has_mm) in [(of(spaced([2.0 * column, column])), true), (of(ratio), false)] {
        let p = [&square, &flat].map(probability);
        assert!((p[0] - p[1]).abs() < CLOSE, "{p:?}");
        assert_eq!((flat.film.width(), flat.film.height()), (SIDE, SIDE));
        // What is told is told of the file's pixels.
        let [own, whole] = [&flat, &square].map(|film| &film.reading);
        assert_eq!((own.film.width, own.film.height), (SIDE, SIDE / 2));
        let mask = flat.lungs_in_file();
        assert_eq!((mask.width(), mask.height()), (SIDE, SIDE / 2));
        for (side, lung, other) in [
            (Side::Right, &own.lungs.right, &whole.lungs.right),
            (Side::Left, &own.lungs.left, &whole.lungs.left),
        ] {
            assert_eq!(lung.area_px, mask.area_px(side));
            let share = lung.area_px as f64 / other.area_px as f64;
            assert!((share - 0.5).abs() < 0.02, "{share}");
            assert_eq!(lung.area_mm2.is_some(), has_mm);
            if let [Some(mm2), Some(expected)] = [lung.area_mm2, other.area_mm2] {
                assert!((mm2 / expected - 1.0).abs() < 0.03, "{mm2} {expected}");
            }
            let [lines, square] = [own, whole].map(|reading| reading.zone_lines.lung(side));
            assert!((2.0 * lines.upper - square.upper).abs() < 8.0, "{lines:?} {square:?}");
            assert!((2.0 * lines.dome - square.dome).abs() < 8.0, "{lines:?} {square:?}");
        }
    }
    let thin = dicom(&halved, [SIDE, SIDE / 2], "MONOCHROME2", &spaced([7.0, 0.7]));
    let error = reader.read(&thin, &|| 0.0).unwrap_err();
    assert_eq!(error.kind(), "bad_header");
    assert!(error.to_string().contains("10.000 times as high as wide"), "{error}");
}

#[test]
fn frames_are_left_out() {
    let reader = reader();
    let pixels = film(SIDE);
    let plain = read(&reader, &png(&pixels, [SIDE; 2]));
    // 150 columns on the left, 90 on the right, 40 rows above.
    let [width, height] = [SIDE + 240, SIDE + 40];
    let framed = |left: u16, right: u16, above: u16| -> Vec<u16> {
        let value = |i: usize| match (i % width, i / width) {
            (_, 0..40) => above,
            (x @ 150..662, y) => pixels[(y - 40) * SIDE + x - 150],
            (x, _) => {
                if x < 150 {
                    left
                } else {
                    right
                }
            }
        };
        (0..width * height).map(value).collect()
    };
    let cases = [
        png(&framed(0, 65_535, 30_000), [width, height]),
        dicom(&framed(65_535, 65_535, 65_535), [width, height], "MONOCHROME2", &[]),
    ];
    for bytes in cases {
        let found = read(&reader, &bytes);
        let p = [&plain, &found].map(probability);
        // Flat columns of the film beside the frame go with it.
        assert!((p[0] - p[1]).abs() < CLOSE, "{p:?}");
        let [own, other] = [&found, &plain].map(|film| &film.reading.lungs.right);
        let ratio = own.area_px as f64 / other.area_px as f64;
        assert!((ratio - 1.0).abs() < 0.02, "{own:?} {other:?}");
        let [own, other] = [own, other].map(|lung| lung.bounding_box.unwrap());
        assert!(own.x.abs_diff(other.x + 150) <= 4 && own.y.abs_diff(other.y + 40) <= 4);
        assert_eq!(found.lungs_in_file().width(), width);
    }
}

#[test]
fn a_spacing_that_makes_no_persons_lungs_is_left_out() {
    let reader = reader();
    let pixels = film(SIDE);
    // Kept from before the film was made small; centimeters; and wild ones.
    for mm in [0.143, 0.084, 8.4, 2.0, 9.9, 0.011] {
        let found = read(&reader, &dicom(&pixels, [SIDE; 2], "MONOCHROME2", &spaced([mm, mm])));
        let reading = &found.reading;
        assert!(has(&found, Flag::ImplausibleSpacing) && has(&found, Flag::LowResolution), "{mm}");
        assert!(!has(&found, Flag::NoSpacing), "{mm}");
        assert_eq!(reading.film.spacing_mm, None, "{mm}");
        assert_eq!(reading.lungs.right.area_mm2, None);
        let graded = reading.graded.as_ref().unwrap();
        assert!(graded.zones.0.iter().all(|zone| zone.area_mm2.is_none()));
        assert_eq!(reading.zone_lines.right.height_mm, None);
    }
}

#[test]
fn grays_of_four_bits_are_refused() {
    let coarse: Vec<u16> = film(SIDE).into_iter().map(|v| v >> 12).collect();
    let found = reader().read(&png(&coarse, [SIDE; 2]), &|| 0.0);
    assert_eq!(found.map(|_| ()).map_err(|e| e.kind()), Err("few_grays"));
}
