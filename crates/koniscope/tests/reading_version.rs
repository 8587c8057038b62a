//! Notices that films are read otherwise than before: [`READING_VERSION`] must then be counted up, since
//! caches and reports hold it. What is right is told by `shipped.rs` and the golden files, not here.
#![allow(clippy::unwrap_used)]

use std::{fmt::Write, path::Path};

use koniscope::{
    READING_VERSION, Reader, crop::ZoneCrops, model::Device, plane::Plane, reader::load_reader,
    zones::Zones,
};

/// A DICOM file and a JPEG: no two decoders of JPEG agree to the last digit, but this project has one.
const SAMPLES: [&str; 2] = ["00003507_000.dcm", "00010120_029.jpg"];

/// The file of the last version's readings.
const LAST: &str = "tests/data/reading_version.txt";

/// Side of the pictures that stand for mask and crops.
const SIDE: usize = 8;

/// By what a number may differ from processor to processor, in its own unit: sums are made in another
/// order on each.
const NEAR: f64 = 2.0;

fn reader() -> Reader {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    load_reader(&models, &Device::cpu(), None).unwrap()
}

/// What is read from the samples, one line of whole numbers for each thing: the mask in hundredths of
/// each cell, crops in thousandths of gray, probabilities in thousandths.
fn readings() -> String {
    let reader = reader();
    let mut text = format!("version {READING_VERSION}\n");
    for sample in SAMPLES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(sample);
        let read = reader.read(&std::fs::read(path).unwrap(), &|| 0.0).unwrap();
        let mut line = |what: &str, values: &[f64], unit: f64| {
            write!(text, "{sample} {what}").unwrap();
            values.iter().for_each(|v| write!(text, " {:.0}", v * unit).unwrap());
            text.push('\n');
        };
        let small = |plane: &Plane| -> Vec<f64> {
            plane.resize(SIDE, SIDE).data().iter().map(|v| f64::from(*v)).collect()
        };
        let mask = &read.mask;
        for side in [1, 2] {
            let lung = mask.labels().iter().map(|l| f32::from(u8::from(*l == side))).collect();
            line("mask", &small(&Plane::new(mask.width(), mask.height(), lung)), 100.0);
        }
        let input = &reader.second_stage().manifest().input;
        let zones = Zones::of(mask).unwrap();
        let crops = ZoneCrops::new(&read.film, mask, &zones, input.width, input.height).unwrap();
        for crop in crops.pictures() {
            line("crop", &small(crop), 1000.0);
        }
        line("probability", &[read.reading.pneumoconiosis.probability], 1000.0);
        let stage = read.reading.stage.unwrap();
        line("stage", &stage.probabilities, 1000.0);
        let graded = read.reading.graded.unwrap();
        for zone in &graded.zones.0 {
            line("zone", &zone.profusion, 1000.0);
        }
    }
    text
}

#[test]
fn readings_are_those_of_this_version() {
    let last = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(LAST)).unwrap();
    let now = readings();
    let remedy = "Count koniscope::cache::READING_VERSION up, say why under \"Reading changes\" in \
        CHANGELOG.md, and write the readings anew: cargo test --release -p koniscope --test \
        reading_version -- --ignored";
    let (version, _) = last.split_once('\n').unwrap();
    assert_eq!(
        version,
        format!("version {READING_VERSION}"),
        "{LAST} is of another version. {remedy}"
    );
    assert_eq!(last.lines().count(), now.lines().count(), "other things are read. {remedy}");
    for (before, now) in last.lines().zip(now.lines()).skip(1) {
        let numbers = |line: &str| -> Vec<f64> {
            line.split(' ').skip(2).map(|number| number.parse().unwrap()).collect()
        };
        let (a, b) = (numbers(before), numbers(now));
        let same = a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= NEAR);
        assert!(same, "the reading changed: bump READING_VERSION. {remedy}\n{before}\n{now}");
    }
}

#[test]
#[ignore = "needs a reading that was changed on purpose"] // Writes what is kept of this version.
fn write_the_readings() {
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(LAST), readings()).unwrap();
}
