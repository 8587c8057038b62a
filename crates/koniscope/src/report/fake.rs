//! A drawn film and two networks that know its answer, so that the whole way from bytes to report
//! is tested without weights.

use super::{Failure, FilmReport};
use crate::{
    Error, FilmReading, Reader, Reading,
    classification::{Classification, StageClassifier},
    crop::LungCrop,
    decode::Limits,
    manifest::{CalibrationRecord, Input, Manifest, Network},
    plane::Plane,
    segmentation::{LungProbabilities, LungSegmenter},
};

pub(super) const WIDTH: usize = 600;
pub(super) const HEIGHT: usize = 700;

/// What the fake classifier finds with two classes: `1 / (1 + e^-1)`.
pub(super) const PROBABILITY: f64 = 0.731_058_578_630_004_9;

/// What the fake clock says a reading took: it is looked at once before, twice in each of five
/// timed steps, and once after, a millisecond apart.
pub(super) const TOTAL_MS: f64 = 11.0;

/// Whether a point in `[0, 1]^2` lies in the drawn right (`-1.0`) or left (`1.0`) lung.
fn in_lung(side: f64, x: f64, y: f64) -> bool {
    ((x - 0.5 - side * 0.22) / 0.14).powi(2) + ((y - 0.5) / 0.33).powi(2) < 1.0
}

/// A chest: gray body, dark lungs, a bright spine, a slope so that nothing is flat.
fn png() -> Vec<u8> {
    let picture = image::GrayImage::from_fn(WIDTH as u32, HEIGHT as u32, |x, y| {
        let (u, v) = (f64::from(x) / WIDTH as f64, f64::from(y) / HEIGHT as f64);
        let lung = in_lung(-1.0, u, v) || in_lung(1.0, u, v);
        let base = if lung { 60.0 } else { 170.0 };
        let spine = 50.0 * (-((u - 0.5) / 0.05).powi(2)).exp();
        image::Luma([(base + spine + 20.0 * v) as u8])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn manifest(id: &str, classes: &[&str], network: Network) -> Manifest {
    Manifest {
        id: id.into(),
        file: "none.safetensors".into(),
        sha256: "00ff".into(),
        notice: None,
        target: Some("tuberculosis".into()),
        stand_in: true,
        classes: classes.iter().map(ToString::to_string).collect(),
        network,
        region: Default::default(),
        input: Input { width: 224, height: 224, channels: 1, mean: 0.5, std: 0.25 },
        calibration: Some(CalibrationRecord { temperature: 1.0, films: 10, outputs: Vec::new() }),
        training: None,
        scores: Vec::new(),
    }
}

struct FakeLungs(Manifest);

impl LungSegmenter for FakeLungs {
    fn manifest(&self) -> &Manifest {
        &self.0
    }

    fn lung_probabilities(&self, _small: &Plane) -> Result<LungProbabilities, Error> {
        let n = 256;
        let lung = |side| {
            let at = |i: usize| (i as f64 + 0.5) / n as f64;
            let inside = (0..n * n).map(|i| in_lung(side, at(i % n), at(i / n)));
            Plane::new(n, n, inside.map(|b| if b { 0.95 } else { 0.02 }).collect())
        };
        Ok(LungProbabilities { right: lung(-1.0), left: lung(1.0) })
    }
}

struct FakeStages(Manifest);

impl StageClassifier for FakeStages {
    fn manifest(&self) -> &Manifest {
        &self.0
    }

    /// Logit 0 for normal and 1 for the first disease class, on a map that rises to the right.
    fn classify(&self, _crop: &LungCrop) -> Result<Classification, Error> {
        let classes = self.0.classes.len();
        let logits = (0..classes).map(|c| if c == 1 { 1.0 } else { 0.0 }).collect();
        let slope = Plane::new(7, 7, (0..49).map(|i| (i % 7) as f32 - 2.0).collect());
        let map = |c| if c == 1 { slope.clone() } else { Plane::filled(7, 7, 0.0) };
        Ok(Classification { logits, class_maps: (0..classes).map(map).collect() })
    }
}

/// The drawn film, read with a classifier of two or four classes.
pub(super) fn film(classes: usize) -> FilmReading {
    let stages = &["normal", "stage 1", "stage 2", "stage 3"][..classes];
    let reader = Reader {
        segmenter: Box::new(FakeLungs(manifest(
            "fake-lungs",
            &["background", "right", "left"],
            Network::Unet { width: 4, depth: 2 },
        ))),
        classifier: Box::new(FakeStages(manifest(
            "fake-stages",
            stages,
            Network::Resnet { layers: 18, width: 64 },
        ))),
        limits: Limits::default(),
    };
    // One millisecond a look.
    let looks = std::cell::Cell::new(0.0);
    let clock = || {
        looks.set(looks.get() + 1.0);
        looks.get()
    };
    reader.read(&png(), &clock).unwrap()
}

pub(super) fn read(classes: usize) -> Result<Reading, Failure> {
    Ok(film(classes).reading)
}

pub(super) fn report(path: &str, outcome: Result<Reading, Failure>) -> FilmReport {
    let stem = path.rsplit('/').next().unwrap().split('.').next().unwrap();
    FilmReport { path: path.into(), folder: Some(stem.into()), outcome }
}
