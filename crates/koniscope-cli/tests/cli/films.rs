//! Pictures drawn for the tests.

use std::path::Path;

/// A gray slope of 600 x 700 pixels with grain: readable, but no chest.
pub(crate) fn no_chest(path: &Path) {
    let picture = image::GrayImage::from_fn(600, 700, |x, y| {
        let grain = (x * 7919 + y * 104_729) % 17;
        image::Luma([(40 + x / 6 + y / 10 + grain) as u8])
    });
    picture.save(path).unwrap();
}

/// A DICOM film of a patient and a day with a bright disc of 60 mm in its middle.
pub(crate) fn disc(path: &Path, size: [usize; 2], mm: f64, patient: &str, day: &str) {
    use koniscope_dicom::{VR, tags, write};
    let [width, height] = size;
    let value = |i: usize| {
        let [dx, dy] = [(i % width, width), (i / width, height)]
            .map(|(at, length)| (at as f64 + 0.5 - length as f64 / 2.0) * mm);
        let grain = (i * 7919 % 89) as u16;
        if dx.hypot(dy) < 30.0 { 4_000 + grain } else { 200 + grain }
    };
    let values: Vec<u16> = (0..width * height).map(value).collect();
    let uid =
        path.to_string_lossy().bytes().fold(7u128, |sum, b| sum * 31 % (1 << 60) + u128::from(b));
    let film = write::Radiograph {
        width,
        height,
        bits: 12,
        spacing_mm: [mm, mm],
        monochrome1: false,
        uids: [uid, uid + 1, uid + 2],
        texts: &[(tags::PATIENT_ID, VR::LO, patient), (tags::STUDY_DATE, VR::DA, day)],
    };
    std::fs::write(path, write::radiograph(&values, &film).unwrap()).unwrap();
}
