//! The table against the published description of its bits, and there and back.

use proptest::prelude::*;

use super::*;
use crate::{
    form::niosh_2_8::{
        BySide, Defect, Disorder, Extent, Grade, Sides, Symbol, TypeOfReading, Width, full_form,
    },
    stage::ilo::{LargeCategory, Profusion, Shape},
};

fn record(form: Form) -> Record {
    Record {
        film: vec![("Rows".into(), "700".into()), ("SOPInstanceUID".into(), "1.2.3".into())],
        form,
        shown: Shown { width: 4096.0, center: 2048.5, ..Shown::default() },
        times: ["2026-11-30T22:44:55Z".into(), String::new()],
    }
}

fn cell(form: &Form, column: &str) -> String {
    let at = COLUMNS.iter().position(|name| *name == column).unwrap();
    row(&record(form.clone()))[at].clone()
}

fn hex(cell: &str) -> u32 {
    u32::from_str_radix(cell, 2).unwrap()
}

#[test]
fn a_form_comes_back_as_it_was() {
    for form in [full_form(), Form::default(), full_form().normal_study()] {
        let records = [record(form.clone()), record(Form::default())];
        assert_eq!(read(&write(&records)).unwrap(), records);
    }
    let bytes = write(&[record(full_form())]);
    let text = String::from_utf8(bytes).unwrap();
    let heading: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    assert_eq!(heading, COLUMNS);
}

#[test]
fn a_signed_form_makes_a_row() {
    let signed = crate::form::signed::tests::signed();
    let back = read(&write(&[Record::of(&signed)])).unwrap();
    assert_eq!(back[0].form, full_form());
    assert_eq!(back[0].times, ["2026-11-30T22:00:00Z", "2026-11-30T22:05:00Z"]);
    assert!(back[0].film.contains(&("Rows".into(), "700".into())), "{:?}", back[0].film);
    assert_eq!((back[0].shown.center, back[0].shown.width), (2048.0, 4096.0));
}

