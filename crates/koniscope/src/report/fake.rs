//! A drawn film and networks that know its answer, so that the whole way from bytes to report
//! is tested without weights.

use koniscope_dicom::{VR, tags};

use super::{Failure, FilmReport};
use crate::{
    Error, FilmReading, Reader, Reading,
    classification::{Classification, StageClassifier},
    crop::{LungCrop, ZoneCrops},
    grading::{LARGE, OUTPUTS, SHAPES, ZoneGrader, ZoneOutput},
    manifest::{CalibrationRecord, Input, Manifest, Network, Platt, Region, TrainedOn},
    plane::Plane,
    second_stage::{SecondStage, WholeLungClassifier, ZoneGrading},
    segmentation::{LungProbabilities, LungSegmenter},
    site::{Conformal, Criterion, OperatingPoint, Range, Site},
};

pub(super) const WIDTH: usize = 600;
pub(super) const HEIGHT: usize = 700;

/// What the fake classifier finds with two classes: `1 / (1 + e^-1)`.
pub(super) const PROBABILITY: f64 = 0.731_058_578_630_004_9;

/// What the fake clock says a reading took: it is looked at once before, twice in each of five
/// timed steps, and once after, a millisecond apart.
pub(super) const TOTAL_MS: f64 = 11.0;

/// Whether a point in `[0, 1]^2` lies in the drawn right (`-1.0`) or left (`1.0`) lung.
pub(crate) fn in_lung(side: f64, x: f64, y: f64) -> bool {
    ((x - 0.5 - side * 0.22) / 0.14).powi(2) + ((y - 0.5) / 0.33).powi(2) < 1.0
}

/// A chest: gray body, dark lungs, a bright spine, a slope so that nothing is flat.
fn png() -> Vec<u8> {
    picture(false)
}

/// Center, long (down the film) and short half axis of the drawn large opacity, in pixels.
pub(super) const OPACITY: [f64; 4] = [165.0, 230.0, 44.0, 26.0];

