//! Every rule: what an answer opens, closes and asks for.

use super::*;
use crate::{
    form::{
        Date,
        niosh_2_8::{BySide, Disorder, Extent, TypeOfReading, Width},
    },
    stage::ilo::{LargeCategory, Shape},
};

/// A form that says yes everywhere and lacks nothing, for a report of any kind.
pub(crate) fn full() -> Form {
    let mut form = Form::default();
    let heading = &mut form.heading;
    heading.examinee_id = "1234".into();
    heading.date_of_radiograph = Date::new(2026, 11, 2);
    heading.facility = "F-7".into();
    heading.type_of_reading = Some(TypeOfReading::B);
    heading.patient_last_name = "Miner".into();
    heading.birth_date = Date::new(1960, 2, 29);
    heading.ordering_physician = "Dr. A".into();
    heading.purpose = "surveillance".into();
    form.image_quality.grade = Some(Grade::Two);
    form.image_quality.defects = [Defect::Mottle].into();
    (form.parenchymal, form.pleural, form.other) = (Some(true), Some(true), Some(true));
    (form.small.primary, form.small.secondary) = (Some(Shape::Q), Some(Shape::Q));
    form.small.zones.0[0] = true;
    form.small.profusion = Profusion::parse("1/1");
    form.large = Some(LargeCategory::A);
    for site in [&mut form.plaques.site, &mut form.plaques.calcification] {
        (site.profile, site.face_on) = (Some(Sides::Right), Some(Sides::None));
        (site.diaphragm, site.other) = (Some(Sides::Both), Some(Sides::Left));
    }
    let extent = BySide { right: Some(Extent::Two), left: Some(Extent::None) };
    let width = BySide { right: Some(Width::A), left: Some(Width::None) };
    (form.plaques.extent, form.plaques.width) = (extent, width);
    form.angle = Some(Sides::Left);
    for site in [&mut form.thickening.site, &mut form.thickening.calcification] {
        (site.profile, site.face_on) = (Some(Sides::Left), Some(Sides::None));
    }
    (form.thickening.extent, form.thickening.width) = (extent, width);
    form.symbols = [Symbol::Tb].into();
    form.disorders = [Disorder::Cyst].into();
    form.see_physician = Some(true);
    form.notified = Some(true);
    form.date_notified = Date::new(2026, 11, 9);
    let reader = &mut form.reader;
    for (into, text) in [
        (&mut reader.last_name, "Reader"),
        (&mut reader.printed_name, "R. Reader"),
        (&mut reader.initials, "RR"),
        (&mut reader.street, "1 Main Street"),
        (&mut reader.city, "Morgantown"),
        (&mut reader.state, "WV"),
        (&mut reader.zip, "26505"),
    ] {
        *into = text.into();
    }
    reader.date_of_reading = Date::new(2026, 11, 30);
    form
}

fn changed(change: impl FnOnce(&mut Form)) -> Form {
    let mut form = full();
    change(&mut form);
    form
}

fn found(form: &Form) -> Vec<(Field, Rule)> {
    form.faults().iter().map(|fault| (fault.field, fault.rule)).collect()
}

#[test]
fn a_full_form_lacks_nothing_and_keeps_everything() {
    assert_eq!(found(&full()), []);
    assert_eq!(full().settled(), full());
    for kind in ReportKind::ALL {
        assert_eq!(full().signable(*kind), Ok(()));
    }
}

#[test]
fn every_field_asked_for_is_missed() {
    let findings = Field::ALL.iter().copied().filter(|field| {
        let section = field.section();
        (Section::TwoA..=Section::FourA).contains(&section) && !Field::ZONES.contains(field)
    });
    let asked: Vec<Field> = std::iter::once(Field::Grade).chain(findings).collect();
    assert_eq!(asked.len(), 1 + 1 + 3 + 1 + 1 + 12 + 1 + 8 + 1, "1, 2A to 2C, 3A to 3D, 4A");
    for field in asked {
        let form = full().with(&[field], &Form::default());
        // An answer that is missing closes what hangs on it, which is then not asked for.
        assert!(found(&form).contains(&(field, Rule::Unanswered)), "{field:?}");
        assert!(form.signable(ReportKind::Study).is_err(), "{field:?}");
    }
    assert_eq!(found(&Form::default()), {
        let asked = [Field::Grade, Field::Parenchymal, Field::Pleural, Field::Other];
        asked.map(|field| (field, Rule::Unanswered))
    });
}

/// What is open, by the form's text and apart from [`Form::is_open`].
fn open_by_the_text(form: &Form) -> Vec<Section> {
    use Section::*;
    let mut open = vec![Heading, One];
    if form.image_quality.grade != Some(Grade::Unreadable) {
        open.extend([TwoA, ThreeA, FourA]);
        if form.parenchymal == Some(true) {
            open.extend([TwoB, TwoC]);
        }
        if form.pleural == Some(true) {
            open.extend([ThreeB, ThreeC]);
            if matches!(form.angle, Some(Sides::Right | Sides::Left | Sides::Both)) {
                open.push(ThreeD);
            }
        }
        if form.other == Some(true) {
            open.extend([FourB, FourC]);
        }
    }
    open.extend([FourD, FourE, Five]);
    open.sort();
    open
}