/// Bits by the published description, written here as it lists them.
#[test]
fn bits_are_those_of_the_description() {
    let with = |change: &dyn Fn(&mut Form)| {
        let mut form = Form::default();
        change(&mut form);
        form
    };
    let grades = [Grade::One, Grade::Two, Grade::Three, Grade::Unreadable];
    for (grade, bit) in grades.into_iter().zip([1, 2, 4, 8]) {
        let form = with(&|form| form.image_quality.grade = Some(grade));
        assert_eq!(cell(&form, "ImageQuality"), format!("{bit:016b}"));
    }
    use Defect::*;
    for (defect, bit) in [
        (Overexposed, 0x10),
        (Underexposed, 0x20),
        (Artifacts, 0x40),
        (Position, 0x80),
        (Contrast, 0x100),
        (Processing, 0x200),
        (Underinflation, 0x400),
        (Mottle, 0x800),
        (Other, 0x1000),
        (EdgeEnhancement, 0x2000),
        (ScapulaOverlay, 0x4000),
    ] {
        let form = with(&|form| form.image_quality.defects = [defect].into());
        assert_eq!(hex(&cell(&form, "ImageQuality")), bit, "{defect:?}");
    }
    for (answer, bits) in [(Some(false), "0000"), (Some(true), "0001"), (None, "0010")] {
        let form = with(&|form| (form.parenchymal, form.other) = (answer, answer));
        assert_eq!(cell(&form, "AnyParenchymalAbnorm"), bits);
        assert_eq!(cell(&form, "AnyOtherAbnormalities"), bits);
    }
    let column = "ParenchymalAbnormalities";
    for (i, shape) in Shape::ALL.into_iter().enumerate() {
        let form = with(&|form| form.small.primary = Some(shape));
        assert_eq!(hex(&cell(&form, column)), i as u32 + 1);
        let form = with(&|form| form.small.secondary = Some(shape));
        assert_eq!(hex(&cell(&form, column)), 0x10 * (i as u32 + 1));
    }
    // Upper right, upper left, middle right, middle left, lower right, lower left.
    for (zone, bit) in [(0, 0x100), (3, 0x200), (1, 0x400), (4, 0x800), (2, 0x1000), (5, 0x2000)] {
        let form = with(&|form| form.small.zones.0[zone] = true);
        assert_eq!(hex(&cell(&form, column)), bit);
    }
    for (name, bit) in [("0/-", 0x10000), ("0/0", 0x20000), ("1/0", 0x40000), ("3/+", 0xc0000)] {
        let form = with(&|form| form.small.profusion = Profusion::parse(name));
        assert_eq!(hex(&cell(&form, column)), bit);
    }
    use LargeCategory::{A, B, C, O};
    for (large, bit) in [(O, 0x100000), (A, 0x200000), (B, 0x300000), (C, 0x400000)] {
        assert_eq!(hex(&cell(&with(&|form| form.large = Some(large)), column)), bit);
    }
    for (sides, bit) in [(Sides::None, 1), (Sides::Right, 2), (Sides::Left, 4), (Sides::Both, 6)] {
        let form = with(&|form| {
            form.angle = Some(sides);
            form.plaques.site.profile = Some(sides);
            form.plaques.calcification.other = Some(sides);
            form.thickening.site.face_on = Some(sides);
        });
        assert_eq!(cell(&form, "CostophrenicAngleOblit"), format!("{bit:04b}"));
        assert_eq!(cell(&form, "PleuralPlaqueSites"), format!("{bit:016b}"));
        assert_eq!(hex(&cell(&form, "PleuralCalcificationSites")), bit * 0x1000);
        assert_eq!(cell(&form, "PleuralThickeningSites"), format!("{:08b}", bit * 0x10));
    }
    let form = with(&|form| {
        form.plaques.extent = BySide { right: Some(Extent::None), left: Some(Extent::Three) };
        form.plaques.width = BySide { right: Some(Width::B), left: Some(Width::Present) };
    });
    assert_eq!(hex(&cell(&form, "PlaqueExtent")), 0x1 | 0x4200);
    assert_eq!(hex(&cell(&form, "PlaqueWidth")), 0x22 | 0x200);
    let symbols = "aa at ax bu ca cg cn co cp cv di ef em es fr hi ho id ih kl me pa pb pi px ra \
                   rp tb od";
    for (bit, symbol) in symbols.split(' ').enumerate() {
        let form = with(&|form| form.symbols = [Symbol::parse(symbol).unwrap()].into());
        assert_eq!(hex(&cell(&form, "OtherSymbols")), 1 << bit, "{symbol}");
    }
    let form = with(&|form| form.disorders = [Disorder::VascularAbnormality].into());
    assert_eq!(hex(&cell(&form, "OtherAbnormalities")), 0x20000);
    for (see, bit) in [(true, 0x40000), (false, 0x80000)] {
        let form = with(&|form| form.see_physician = Some(see));
        assert_eq!(hex(&cell(&form, "PhysicianNotificationStatus")), bit);
    }
    for (kind, bits) in
        [(TypeOfReading::A, "0001"), (TypeOfReading::B, "0010"), (TypeOfReading::F, "0100")]
    {
        let form = with(&|form| form.heading.type_of_reading = Some(kind));
        assert_eq!(cell(&form, "TypeOfReading"), bits);
    }
    assert_eq!(cell(&full_form(), "DateOfReading"), "11/30/2026");
    assert_eq!(cell(&Form::default(), "DateOfReading"), "  /  /    ");
    assert_eq!(cell(&full_form(), "TimeStudyFirstOpened"), "20261130_224455");
}

fn table(columns: &[(&str, &str)]) -> String {
    let mut columns = columns.to_vec();
    for needed in ["ImageQuality", "SOPInstanceUID"] {
        if !columns.iter().any(|(name, _)| *name == needed) {
            columns.push((needed, "0"));
        }
    }
    let (names, cells): (Vec<&str>, Vec<&str>) = columns.into_iter().unzip();
    format!("{}\n{}\n", names.join(","), cells.join(","))
}

