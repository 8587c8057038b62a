//! Whole runs on folders as downloaded.

use std::{collections::BTreeMap, fs};

use tempfile::TempDir;

use super::*;
use crate::{
    sets::named,
    testing::{draw, draw_lung, folder_of, put},
};

/// Montgomery with one film of 8 x 8 pixels, and one whose masks are of another shape.
fn montgomery() -> TempDir {
    let made = folder_of(&[("readme.txt", "about"), ("MontgomerySet/Thumbs.db", "")]);
    for name in ["MCUCXR_0001_0.png", "MCUCXR_0104_1.png"] {
        let at = |folder: &str| format!("MontgomerySet/{folder}/{name}");
        draw(made.path(), &at("CXR_png"), 8, |x, _| x as u8);
        let side = if name.contains("0001") { 8 } else { 7 };
        draw_lung(made.path(), &at("ManualMask/leftMask"), side, [5, 7]);
        draw_lung(made.path(), &at("ManualMask/rightMask"), side, [1, 3]);
    }
    put(made.path(), "MontgomerySet/ClinicalReadings/MCUCXR_0001_0.txt", b"Patient's Sex: F\n");
    made
}

#[test]
fn the_table_and_the_label_maps_are_written() {
    let made = montgomery();
    let set = named("montgomery").unwrap();
    let summary = write_labels(set, made.path(), None, false).unwrap();
    assert_eq!((summary.films, summary.patients, summary.masks, summary.ignored), (2, 2, 1, 2));
    assert_eq!(summary.labels["tb_abnormal"], BTreeMap::from([("0".into(), 1), ("1".into(), 1)]));
    assert_eq!(summary.labels["sex"], BTreeMap::from([("F".into(), 1)]));
    assert!(summary.left_out.is_empty());
    assert!(summary.notes.iter().any(|n| n.contains("7 x 7 pixels, the film 8 x 8")));
    let table = fs::read_to_string(made.path().join("labels.csv")).unwrap();
    assert_eq!(
        table,
        "image,patient_id,source,mask,tb_abnormal,view,sex,age,condition,koniscope_set\n\
         MontgomerySet/CXR_png/MCUCXR_0001_0.png,MCUCXR_0001_0,Montgomery,\
         koniscope-montgomery/masks/MCUCXR_0001_0.png,0,PA,F,,,montgomery\n\
         MontgomerySet/CXR_png/MCUCXR_0104_1.png,MCUCXR_0104_1,Montgomery,,1,PA,,,,montgomery\n"
    );
    let map = made.path().join("koniscope-montgomery/masks/MCUCXR_0001_0.png");
    let map = image::open(map).unwrap().into_luma8();
    let row: Vec<u8> = (0..8).map(|x| map.get_pixel(x, 4).0[0]).collect();
    assert_eq!(row, [0, 1, 1, 0, 0, 2, 2, 0]);
    // Again: what was written is not read as part of the set.
    assert_eq!(write_labels(set, made.path(), None, false).unwrap(), summary);
}

#[test]
fn a_table_of_somebody_else_is_not_written_over() {
    let made = montgomery();
    let set = named("montgomery").unwrap();
    for theirs in ["image,patient_id\nx,y\n", "", "image,koniscope_set\nx,shenzhen\n", "\u{0}\"\n"]
    {
        put(made.path(), "labels.csv", theirs.as_bytes());
        let error = write_labels(set, made.path(), None, false).unwrap_err().to_string();
        assert!(error.contains("--force") && error.contains("labels montgomery"), "{error}");
        assert_eq!(fs::read_to_string(made.path().join("labels.csv")).unwrap(), theirs);
    }
    write_labels(set, made.path(), None, true).unwrap();
    write_labels(set, made.path(), None, false).unwrap();
}

#[test]
fn a_table_elsewhere_tells_the_way_to_the_films() {
    let made = montgomery();
    let other = tempfile::tempdir().unwrap();
    let table = other.path().join("mine.csv");
    write_labels(named("montgomery").unwrap(), made.path(), Some(&table), false).unwrap();
    let text = fs::read_to_string(&table).unwrap();
    let film = text.lines().nth(1).unwrap().split(',').next().unwrap();
    assert!(film.starts_with("../") && other.path().join(film).is_file(), "{film}");
    assert!(!made.path().join("labels.csv").exists());
    assert!(other.path().join("koniscope-montgomery/masks/MCUCXR_0001_0.png").is_file());
}

#[test]
fn raw_films_and_halved_masks_become_png() {
    let row = "JPCLN001.IMG\t5\t15\t53\tmale\t1634\t692\tmalignant\tl.upper lobe\tlung cancer\n\
               JPCLN002.IMG\t5\t15\t53\tmale\t1634\t692\tbenign\tl.upper lobe\tgranuloma\n";
    let made = folder_of(&[("CLNDAT_EN.txt", row), ("CNNDAT_EN.TXT", ""), ("a/JPCLN002.IMG", "x")]);
    put(made.path(), "a/JPCLN001.IMG", &vec![0; 2048 * 2048 * 2]);
    draw_lung(made.path(), "scr/left lung/JPCLN001.gif", 1024, [600, 900]);
    draw_lung(made.path(), "scr/right lung/JPCLN001.gif", 1024, [100, 400]);
    let summary = write_labels(named("jsrt").unwrap(), made.path(), None, false).unwrap();
    assert_eq!((summary.films, summary.masks, summary.left_out.len()), (1, 1, 1));
    assert!(summary.left_out[0].contains("it has 1 bytes; a raw film"), "{:?}", summary.left_out);
    let made = made.path().join("koniscope-jsrt");
    let film = image::open(made.join("films/JPCLN001.png")).unwrap().into_luma16();
    let mask = image::open(made.join("masks/JPCLN001.png")).unwrap().into_luma8();
    assert_eq!((film.dimensions(), mask.dimensions()), ((2048, 2048), (2048, 2048)));
    let labels = [200, 1000, 1799, 1800].map(|x| mask.get_pixel(x, 1024).0[0]);
    assert_eq!(labels, [1, 0, 2, 0]);
}

#[test]
fn a_run_without_a_film_or_folder_writes_nothing() {
    let table = "image,profusion\ns1.dcm,1/1\n";
    let made = folder_of(&[("classifications.csv", table), ("file", "")]);
    let set = named("niosh").unwrap();
    let error = write_labels(set, made.path(), None, false).unwrap_err().to_string();
    assert!(error.contains("none could be used") && error.contains("s1.dcm"), "{error}");
    for folder in ["gone", "file"] {
        let folder = made.path().join(folder);
        let error = write_labels(set, &folder, None, false).unwrap_err().to_string();
        assert!(error.contains("cannot read"), "{error}");
    }
    let out = made.path().join("gone/labels.csv");
    let error = write_labels(set, made.path(), Some(&out), false).unwrap_err().to_string();
    assert!(error.contains("cannot read") && error.contains("gone"), "{error}");
    assert!(!made.path().join("labels.csv").exists());
}