#[test]
fn answers_open_and_close_parts_in_all_combinations() {
    let grades = [None].into_iter().chain(Grade::ALL.iter().copied().map(Some));
    let yes_or_no = [None, Some(false), Some(true)];
    let angles: Vec<_> = [None].into_iter().chain(Sides::ALL.iter().copied().map(Some)).collect();
    let mut cases = 0;
    for grade in grades {
        for code in 0..27 {
            let answer = |place: usize| yes_or_no[code / place % 3];
            for angle in &angles {
                let form = changed(|form| {
                    form.image_quality.grade = grade;
                    (form.parenchymal, form.pleural) = (answer(1), answer(3));
                    (form.other, form.angle) = (answer(9), *angle);
                });
                let mut open: Vec<Section> =
                    Field::ALL.iter().filter(|f| form.is_open(**f)).map(|f| f.section()).collect();
                open.dedup();
                assert_eq!(open, open_by_the_text(&form), "{grade:?} {code} {angle:?}");
                let settled = form.settled();
                for field in Field::ALL {
                    let expected = match settled.is_open(*field) {
                        true => form.value(*field),
                        false => Form::default().value(*field),
                    };
                    assert_eq!(settled.value(*field), expected, "{field:?}");
                }
                assert_eq!(settled.settled(), settled);
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 5 * 27 * 5);
}

#[test]
fn quality_asks_for_a_defect_and_grade_1_erases_all() {
    for grade in [Grade::Two, Grade::Three] {
        let form = changed(|form| {
            form.image_quality.grade = Some(grade);
            form.image_quality.defects.clear();
        });
        assert_eq!(found(&form), [(Field::Defects, Rule::DefectNeeded)]);
    }
    let good = changed(|form| form.image_quality.grade = Some(Grade::One)).settled();
    assert!(good.image_quality.defects.is_empty() && found(&good).is_empty());
    let mut other = changed(|form| form.image_quality.other = "clip".into());
    assert!(!other.is_open(Field::DefectOther) && other.settled().image_quality.other.is_empty());
    other.image_quality.defects.insert(Defect::Other);
    assert_eq!(other.settled(), other);
    other.image_quality.other = " ".into();
    assert_eq!(found(&other), [(Field::DefectOther, Rule::OtherDefectUntold)]);
    assert_eq!(other.signable(ReportKind::Study), Ok(()), "advice only");
    assert_eq!(
        Defect::ALL.iter().filter(|d| d.since() == super::super::Revision::Later).count(),
        2
    );
}

#[test]
fn an_unreadable_film_is_asked_nothing_else() {
    let form = changed(|form| form.image_quality.grade = Some(Grade::Unreadable)).settled();
    assert_eq!(found(&form), [(Field::Grade, Rule::NewFilm)]);
    assert_eq!(form.signable(ReportKind::Cwhsp), Ok(()));
    assert_eq!((form.parenchymal, form.pleural, form.other), (None, None, None));
    let bare = changed(|form| {
        form.image_quality.grade = Some(Grade::Unreadable);
        form.image_quality.defects.clear();
    });
    assert!(found(&bare).contains(&(Field::Defects, Rule::DefectNeeded)));
    assert!(bare.signable(ReportKind::Study).is_err());
}

#[test]
fn opacities_ask_for_a_zone_from_0_1_on() {
    for index in 0..12 {
        let form = changed(|form| {
            form.small.zones.0 = [false; 6];
            form.small.profusion = Some(Profusion::new(index));
        });
        let rule = if index < 2 { Rule::NoZone } else { Rule::ZoneNeeded };
        assert_eq!(found(&form), [(Field::ZoneRightUpper, rule)]);
        assert_eq!(form.signable(ReportKind::Study).is_ok(), index < 2);
    }
    for zone in 0..6 {
        let form = changed(|form| form.small.zones.0 = std::array::from_fn(|i| i == zone));
        assert_eq!(found(&form), []);
    }
}

#[test]
fn side_and_size_go_together() {
    for field in [
        Field::PlaqueExtentRight,
        Field::PlaqueExtentLeft,
        Field::PlaqueWidthRight,
        Field::PlaqueWidthLeft,
        Field::ThickeningExtentRight,
        Field::ThickeningExtentLeft,
        Field::ThickeningWidthRight,
        Field::ThickeningWidthLeft,
    ] {
        let all = |extent, width| {
            let mut form = Form::default();
            for part in [&mut form.plaques.extent, &mut form.thickening.extent] {
                *part = BySide { right: Some(extent), left: Some(extent) };
            }
            for part in [&mut form.plaques.width, &mut form.thickening.width] {
                *part = BySide { right: Some(width), left: Some(width) };
            }
            full().with(&[field], &form)
        };
        let half = all(Extent::Present, Width::Present);
        assert_eq!(found(&half), [(field, Rule::SizeNeeded)]);
        assert_eq!(found(&all(Extent::None, Width::None)), []);
        assert_eq!(found(&all(Extent::Three, Width::C)), []);
    }
}

#[test]
fn no_obliterated_angle_no_diffuse_thickening() {
    let form = changed(|form| form.angle = Some(Sides::None)).settled();
    assert_eq!(form.thickening, Default::default());
    assert_eq!(found(&form), []);
}

#[test]
fn other_abnormalities_are_named() {
    let bare = changed(|form| (form.symbols, form.disorders) = Default::default());
    assert_eq!(found(&bare), [(Field::Symbols, Rule::OtherUntold)]);
    let told = |change: &dyn Fn(&mut Form)| {
        let mut form = bare.clone();
        change(&mut form);
        found(&form)
    };
    assert_eq!(told(&|form| form.comments = "a pacemaker".into()), []);
    assert_eq!(told(&|form| _ = form.disorders.insert(Disorder::Scoliosis)), []);
    for symbol in Symbol::ALL {
        let expected: &[_] = match symbol {
            Symbol::Od => &[(Field::Comments, Rule::OdUntold)],
            _ => &[],
        };
        assert_eq!(told(&|form| _ = form.symbols.insert(*symbol)), expected, "{symbol:?}");
    }
    for see in [None, Some(false)] {
        let form = changed(|form| {
            form.symbols.insert(Symbol::Ca);
            form.see_physician = see;
        });
        assert_eq!(found(&form), [(Field::SeePhysician, Rule::CaUntold)]);
    }
    let no = changed(|form| {
        form.other = Some(false);
        form.comments = "kept".into();
    });
    let no = no.settled();
    assert!(no.symbols.is_empty() && no.disorders.is_empty() && no.comments == "kept");
    let untold = changed(|form| form.notified = Some(false)).settled();
    assert_eq!(untold.date_notified, None);
}

#[test]
fn a_normal_study_says_what_it_would_erase() {
    assert_eq!(Form::default().lost_by_normal_study(), []);
    let lost = full().lost_by_normal_study();
    assert_eq!(lost.len(), 3 + 5 + 12 + 1 + 8 + 2, "{lost:?}");
    let normal = full().normal_study();
    assert_eq!(normal.lost_by_normal_study(), []);
    assert_eq!(normal.signable(ReportKind::Cwhsp), Ok(()));
    assert_eq!((normal.reader, normal.heading), (full().reader, full().heading));
}

#[test]
fn each_kind_of_report_wants_its_fields() {
    let mut wanted = Vec::new();
    for kind in ReportKind::ALL {
        let missing = Form::default().missing_for(*kind);
        for fault in &missing {
            let form = full().with(&[fault.field], &Form::default()).settled();
            let faults = form.signable(*kind).unwrap_err();
            assert!(faults.contains(fault), "{kind:?} {faults:?}");
        }
        wanted.push(missing.len());
    }
    assert_eq!(wanted, [2, 10, 8]);
}

#[test]
fn a_field_takes_only_what_the_form_allows() {
    for (json, named) in [
        (r#"{"image_quality":{"grade":"4"}}"#, "U/R"),
        (r#"{"image_quality":{"defects":["dust"]}}"#, "mottle"),
        (r#"{"small":{"primary":"v"}}"#, "`p`"),
        (r#"{"small":{"profusion":"0/2"}}"#, "0/- to 3/+"),
        (r#"{"small":{"zones":{"right_upper":true}}}"#, "right_middle"),
        (r#"{"large":"D"}"#, "`O`"),
        (r#"{"angle":"middle"}"#, "`both`"),
        (r#"{"plaques":{"extent":{"right":"a","left":"0"}}}"#, "`3`"),
        (r#"{"plaques":{"width":{"right":"3","left":"0"}}}"#, "`c`"),
        (r#"{"symbols":["pl"]}"#, "`od`"),
        (r#"{"disorders":["flu"]}"#, "scoliosis"),
        (r#"{"parenchymal":"yes"}"#, "boolean"),
        (r#"{"date_notified":"2026-02-30"}"#, "no day"),
        (r#"{"heading":{"type_of_reading":"C"}}"#, "`F`"),
        (r#"{"verdict":1}"#, "unknown field"),
    ] {
        let error = serde_json::from_str::<Form>(json).unwrap_err().to_string();
        assert!(error.contains(named), "{json}: {error}");
    }
    assert_eq!(serde_json::from_str::<Form>("{}").unwrap(), Form::default());
}

#[test]
fn every_field_has_its_place_in_the_form() {
    let json = full().as_json();
    for field in Field::ALL {
        assert!(json.pointer(&field.pointer()).is_some(), "{field:?}");
    }
    let back: Form = serde_json::from_value(json).unwrap();
    assert_eq!(back, full());
}
