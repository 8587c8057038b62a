//! Files as people have them: what is odd in them gives the same picture, a flag, or a refusal by
//! name, never another picture.

use koniscope::decode::{Format, Oddity, Orientation, Voi};

use crate::{
    build::{EXPLICIT, element},
    film::*,
};

#[test]
fn an_element_of_vr_un_is_what_the_dictionary_says() {
    let film = Film::sample();
    let expected = film.raw();
    assert_eq!(expected.header.oddities, []);
    let mut all = film.clone();
    for (tag, (vr, value)) in film.0.iter().filter(|(tag, _)| **tag != PIXELS) {
        all.0.insert(*tag, ("UN", value.clone()));
        assert!(film.with(*tag, "UN", value).raw() == expected, "{tag:x?} {vr}");
    }
    assert!(all.raw() == expected);
}

#[test]
fn a_sequence_of_vr_un_is_read_whatever_is_inside() {
    let film = Film::sample();
    let table: Vec<u8> = (0..4096u16).flat_map(|v| (v / 2).to_le_bytes()).collect();
    let lut = [0x00, 0x10, 0, 0, 16, 0];
    let coded = |value: &str| even(value);
    let items = [
        (
            VOI_SEQUENCE,
            [element(0x0028, 0x3002, "US", &lut), element(0x0028, 0x3006, "OW", &table)].concat(),
            [implicit(0x0028, 0x3002, &lut), implicit(0x0028, 0x3006, &table)].concat(),
        ),
        (
            VIEW_SEQUENCE,
            element(0x0008, 0x0104, "LO", &coded("left lateral")),
            implicit(0x0008, 0x0104, &coded("left lateral")),
        ),
    ];
    for (tag, explicit, implicit) in items {
        let [defined, undefined] = sequences(&explicit);
        let expected = film.with(tag, "SQ", &defined).raw();
        assert!(expected != film.raw());
        for item in [defined, undefined].into_iter().chain(sequences(&implicit)) {
            for vr in ["UN", OPEN_UN] {
                assert!(film.with(tag, vr, &item).raw() == expected, "{tag:x?} {vr} {item:x?}");
            }
        }
    }
}

#[test]
fn checks_of_safety_hold_in_vr_un() {
    let film = Film::sample();
    let skull = sequences(&element(0x0008, 0x0104, "LO", b"Skull "))[0].clone();
    let no_part = film.without(BODY_PART);
    let lateral = sequences(&element(0x0008, 0x0104, "LO", b"lateral "))[0].clone();
    let cases = [
        (film.clone(), "read"),
        (film.with(VIEW, "UN", "LL"), "not_frontal"),
        (film.with(BODY_PART, "UN", "SKULL "), "wrong_body_part"),
        (film.with(BODY_PART, "UN", "THORACIC SPINE"), "wrong_body_part"),
        (film.with(INTENT, "UN", "FOR PROCESSING"), "for_processing"),
        (no_part.with((0x0008, 0x2218), "UN", skull), "wrong_body_part"),
        (film.without(VIEW).with(VIEW_SEQUENCE, "UN", lateral), "not_frontal"),
    ];
    for (film, expected) in cases {
        assert_eq!(film.kind(), expected);
    }
    assert!(film.with(BURNED_IN, "UN", "YES ").raw().header.burned_in_annotation);
}

#[test]
fn a_spacing_is_read_in_any_vr_or_told_as_unusable() {
    let film = Film::sample();
    let cases = [
        ("DS", "0.7\\0.7 ", Some(0.7), vec![]),
        ("ST", "0.7\\0.7 ", Some(0.7), vec![]),
        ("UT", "0.7\\0.7 ", Some(0.7), vec![]),
        ("UN", "0.7\\0.7 ", Some(0.7), vec![]),
        ("DS", "0,7\\0,7 ", Some(0.7), vec![Oddity::DecimalComma]),
        ("DS", "", None, vec![]),
        ("DS", "0\\0 ", None, vec![Oddity::UnusableSpacing]),
        ("DS", "about 1 ", None, vec![Oddity::UnusableSpacing]),
        ("DS", "0.7 ", None, vec![Oddity::UnusableSpacing]),
        ("DS", "99\\99 ", None, vec![Oddity::UnusableSpacing]),
    ];
    for (vr, value, expected, oddities) in cases {
        let header = film.with(SPACING, vr, value).raw().header;
        assert_eq!(header.spacing_mm, expected.map(|mm| [mm, mm]), "{vr} {value}");
        assert_eq!(header.oddities, oddities, "{vr} {value}");
    }
}

