use dicom_object::{InMemDicomObject, mem::InMemElement};
use koniscope_dicom::{Tag, tags};

use super::*;
use crate::report::fake;

fn all() -> Vec<(Kind, InMemDicomObject)> {
    let objects = objects(&fake::film_of_dicom(), &Kinds::all(), None).unwrap();
    objects.into_iter().map(|object| (object.kind, opened(&object))).collect()
}

fn opened(object: &DicomObject) -> InMemDicomObject {
    dicom_object::from_reader(&object.bytes[..]).unwrap().into_inner()
}

fn of(wanted: Kind) -> InMemDicomObject {
    all().into_iter().find(|(kind, _)| *kind == wanted).unwrap().1
}

fn text(object: &InMemDicomObject, tag: Tag) -> String {
    object.element(tag).unwrap().to_str().unwrap().trim_end_matches([' ', '\0']).to_owned()
}

fn items(object: &InMemDicomObject, tag: Tag) -> &[InMemDicomObject] {
    object.element(tag).unwrap().items().unwrap()
}

/// Each data set in an object, the object itself first.
fn levels(object: &InMemDicomObject) -> Vec<&InMemDicomObject> {
    let below = object.iter().filter_map(InMemElement::items).flatten().flat_map(levels);
    std::iter::once(object).chain(below).collect()
}

/// Code value, scheme and meaning of the first item.
fn code(object: &InMemDicomObject, tag: Tag) -> [String; 3] {
    let item = &items(object, tag)[0];
    [tags::CODE_VALUE, tags::CODING_SCHEME_DESIGNATOR, tags::CODE_MEANING]
        .map(|tag| text(item, tag))
}

/// Items of a report with this concept name.
fn named<'a>(report: &'a InMemDicomObject, value: &str) -> Vec<&'a InMemDicomObject> {
    let is_named = |level: &&InMemDicomObject| {
        level.get(tags::CONCEPT_NAME_CODE_SEQUENCE).is_some()
            && level.get(tags::VALUE_TYPE).is_some()
            && code(level, tags::CONCEPT_NAME_CODE_SEQUENCE)[0] == value
    };
    levels(report).into_iter().filter(is_named).collect()
}

/// Viewers draw a segmentation over a radiograph if its plane is the image's own.
#[test]
fn a_segmentation_lies_in_the_plane_of_the_film() {
    let seg = of(Kind::Seg);
    assert_eq!(text(&seg, tags::SEGMENTATION_TYPE), "BINARY");
    let shared = &items(&seg, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)[0];
    let measures = &items(shared, tags::PIXEL_MEASURES_SEQUENCE)[0];
    assert_eq!(text(measures, tags::PIXEL_SPACING), "0.5\\0.5");
    let plane = &items(shared, tags::PLANE_ORIENTATION_SEQUENCE)[0];
    assert_eq!(text(plane, tags::IMAGE_ORIENTATION_PATIENT), "1\\0\\0\\0\\1\\0");
    let frames = items(&seg, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
    assert_eq!(frames.len(), 3);
    for frame in frames {
        let position = &items(frame, tags::PLANE_POSITION_SEQUENCE)[0];
        assert_eq!(text(position, tags::IMAGE_POSITION_PATIENT), "0\\0\\0");
    }
    assert!(text(&seg, tags::FRAME_OF_REFERENCE_UID).starts_with("2.25."));
    let labels: Vec<String> = items(&seg, tags::SEGMENT_SEQUENCE)
        .iter()
        .map(|segment| text(segment, tags::SEGMENT_LABEL))
        .collect();
    assert_eq!(labels, ["Right lung", "Left lung", "Large opacity 1, right upper zone"]);
}

/// Frames are packed without a gap, the lowest bit first.
#[test]
fn segments_are_the_lungs_in_the_pixels_of_the_file() {
    let film = fake::film_of_dicom();
    let mask = film.lungs_in_file();
    let seg = of(Kind::Seg);
    let bytes = seg.element(tags::PIXEL_DATA).unwrap().to_bytes().unwrap().into_owned();
    let pixels = mask.labels().len();
    for (frame, label) in [1, 2].into_iter().enumerate() {
        let bit = |i: usize| bytes[(frame * pixels + i) / 8] >> ((frame * pixels + i) % 8) & 1 == 1;
        assert!((0..pixels).all(|i| bit(i) == (mask.labels()[i] == label)), "frame {frame}");
    }
}

/// A viewer ends at an item without an element.
#[test]
fn no_sequence_has_an_empty_item() {
    for (kind, object) in all() {
        assert!(levels(&object).iter().all(|level| level.iter().count() > 0), "{kind:?}");
    }
}

/// A viewer ends at a measurement group without a region.
#[test]
fn every_finding_has_a_region_on_the_film() {
    let report = of(Kind::Sr);
    let groups = named(&report, "125007");
    assert_eq!(groups.len(), 1 + 2 + 6 + 1);
    for group in groups {
        let regions = named(group, "111030");
        assert_eq!(regions.len(), 1);
        let points = regions[0].element(tags::GRAPHIC_DATA).unwrap().to_multi_float32().unwrap();
        assert!(points.len() >= 8 && points[..2] == points[points.len() - 2..], "closed");
        assert!(
            points
                .chunks(2)
                .all(|p| (0.0..=600.0).contains(&p[0]) && (0.0..=700.0).contains(&p[1]))
        );
        let image = &items(regions[0], tags::CONTENT_SEQUENCE)[0];
        let film = &items(image, tags::REFERENCED_SOP_SEQUENCE)[0];
        assert_eq!(text(film, tags::REFERENCED_SOP_INSTANCE_UID), "2.25.11");
    }
}

/// What every viewer shows is among the results, and any may be left out.
#[test]
fn a_picture_and_a_document_are_there_and_each_can_be_switched_off() {
    assert_eq!(text(&of(Kind::Sc), tags::PHOTOMETRIC_INTERPRETATION), "RGB");
    assert_eq!(text(&of(Kind::Pdf), tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT), "application/pdf");
    let film = fake::film_of_dicom();
    for left_out in Kind::ALL {
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| *kind != left_out).collect();
        let made = objects(&film, &Kinds::of(kinds.clone()), None).unwrap();
        assert_eq!(made.iter().map(|object| object.kind).collect::<Vec<_>>(), kinds);
    }
}

