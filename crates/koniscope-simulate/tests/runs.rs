//! Whole runs: files in, files out.
#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use koniscope::{
    Radiograph,
    decode::{Limits, decode},
    normalize::normalize,
    segmentation::LungMask,
    stage::gbz70,
};
use koniscope_simulate::{
    Error, Options, Summary,
    pattern::Wishes,
    profusion::category,
    run::{Format, Source},
    simulate,
    truth::{COLUMNS, Truth},
    write,
};

const SIDE: usize = 200;

fn options(out: &Path, count: usize) -> Options {
    Options {
        count,
        seed: 5,
        out: out.to_owned(),
        source: Source::Phantoms { size: 256 },
        wishes: Wishes { stages: [0.1, 0.3, 0.3, 0.3], ..Wishes::default() },
        format: Format::Png,
    }
}

fn onto(folder: &Path, wanted: &[(&str, &str)], options: Options) -> Options {
    let wanted = wanted.iter().map(|(c, v)| ((*c).to_owned(), (*v).to_owned())).collect();
    Options { source: Source::Films { folder: folder.to_owned(), wanted }, ..options }
}

/// A run on `threads` threads, with lungs as drawn by [`labels`].
fn run(options: &Options, threads: usize) -> Result<Summary, Error> {
    let lungs = |film: Radiograph| {
        let mask = LungMask::new(film.width(), film.height(), labels());
        Ok((film, mask))
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| simulate(options, Some(&lungs), &|| ()))
}

fn labels() -> Vec<u8> {
    let label = |i: usize| match (i % SIDE, i / SIDE) {
        (_, y) if !(20..180).contains(&y) => 0,
        (x, _) if (20..85).contains(&x) => 1,
        (x, _) if (115..180).contains(&x) => 2,
        _ => 0,
    };
    (0..SIDE * SIDE).map(label).collect()
}

/// Dark lungs on a bright body, with grain.
fn film() -> Vec<u8> {
    let gray =
        |(i, label): (usize, &u8)| (if *label > 0 { 60 } else { 190 }) + (i * 7919 % 23) as u16;
    let values: Vec<u16> = labels().iter().enumerate().map(gray).map(|v| 200 * v).collect();
    write::gray16(&values, SIDE, SIDE).unwrap()
}

/// All files below a folder by name.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            let inner = files(&entry).into_iter();
            found.extend(inner.map(|(k, v)| (Path::new(entry.file_name().unwrap()).join(k), v)));
        } else {
            found.insert(entry.file_name().unwrap().into(), fs::read(&entry).unwrap());
        }
    }
    found
}

fn truths(out: &Path) -> Vec<Truth> {
    let all = files(&out.join("truth"));
    all.values().map(|bytes| serde_json::from_slice(bytes).unwrap()).collect()
}

#[test]
fn one_seed_gives_the_same_bytes_on_any_number_of_threads_and_is_taken_up_again() {
    let root = tempfile::tempdir().unwrap();
    let [a, b] = ["a", "b"].map(|name| root.path().join(name));
    run(&options(&a, 4), 1).unwrap();
    let first = run(&options(&b, 2), 2).unwrap();
    assert_eq!((first.films, first.kept), (2, 0));
    let second = run(&options(&b, 4), 2).unwrap();
    assert_eq!((second.films, second.kept), (4, 2));
    assert!(files(&a) == files(&b));
    assert_eq!(files(&a).len(), 3 * 4 + 1);
    let other = Options { seed: 6, ..options(&b, 4) };
    assert_eq!(run(&other, 2).unwrap().kept, 0);
}