#[test]
fn what_is_wrong_is_named_and_not_repeated() {
    for (column, bad, named) in [
        ("ImageQuality", "0000000000000003", "16 digits"),
        ("ImageQuality", "0000000000000011", "one grade at most"),
        ("ImageQuality", "1000000000000001", "one bit for each of 11 words"),
        ("ImageQuality", "10000000000000001", "16 digits"),
        ("AnyPleuralAbnormalities", "0011", "yes 0001"),
        ("ParenchymalAbnormalities", "111", "at most 6"),
        ("ParenchymalAbnormalities", "11010000000000000000", "at most 12"),
        ("ParenchymalAbnormalities", "10100000000000000000000", "at most 4"),
        ("ParenchymalAbnormalities", "100000000000000", "bits of shapes"),
        ("ParenchymalAbnormalities", "10000000000000000000000000000000", "bits of shapes"),
        ("PleuralPlaqueSites", "0000000000000011", "none, or right and left"),
        ("CostophrenicAngleOblit", "1000", "none, or right and left"),
        ("PlaqueExtent", "0000000000110010", "none, or one size"),
        ("ThickeningWidth", "0000000000010001", "none, or one size"),
        ("OtherSymbols", "00100000000000000000000000000000", "29 words"),
        ("OtherAbnormalities", "1000000000000000000", "18 words"),
        ("PhysicianNotificationStatus", "11000000000000000000", "not both"),
        ("DateOfReading", "31/12/2026", "month/day/year"),
        ("DateOfReading", "2026-12-31", "month/day/year"),
        ("DateOfRadiograph", "02/30/2026", "month/day/year"),
        ("AdjustedGamma", "NaN", "a number"),
        ("TimeReportApproved", "20261130_246000", "20261130_224455"),
        ("TimeReportApproved", "2026\u{e9}30_226000", "20261130_224455"),
        ("TypeOfReading", "SECRET", "4 digits"),
    ] {
        let error = read(table(&[(column, bad)]).as_bytes()).unwrap_err().to_string();
        assert!(error.contains(named) && error.contains(column), "{bad}: {error}");
        assert!(error.starts_with("line 2") && !error.contains("SECRET"), "{error}");
    }
    for bad in [&b"a,b\n1,2\n"[..], b"", b"\xff\xfeA\0", b"ImageQuality,SOPInstanceUID\n\xff,1\n"] {
        read(bad).unwrap_err();
    }
    let other = read(table(&[("TypeOfReading", "1000")]).as_bytes()).unwrap();
    assert_eq!(other[0].form.heading.type_of_reading, None);
}

#[test]
fn columns_may_be_missing_and_bits_may_have_zeros_before_them() {
    let zeros = "0".repeat(48);
    let text = table(&[
        ("ImageQuality", &format!("{zeros}100000000010")),
        ("DateOfReading", " 1/ 2/2026"),
        ("PlaqueExtent", "0000000000010000"),
    ]);
    let form = &read(text.as_bytes()).unwrap()[0].form;
    assert_eq!(form.image_quality.grade, Some(Grade::Two));
    assert_eq!(form.image_quality.defects, [Defect::Mottle].into());
    assert_eq!(form.reader.date_of_reading, Date::new(2026, 1, 2));
    assert_eq!(form.plaques.extent.right, Some(Extent::One));
    assert_eq!(form.parenchymal, None);
    assert_eq!(read(b"ImageQuality,SOPInstanceUID\n").unwrap(), []);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
        let mut table = b"ImageQuality,SOPInstanceUID,DateOfReading,TimeReportApproved\n".to_vec();
        table.extend(bytes);
        let _ = read(&table);
    }

    #[test]
    fn texts_come_back(comment in "[ -~\u{e9}\u{4e2d}]{0,40}", name in "[,\";='a-z]{0,12}") {
        let mut form = full_form();
        form.comments = comment.trim().into();
        form.reader.last_name = name.trim().into();
        let records = [record(form)];
        prop_assert_eq!(read(&write(&records)).unwrap(), records);
    }

    #[test]
    fn any_bits_are_read_or_refused_and_what_is_read_comes_back(bits: [u32; 4]) {
        let digits = bits.map(|bits| format!("{bits:032b}"));
        let text = table(&[
            ("ParenchymalAbnormalities", &digits[0]),
            ("PleuralPlaqueSites", &digits[1][16..]),
            ("PlaqueExtent", &digits[2][16..]),
            ("OtherSymbols", &digits[3]),
        ]);
        if let Ok(records) = read(text.as_bytes()) {
            prop_assert_eq!(read(&write(&records)).unwrap(), records);
        }
    }
}