/// No public scheme has words for stages and shapes; the procedure is a word that the template wants.
#[test]
fn words_of_our_own_are_marked_as_such() {
    let report = of(Kind::Sr);
    let stage = code(named(&report, "STAGE")[0], tags::CONCEPT_CODE_SEQUENCE);
    assert!(stage[0].starts_with("STAGE_") && stage[1] == "99KONISCOPE", "{stage:?}");
    assert_eq!(code(&report, tags::CONCEPT_NAME_CODE_SEQUENCE)[..2], ["126000", "DCM"]);
    let procedure = code(named(&report, "121058")[0], tags::CONCEPT_CODE_SEQUENCE);
    assert_eq!(procedure[..2], ["363679005", "SCT"]);
    let scheme = &items(&report, tags::CODING_SCHEME_IDENTIFICATION_SEQUENCE)[0];
    assert_eq!(text(scheme, tags::CODING_SCHEME_DESIGNATOR), "99KONISCOPE");
}

#[test]
fn the_report_says_what_the_reading_says() {
    let reading = fake::film_of_dicom().reading;
    let report = of(Kind::Sr);
    let number = |name: &str| -> f64 {
        let value = &items(named(&report, name)[0], tags::MEASURED_VALUE_SEQUENCE)[0];
        text(value, tags::NUMERIC_VALUE).parse().unwrap()
    };
    let graded = reading.graded.as_ref().unwrap();
    assert!((number("PROBABILITY") - reading.pneumoconiosis.probability).abs() < 1e-4);
    assert!((number("P_1_0") - graded.ilo.probability_1_0).abs() < 1e-4);
    let opacity = &graded.large_opacities[0];
    assert!((number("103339001") - opacity.long_axis_mm.unwrap()).abs() < 1e-4);
    let [_, _, meaning] = code(named(&report, "PROBABILITY")[0], tags::CONCEPT_NAME_CODE_SEQUENCE);
    assert_eq!(meaning, "P(pneumoconiosis), calibrated on simulated films");
    let algorithm = text(named(&report, "111002")[0], tags::TEXT_VALUE);
    assert_eq!(algorithm, format!("weights SHA-256 {}", reading.models.classifier.sha256));
    let clause = text(named(&report, "CLAUSE")[0], tags::TEXT_VALUE);
    assert_eq!(clause, graded.gbz70.clause_text);
}