#[test]
fn the_truth_is_that_of_the_opacities_and_its_table_has_all_columns() {
    let root = tempfile::tempdir().unwrap();
    let summary = run(&options(root.path(), 10), 2).unwrap();
    assert_eq!((summary.films, summary.failures.len()), (10, 0));
    assert_eq!(summary.stages.iter().sum::<usize>(), 10);
    let truths = truths(root.path());
    for truth in &truths {
        assert_eq!(truth.stage, gbz70::stage(&truth.findings()).0);
        assert_eq!(truth.zones.iter().map(|z| z.count).sum::<usize>(), truth.small_opacities.len());
        assert_eq!(truth.shapes.is_empty(), truth.small_opacities.is_empty());
        for zone in &truth.zones {
            let here = truth.small_opacities.iter().filter(|o| o.zone.name() == zone.zone);
            let profuse: f64 = here.map(|o| o.form.profuse_cm2()).sum();
            assert_eq!(category(profuse / zone.area_cm2).to_string(), zone.profusion);
        }
    }
    let mut table = csv::Reader::from_path(root.path().join("truth.csv")).unwrap();
    assert_eq!(table.headers().unwrap(), COLUMNS.as_slice());
    for (row, truth) in table.records().zip(&truths) {
        let row = row.unwrap();
        assert_eq!(&row[4], truth.stage.name());
        let grades: Vec<String> = truth.zones.iter().map(|z| z.grade.to_string()).collect();
        assert_eq!(row.iter().skip(5).take(6).collect::<Vec<_>>(), grades);
        for column in [0, 1] {
            assert!(root.path().join(&row[column]).is_file());
        }
        assert_eq!((&row[3], &row[30]), ("phantom", ""));
    }
}

#[test]
fn a_film_without_opacities_is_the_film() {
    let root = tempfile::tempdir().unwrap();
    let films = root.path().join("films");
    fs::create_dir(&films).unwrap();
    fs::write(films.join("a.png"), film()).unwrap();
    let out = root.path().join("out");
    let mut wanted = onto(&films, &[], options(&out, 1));
    wanted.wishes.none = true;
    run(&wanted, 1).unwrap();
    let picture = normalize(&decode(&film(), &Limits::default()).unwrap()).unwrap();
    let values: Vec<u16> =
        picture.pixels().data().iter().map(|v| (v * 65535.0).round() as u16).collect();
    let truth = &truths(&out)[0];
    assert_eq!(truth.stage, gbz70::Stage::Zero);
    assert!(truth.film.spacing_estimated && truth.film.of == "a.png");
    let written = fs::read(out.join(&truth.film.image)).unwrap();
    assert!(written == write::gray16(&values, SIDE, SIDE).unwrap());
}

#[test]
fn a_table_says_whose_films_are_and_a_broken_one_is_reported() {
    let root = tempfile::tempdir().unwrap();
    let films = root.path().join("set");
    fs::create_dir(&films).unwrap();
    for name in ["a.png", "b.png", "c.png"] {
        fs::write(films.join(name), film()).unwrap();
    }
    fs::write(films.join("broken.png"), &film()[..200]).unwrap();
    let black: Vec<u8> = labels().iter().map(|l| if *l > 0 { 255 } else { 0 }).collect();
    fs::write(films.join("mask.png"), write::labels(&black, SIDE, SIDE).unwrap()).unwrap();
    fs::write(
        films.join("labels.csv"),
        "image,patient_id,source,mask,No_Finding\na.png,p1,Clinic,mask.png,1\n\
         b.png,p2,,mask.png,1\nc.png,p3,,,0\nbroken.png,p4,,,1\n",
    )
    .unwrap();
    let out = root.path().join("out");
    let summary = run(&onto(&films, &[("No_Finding", "1")], options(&out, 6)), 2).unwrap();
    assert_eq!((summary.films, summary.failures.len()), (4, 2));
    assert!(summary.failures[0].0.contains("broken.png"), "{summary:?}");
    let mut whose: Vec<(String, String)> =
        truths(&out).into_iter().map(|t| (t.film.patient_id, t.film.source)).collect();
    whose.sort();
    whose.dedup();
    let expected = [("p1", "Clinic"), ("p2", "set")];
    assert_eq!(whose, expected.map(|(p, s)| (p.to_owned(), s.to_owned())));
    let error = run(&onto(&films, &[("Finding", "1")], options(&out, 6)), 2).unwrap_err();
    assert!(error.to_string().contains("no column Finding"), "{error}");
    let error = run(&onto(&films, &[("No_Finding", "7")], options(&out, 6)), 2).unwrap_err();
    assert!(error.to_string().contains("no row"), "{error}");
}