#[test]
fn patient_orientation_is_one_of_eight_or_flagged() {
    let film = Film::sample();
    let cases = [
        ("L\\F ", Orientation::Upright),
        ("R\\F ", Orientation::MirrorHorizontal),
        ("R\\H ", Orientation::Rotate180),
        ("L\\H ", Orientation::MirrorVertical),
        ("F\\L ", Orientation::Transpose),
        ("F\\R ", Orientation::Rotate90),
        ("H\\R ", Orientation::Transverse),
        ("H\\L ", Orientation::Rotate270),
        ("LA\\FP ", Orientation::Upright),
        ("", Orientation::Upright),
    ];
    for (text, expected) in cases {
        let header = film.with(ORIENTATION, "CS", text).raw().header;
        assert_eq!((header.orientation, header.oddities), (expected, vec![]), "{text}");
    }
    for text in ["L\\L ", "X\\F ", "L "] {
        let header = film.with(ORIENTATION, "CS", text).raw().header;
        assert_eq!(header.oddities, [Oddity::UnknownOrientation], "{text}");
    }
    // Front to back: a lateral film, unless the view says otherwise, which is a contradiction.
    let depth = film.with(ORIENTATION, "CS", "P\\F ");
    assert_eq!(depth.kind(), "read");
    assert_eq!(depth.without(VIEW).kind(), "not_frontal");
}

#[test]
fn lengths_that_contradict_the_header_are_named() {
    let film = Film::sample();
    let words = ["Pixel Data", "524288 bytes"];
    let cases = [
        (film.short(ROWS, 384), "need 393216"),
        (film.short(COLUMNS, 500), "need 512000"),
        (film.short(ALLOCATED, 8).short(STORED, 8).short(HIGH, 7), "need 262144"),
    ];
    for (film, expected) in cases {
        let message = film.refusal();
        assert!(words.iter().all(|w| message.contains(w)), "{message}");
        assert!(message.contains(expected), "{message}");
    }
    let twice = film.with(PIXELS, "OW", film.cells().repeat(2));
    assert!(twice.refusal().contains("more than one frame"), "{}", twice.refusal());
    let padded = film.with(PIXELS, "OW", [film.cells(), &[0; 4096]].concat()).raw();
    assert_eq!(padded.header.oddities, [Oddity::SparePixelData]);
    assert!(padded.stored == film.raw().stored);
}

#[test]
fn bits_that_contradict_the_pixels_are_named() {
    let film = Film::sample();
    for bits in [4, 8, 11] {
        let message = film.short(STORED, bits).short(HIGH, bits - 1).refusal();
        assert!(message.contains(&format!("Bits Stored (0028,0101) says {bits}")), "{message}");
    }
    // An old overlay above the values is cut off.
    let overlaid = film.cells().as_chunks::<2>().0.iter().enumerate();
    let overlaid = overlaid.flat_map(|(i, [a, b])| [*a, *b | (u8::from(i % 512 < 60) << 6)]);
    let overlaid = film.with(PIXELS, "OW", overlaid.collect::<Vec<u8>>()).raw();
    assert_eq!(overlaid.header.oddities, [Oddity::CutBits]);
    assert!(overlaid.stored == film.raw().stored);
}

#[test]
fn padding_is_delivered_in_stored_values() {
    let film = Film::sample();
    let padding = |film: &Film| film.raw().header.padding;
    let one = film.short(PADDING, 4000);
    assert_eq!(padding(&film), None);
    assert_eq!(padding(&one), Some([4000, 4000]));
    assert_eq!(padding(&one.short(PADDING_LIMIT, 3900)), Some([3900, 4000]));
    assert_eq!(padding(&film.with(PADDING, "UN", 4000u16.to_le_bytes())), Some([4000, 4000]));
    let whole = film.short(STORED, 16).short(HIGH, 15);
    assert_eq!(padding(&whole.short(PADDING, 65535)), Some([65535, 65535]));
    let signed = whole.short((0x0028, 0x0103), 1);
    for vr in ["US", "SS"] {
        let value = (-2000i16).to_le_bytes();
        assert_eq!(padding(&signed.with(PADDING, vr, value)), Some([-2000, -2000]));
    }
    let text = film.with(PADDING, "LO", "none").raw().header;
    assert_eq!((text.padding, text.oddities), (None, vec![Oddity::UnusablePadding]));
}

