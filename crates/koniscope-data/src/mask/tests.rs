use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

use super::*;

/// A mask by its rows: `#` 255, `?` 127, `.` 0, digits themselves.
pub(crate) fn drawn(rows: &[&str]) -> Result<Mask, String> {
    Mask::of_bytes(&png(rows))
}

fn png(rows: &[&str]) -> Vec<u8> {
    let gray = rows.iter().flat_map(|row| row.bytes()).map(|b| match b {
        b'#' => 255,
        b'?' => 127,
        b'.' => 0,
        b'x' => 200,
        digit => digit - b'0',
    });
    let (gray, width): (Vec<u8>, u32) = (gray.collect(), rows[0].len() as u32);
    let mut file = Vec::new();
    let encoder = PngEncoder::new(&mut file);
    encoder.write_image(&gray, width, rows.len() as u32, ExtendedColorType::L8).unwrap();
    file
}

#[test]
fn sides_are_told_apart_and_ignored_pixels_stay_so() {
    let m = drawn(&[".##..?#.", "..##.##.", "........"]).unwrap();
    assert_eq!(m.labels[..8], [0, 1, 1, 0, 0, IGNORE, 2, 0]);
    assert_eq!(m.labels[8..16], [0, 0, 1, 1, 0, 2, 2, 0]);
}

#[test]
fn a_part_has_the_labels_of_its_place() {
    let part = drawn(&["11..22.", "1....2.", "1...22."]).unwrap().part([4, 1], [2, 2]);
    assert_eq!((part.width, part.height, part.labels), (2, 2, vec![0, 2, 2, 2]));
}

#[test]
fn lungs_that_touch_are_cut_in_the_middle() {
    assert_eq!(drawn(&["########"]).unwrap().labels, [1, 1, 1, 1, 2, 2, 2, 2]);
}

#[test]
fn a_label_map_keeps_its_lungs_and_drops_the_heart() {
    assert_eq!(drawn(&["11.3322."]).unwrap().labels, [1, 1, 0, 0, 0, 2, 2, 0]);
    assert_eq!(drawn(&["11.#.22."]).unwrap().labels, [1, 1, 0, IGNORE, 0, 2, 2, 0]);
}

#[test]
fn all_kinds_of_masks_give_the_same_lungs() {
    let labels = drawn(&[".11..22.", ".11...2."]).unwrap();
    assert_eq!(drawn(&[".##..##.", ".##...#."]).unwrap(), labels);
    let lungs = [png(&[".##.....", ".##....."]), png(&[".....##.", "......#."])];
    for [a, b] in [[0, 1], [1, 0]] {
        assert_eq!(Mask::of_two_lungs([&lungs[a], &lungs[b]]).unwrap(), labels);
    }
}

#[test]
fn what_is_no_mask_says_so() {
    assert!(drawn(&["...."]).unwrap_err().contains("empty"));
    assert!(drawn(&["9#"]).unwrap_err().contains("holds 9"));
    assert!(drawn(&["x#"]).unwrap_err().contains("holds 200"));
    assert!(Mask::of_bytes(b"no picture").unwrap_err().contains("not a mask"));
    assert!(Mask::read(Path::new("no/such.png")).is_err());
    let one = png(&["#..."]);
    for (other, said) in [
        (png(&["#..."]), "same place"),
        (png(&["#....."]), "differ in size"),
        (png(&["...."]), "no lung"),
        (png(&["..x#"]), "holds 200"),
        (b"text".to_vec(), "not a mask"),
    ] {
        let error = Mask::of_two_lungs([&one, &other]).unwrap_err();
        assert!(error.contains(said), "{error}");
    }
}