#[test]
fn opacities_make_a_film_brighter_and_only_in_the_lungs() {
    let root = tempfile::tempdir().unwrap();
    let films = root.path().join("films");
    fs::create_dir(&films).unwrap();
    fs::write(films.join("a.png"), film()).unwrap();
    let read = |out: &Path| {
        let bytes = fs::read(out.join(&truths(out)[0].film.image)).unwrap();
        decode(&bytes, &Limits::default()).unwrap().stored
    };
    let [none, some] = [true, false].map(|none| {
        let out = root.path().join(if none { "none" } else { "some" });
        let wishes =
            Wishes { none, stages: [0.0, 0.0, 0.0, 1.0], asbestos: 0.0, ..Wishes::default() };
        run(&Options { wishes, ..onto(&films, &[], options(&out, 1)) }, 1).unwrap();
        read(&out)
    });
    let labels = labels();
    let inside = |i: usize| labels[i] > 0;
    let changed = (0..labels.len()).filter(|i| some[*i] != none[*i]).count();
    assert!(changed > 2000, "{changed}");
    assert!((0..labels.len()).all(|i| some[i] >= none[i]));
    let beyond = (0..labels.len()).filter(|i| !inside(*i) && some[*i] > none[*i] + 300);
    assert_eq!(beyond.count(), 0);
}

#[test]
fn dicom_says_what_the_film_is() {
    let root = tempfile::tempdir().unwrap();
    let wanted = Options { format: Format::Dicom { monochrome1: true }, ..options(root.path(), 6) };
    run(&wanted, 2).unwrap();
    let png = root.path().join("png");
    run(&options(&png, 6), 2).unwrap();
    let mut kinds = Vec::new();
    for (truth, same) in truths(root.path()).iter().zip(truths(&png)) {
        let bytes = fs::read(root.path().join(&truth.film.image)).unwrap();
        let raw = decode(&bytes, &Limits::default()).unwrap();
        koniscope::quality::check_header(&raw).unwrap();
        assert_eq!(raw.header.view_position.as_deref(), Some("PA"));
        assert_eq!(raw.header.modality_code.as_deref(), Some("DX"));
        assert!(raw.header.sop_instance_uid.as_ref().unwrap().starts_with("2.25."));
        let [row, column] = raw.header.spacing_mm.unwrap();
        assert!((row - truth.film.spacing_mm[0]).abs() < 1e-6 && row == column);
        kinds.push(raw.header.photometric);
        // One film in any container.
        let a = normalize(&raw).unwrap();
        let bytes = fs::read(png.join(&same.film.image)).unwrap();
        let b = normalize(&decode(&bytes, &Limits::default()).unwrap()).unwrap();
        let pairs = a.pixels().data().iter().zip(b.pixels().data());
        assert!(pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) < 1e-3);
    }
    kinds.dedup();
    assert!(kinds.len() > 1, "both senses are written");
}

#[test]
fn options_out_of_range_are_named() {
    let root = tempfile::tempdir().unwrap();
    let cases = [
        (Options { count: 0, ..options(root.path(), 1) }, "no film"),
        (Options { source: Source::Phantoms { size: 10 }, ..options(root.path(), 1) }, "10 pixels"),
        (
            Options {
                wishes: Wishes { stages: [0.0; 4], ..Wishes::default() },
                ..options(root.path(), 1)
            },
            "four shares",
        ),
        (onto(root.path(), &[], options(root.path(), 1)), "neither labels.csv nor a picture"),
        (onto(root.path(), &[("a", "1")], options(root.path(), 1)), "no labels.csv"),
    ];
    for (options, said) in cases {
        let error = run(&options, 1).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}