/// [`png`], with or without a large opacity.
fn picture(opacity: bool) -> Vec<u8> {
    let [cx, cy, long, short] = OPACITY;
    let picture = image::GrayImage::from_fn(WIDTH as u32, HEIGHT as u32, |x, y| {
        let (u, v) = (f64::from(x) / WIDTH as f64, f64::from(y) / HEIGHT as f64);
        let lung = in_lung(-1.0, u, v) || in_lung(1.0, u, v);
        let base = if lung { 60.0 } else { 170.0 };
        let spine = 50.0 * (-((u - 0.5) / 0.05).powi(2)).exp();
        let (dx, dy) = ((f64::from(x) - cx) / short, (f64::from(y) - cy) / long);
        let dense = if opacity && dx.hypot(dy) < 1.0 { 60.0 } else { 0.0 };
        image::Luma([(base + spine + dense + 20.0 * v) as u8])
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
        trained_on: Some(TrainedOn::StandIn),
        calibrated_on: None,
        classes: classes.iter().map(ToString::to_string).collect(),
        network,
        region: Default::default(),
        peaks: false,
        mirrored: false,
        input: Input { width: 224, height: 224, channels: 1, mean: 0.5, std: 0.25, detail: false },
        calibration: Some(CalibrationRecord {
            temperature: 1.0,
            films: 10,
            outputs: Vec::new(),
            correlation: None,
            stages: None,
        }),
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

/// What the fake zone grader gives: profusion 2 in five zones, none in the left lower one; a large
/// opacity, likelier than not, in the right upper one; shapes q and t.
struct FakeZones(Manifest);

impl ZoneGrader for FakeZones {
    fn manifest(&self) -> &Manifest {
        &self.0
    }

    /// Maps as flat as their logit, except that of large opacities, which peaks in the middle.
    fn grade(&self, _crops: &ZoneCrops) -> Result<Vec<ZoneOutput>, Error> {
        let zone = |i: usize| {
            let mut logits = vec![-8.0; OUTPUTS.len()];
            if i < 5 {
                logits[..2].fill(4.0);
                (logits[SHAPES + 1], logits[SHAPES + 4]) = (3.0, 2.0);
            }
            logits[LARGE] = if i == 0 { 3.0 } else { -6.0 };
            let mut maps: Vec<Plane> = logits.iter().map(|l| Plane::filled(7, 7, *l)).collect();
            maps[LARGE].data_mut()[24] += 1.0;
            ZoneOutput { logits, maps }
        };
        Ok((0..6).map(zone).collect())
    }
}

/// The drawn film, read with a classifier of two or four classes.
pub(crate) fn film(classes: usize) -> FilmReading {
    let stages = &["normal", "stage 1", "stage 2", "stage 3"][..classes];
    let resnet = Network::Resnet { layers: 18, width: 64 };
    let classifier = FakeStages(manifest("fake-stages", stages, resnet));
    let second_stage = WholeLungClassifier::new(Box::new(classifier)).unwrap();
    read_film(&reader(Box::new(second_stage)), &png())
}

/// The drawn film, with a large opacity in the right upper zone, read with a zone grader.
pub(super) fn film_of_zones() -> FilmReading {
    read_film(&zone_reader(), &picture(true))
}

/// The reader of [`film_of_zones`].
pub(crate) fn zone_reader() -> Reader {
    let resnet = Network::Resnet { layers: 18, width: 16 };
    let mut manifest = manifest("fake-zones", &OUTPUTS, resnet);
    manifest.region = Region::Zones;
    (manifest.target, manifest.trained_on) = (None, Some(TrainedOn::Simulated));
    let outputs = vec![Platt { slope: 1.0, intercept: 0.0 }; OUTPUTS.len()];
    manifest.calibration = Some(CalibrationRecord {
        temperature: 1.0,
        films: 10,
        outputs,
        correlation: None,
        stages: None,
    });
    reader(Box::new(ZoneGrading::new(Box::new(FakeZones(manifest))).unwrap()))
}

fn reader(second_stage: Box<dyn SecondStage>) -> Reader {
    let lungs = ["background", "right", "left"];
    let lungs = manifest("fake-lungs", &lungs, Network::Unet { width: 4, depth: 2 });
    Reader::new(Box::new(FakeLungs(lungs)), second_stage)
}

fn read_film(reader: &Reader, bytes: &[u8]) -> FilmReading {
    // One millisecond a look.
    let looks = std::cell::Cell::new(0.0);
    let clock = || {
        looks.set(looks.get() + 1.0);
        looks.get()
    };
    reader.read(bytes, &clock).unwrap()
}

/// [`read_zones`] at a site with a threshold of 0.2, whose sets hold stages of 0.001 and above and
/// whose films were all brighter.
pub(super) fn read_at_site() -> Result<Reading, Failure> {
    let site = Site {
        model: "fake-zones".into(),
        model_sha256: "00ff".into(),
        calibration_sha256: zone_reader().second_stage().manifest().calibration_sha256(),
        operating: Some(OperatingPoint::new(Criterion::Sensitivity, 0.9, 0.2)),
        conformal: Some(Conformal { coverage: 0.99, limits: vec![0.999] }),
        familiar: vec![Range { name: "gray".into(), low: 0.9, high: 1.0 }],
        ..Site::default()
    };
    let reader = zone_reader().at_site(site).unwrap();
    Ok(read_film(&reader, &picture(true)).reading)
}

pub(crate) fn read_zones() -> Result<Reading, Failure> {
    Ok(film_of_zones().reading)
}

pub(crate) fn read(classes: usize) -> Result<Reading, Failure> {
    Ok(film(classes).reading)
}

pub(super) fn report(path: &str, outcome: Result<Reading, Failure>) -> FilmReport {
    let stem = path.rsplit('/').next().unwrap().split('.').next().unwrap();
    FilmReport { path: path.into(), folder: Some(stem.into()), outcome }
}

/// The film of [`film_of_zones`] as a DICOM object with pixels of 0.5 mm, whose patient's name is written
/// in GB18030 and labelled as Latin.
pub(crate) fn film_of_dicom() -> FilmReading {
    let values = image::load_from_memory(&picture(true)).unwrap().to_luma16().into_raw();
    let film = koniscope_dicom::write::Radiograph {
        width: WIDTH,
        height: HEIGHT,
        bits: 12,
        spacing_mm: [0.5; 2],
        monochrome1: false,
        uids: [11, 12, 13],
        texts: &[
            (tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100"),
            (tags::PATIENT_NAME, VR::PN, "NAME"),
            (tags::PATIENT_ID, VR::LO, "P-7"),
            (tags::STUDY_DATE, VR::DA, "20210304"),
            (tags::STUDY_TIME, VR::TM, "101112"),
            (tags::STUDY_ID, VR::SH, "S-7"),
        ],
    };
    let values: Vec<u16> = values.iter().map(|v| v >> 4).collect();
    let mut bytes = koniscope_dicom::write::radiograph(&values, &film).unwrap();
    let name = bytes.windows(4).position(|bytes| bytes == b"NAME").unwrap();
    bytes[name..name + 4].copy_from_slice(NAME);
    read_film(&zone_reader(), &bytes)
}

/// The patient's name in [`film_of_dicom`].
pub(crate) const NAME: &[u8; 4] = b"\xcd\xf5\xb6\xab";