#[test]
fn patient_and_study_are_the_films_byte_by_byte_and_series_are_not() {
    let film = fake::film_of_dicom();
    let made = objects(&film, &Kinds::all(), None).unwrap();
    let mut series = std::collections::HashSet::new();
    for object in &made {
        let data_set = object.data_set();
        let has = |bytes: &[u8]| data_set.windows(bytes.len()).any(|window| window == bytes);
        assert!(has(&[b"\x10\0\x10\0PN\x04\0", &fake::NAME[..]].concat()), "{:?}", object.kind);
        assert!(has(b"\x08\0\x05\0CS\x0a\0ISO_IR 100"));
        let object = opened(object);
        assert_eq!(text(&object, tags::STUDY_INSTANCE_UID), "2.25.13");
        assert_eq!(text(&object, tags::CONTENT_DATE), "20210304");
        assert!(series.insert(text(&object, tags::SERIES_INSTANCE_UID)));
        assert!(text(&object, tags::SERIES_DESCRIPTION).contains("Research use only"));
    }
    assert!(!series.contains("2.25.12"));
}

#[test]
fn doing_it_twice_changes_nothing_and_another_result_is_another_object() {
    let film = fake::film_of_dicom();
    let made = |film, moment| objects(film, &Kinds::all(), moment).unwrap();
    let first = made(&film, None);
    let again = fake::film_of_dicom();
    assert!(first == made(&again, None));
    let moment = Moment { date: "20261130".into(), time: "120000".into() };
    let mut other = film.clone();
    other.reading.models.classifier.sha256 = "ff00".into();
    for others in [made(&film, Some(&moment)), made(&other, None)] {
        for (a, b) in first.iter().zip(&others) {
            assert!(a.sop_instance_uid != b.sop_instance_uid, "{:?}", a.kind);
        }
    }
}

#[test]
fn all_results_are_on_the_list_of_key_objects() {
    let made = objects(&fake::film_of_dicom(), &Kinds::all(), None).unwrap();
    let listed: Vec<String> = levels(&of(Kind::Kos))
        .into_iter()
        .filter(|level| level.get(tags::VALUE_TYPE).is_some())
        .filter_map(|level| level.get(tags::REFERENCED_SOP_SEQUENCE)?.items()?.first())
        .map(|item| text(item, tags::REFERENCED_SOP_INSTANCE_UID))
        .collect();
    let of = |kind| made.iter().find(|o| o.kind == kind).unwrap().sop_instance_uid.clone();
    let expected = [Kind::Seg, Kind::Sc, Kind::Sr, Kind::Pdf].map(of);
    assert_eq!(listed, [&["2.25.11".to_owned()][..], &expected].concat());
}

#[test]
fn a_picture_has_no_results() {
    let refused = objects(&fake::film(2), &Kinds::all(), None);
    assert!(matches!(refused, Err(Error::NotDicom)));
}

#[test]
#[ignore = "needs dicom3tools and dcmtk"]
fn validators_find_no_error() {
    let mut objects = objects(&fake::film_of_dicom(), &Kinds::all(), None).unwrap();
    assert_eq!(objects.len(), 5);
    let source = fake::film_of_dicom().source.unwrap();
    let form = crate::form::signed::tests::signed();
    objects.push(signed_form(&source, &form, "00ff", &|key: &str| key.to_owned()).unwrap());
    for object in objects {
        assert_valid(&object);
    }
}

fn assert_valid(object: &DicomObject) {
    let folder = tempfile::tempdir().unwrap();
    let run = |program: &str, file: &std::path::Path| {
        let output = std::process::Command::new(program).arg(file).output().unwrap();
        let said = [&output.stdout[..], &output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    let file = folder.path().join(object.kind.file());
    std::fs::write(&file, &object.bytes).unwrap();
    let (_, said) = run("dciodvfy", &file);
    assert!(said.contains(iod(object.kind)), "{:?}: {said}", object.kind);
    assert!(!said.lines().any(|line| line.starts_with("Error")), "{:?}: {said}", object.kind);
    let (well, said) = run("dcmdump", &file);
    assert!(well, "{:?}: {said}", object.kind);
    if matches!(object.kind, Kind::Sr | Kind::Kos) {
        let (well, said) = run("dsrdump", &file);
        let fault = said.lines().any(|line| line.starts_with("E:"));
        assert!(well && !fault, "{:?}: {said}", object.kind);
    }
}

/// What dciodvfy calls it.
fn iod(kind: Kind) -> &'static str {
    match kind {
        Kind::Seg => "Segmentation",
        Kind::Sr => "ComprehensiveSR",
        Kind::Sc => "SCImage",
        Kind::Pdf => "EncapsulatedPDF",
        Kind::Kos => "KeyObjectSelectionDocument",
    }
}