#[test]
fn elements_of_no_legal_vr_are_stepped_over() {
    let film = Film::sample();
    let expected = film.raw();
    for tag in [(0x0019, 0x1010), (0x0029, 0x1010)] {
        for vr in ["??", "\0\0", "XX"] {
            let odd = film.with(tag, vr, "abcd");
            assert!(odd.raw() == expected, "{tag:x?} {vr:?}");
            assert!(odd.with((tag.0, 0x1011), vr, "").raw() == expected, "{tag:x?} {vr:?}");
        }
    }
}

#[test]
fn a_film_is_not_lost_for_its_window() {
    let film = Film::sample();
    let window = |center: &str, width: &str| {
        let film = film.with(CENTER, "DS", center).with(WIDTH, "DS", width);
        let header = film.raw().header;
        (header.voi == Voi::None, header.oddities)
    };
    let cases = [
        ("2048", "4096", false, vec![]),
        ("2048,0", "4096", false, vec![Oddity::DecimalComma]),
        ("2048\\1000", "4096\\500 ", false, vec![]),
        ("", "", true, vec![]),
        ("0 ", "0 ", true, vec![Oddity::WindowLeftOut]),
        ("2048", "", true, vec![Oddity::WindowLeftOut]),
        ("2048", "0.5 ", true, vec![Oddity::WindowLeftOut]),
        ("2048", "-4096 ", true, vec![Oddity::WindowLeftOut]),
        ("auto", "auto", true, vec![Oddity::WindowLeftOut]),
        ("nan ", "inf ", true, vec![Oddity::WindowLeftOut]),
        ("60000 ", "100 ", true, vec![Oddity::WindowLeftOut]),
        ("-900", "100 ", true, vec![Oddity::WindowLeftOut]),
    ];
    for (center, width, left_out, oddities) in cases {
        assert_eq!(window(center, width), (left_out, oddities), "{center} {width}");
    }
    let none = film.short(ROWS, 0).refusal();
    assert!(none.contains("Rows (0028,0010) is 0") && !none.contains("Some"), "{none}");
}

#[test]
fn children_are_flagged() {
    let film = Film::sample();
    let born = film.without(AGE).with((0x0008, 0x0020), "DA", "20260101");
    let cases = [
        (film.with(AGE, "AS", "016Y"), false),
        (film.with(AGE, "AS", "015Y"), true),
        (film.with(AGE, "UN", "015Y"), true),
        (film.with(AGE, "AS", "100M"), true),
        (film.with(AGE, "AS", "58"), false),
        (film.with(AGE, "AS", "?"), false),
        (born.with((0x0010, 0x0030), "DA", "20150101"), true),
        (born.with((0x0010, 0x0030), "DA", "19700101"), false),
        (born, false),
    ];
    for (film, child) in cases {
        let oddities = film.raw().header.oddities;
        assert_eq!(oddities, if child { vec![Oddity::Child] } else { vec![] });
    }
}

#[test]
fn what_stands_in_the_file_is_believed_over_what_it_is_called() {
    let film = Film::sample();
    let expected = film.raw();
    let (explicit, implicit_set) = (film.data_set(), film.implicit());
    const IMPLICIT: &str = "1.2.840.10008.1.2";
    const BIG: &str = "1.2.840.10008.1.2.2";
    const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
    const JPEG: &str = "1.2.840.10008.1.2.4.50";
    let without_vr = [&[0; 128], &b"DICM"[..], &implicit(2, 16, &even(EXPLICIT))].concat();
    let cases = [
        ("implicit meta", [without_vr, explicit.clone()].concat()),
        ("implicit called explicit", [meta(EXPLICIT), implicit_set.clone()].concat()),
        ("explicit called implicit", [meta(IMPLICIT), explicit.clone()].concat()),
        ("little called big", [meta(BIG), explicit.clone()].concat()),
        ("plain called deflated", [meta(DEFLATED), explicit.clone()].concat()),
        ("native called JPEG", [meta(JPEG), explicit].concat()),
        ("implicit called big", [meta(BIG), implicit_set].concat()),
    ];
    for (what, bytes) in cases {
        let mut raw = read(&bytes);
        raw.header.format = Format::Dicom { transfer_syntax: EXPLICIT.into() };
        assert!(raw == expected, "{what}");
    }
}
