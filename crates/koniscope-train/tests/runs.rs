//! Whole runs on drawn films: they learn, they resume to the same result, and the reader that
//! ships reads with what they wrote.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use image::{GrayImage, Luma};
use koniscope::{model::Device, weights::load_reader};
use koniscope_train::{
    recipe::{ClassifierRecipe, LungRecipe, ZoneRecipe},
    run::{Options, Outcome, classifier, lungs, zones},
    run_log::{EpochRecord, Observer},
};

const SIDE: u32 = 64;
const FILMS: u32 = 48;

/// Lungs of film `i`: two ellipses that move and grow a little with it.
fn lung_at(i: u32, x: u32, y: u32) -> u8 {
    let wobble = f64::from(i % 7) - 3.0;
    let ellipse = |center: f64| {
        let dx = (f64::from(x) + 0.5 - center) / (10.0 + wobble * 0.3);
        let dy = (f64::from(y) + 0.5 - 32.0 - wobble) / 22.0;
        dx * dx + dy * dy < 1.0
    };
    if ellipse(18.0) {
        1
    } else if ellipse(46.0) {
        2
    } else {
        0
    }
}

/// Films with masks and a class: sick lungs carry bright spots.
fn draw_films(folder: &Path) -> PathBuf {
    let zones = koniscope::zones::Zone::NAMES.join(",");
    let mut table = format!("image,mask,patient_id,sick,stage,{zones}\n");
    for i in 0..FILMS {
        let sick = i % 2;
        let film = GrayImage::from_fn(SIDE, SIDE, |x, y| {
            let grain = ((x * 7919 + y * 104_729 + i * 1299) % 23) as u8;
            let spot = sick == 1 && (x / 3 + y / 3) % 3 == 0;
            Luma([if lung_at(i, x, y) == 0 {
                190 + grain
            } else if spot {
                130 + grain
            } else {
                40 + grain
            }])
        });
        let mask = GrayImage::from_fn(SIDE, SIDE, |x, y| Luma([lung_at(i, x, y)]));
        film.save(folder.join(format!("{i}.png"))).unwrap();
        mask.save(folder.join(format!("{i}_mask.png"))).unwrap();
        // Half of the films are graded zone by zone, of the others only the stage is known.
        let (stage, grade) = if sick == 1 { ("II", "2") } else { ("0", "0") };
        let zones = [if i % 4 < 2 { grade } else { "" }; 6].join(",");
        let patient = i / 2 * 2 + sick;
        table += &format!("{i}.png,{i}_mask.png,p{patient},{sick},{stage},{zones}\n");
    }
    fs::write(folder.join("broken.png"), b"no picture").unwrap();
    table += "broken.png,0_mask.png,px,0,0,,,,,,\n";
    let path = folder.join("labels.csv");
    fs::write(&path, table).unwrap();
    path
}

const LUNGS: &str = r#"
    id = "drawn-lungs"
    network = { kind = "unet", width = 4, depth = 4 }
    scaling = { mean = 0.5, std = 0.25 }
    sizes = [{ from_epoch = 0, pixels = 32 }, { from_epoch = 10, pixels = 64 }]
    split = { folds = 4, fold = 0, seed = 1 }
    training = { epochs = 16, batch = 4, lr = 1e-2, warmup = 0.5, seed = 3 }
    loss = { dice = 1.0, cross_entropy = 1.0 }
    augment = { shift = 0.05, rotate = 3.0, noise = 0.01 }
"#;

const CLASSIFIER: &str = r#"
    id = "drawn-sick"
    network = { kind = "resnet", layers = 18 }
    scaling = { mean = 0.3, std = 0.3 }
    crop = [48, 48]
    label = "sick"
    classes = ["well", "sick"]
    target = "spots"
    stand_in = true
    notice = "Drawn films."
    balance = "sampler"
    freeze = ["conv1"]
    lr_scale = { layer1 = 0.5 }
    split = { folds = 4, fold = 0, seed = 1 }
    training = { epochs = 3, batch = 8, lr = 1e-3, warmup = 0.5, weight_decay = 0.01, clip = 1.0, seed = 3 }
"#;

const ZONES: &str = r#"
    id = "drawn-zones"
    network = { kind = "resnet", layers = 18, width = 8 }
    scaling = { mean = 0.3, std = 0.3 }
    crop = [32, 32]
    detail = true
    notice = "Drawn films."
    split = { folds = 4, fold = 0, seed = 1 }
    training = { epochs = 6, batch = 4, lr = 2e-3, warmup = 0.5, weight_decay = 0.01, clip = 1.0, seed = 3 }
"#;

/// Takes notes, and falls over where it is told to.
#[derive(Default)]
struct Watcher {
    notes: Vec<String>,
    falls_in_epoch: Option<usize>,
    epoch: usize,
}

impl Observer for Watcher {
    fn epoch_started(&mut self, epoch: usize, _epochs: usize, _steps: usize) {
        self.epoch = epoch;
    }

    fn step_done(&mut self, done: usize, _loss: f64) {
        assert!(!(self.falls_in_epoch == Some(self.epoch) && done == 2), "the power went out");
    }

    fn epoch_done(&mut self, _record: &EpochRecord, _epochs: usize) {}

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }
}

fn options(table: &Path, out: PathBuf, resume: bool) -> Options {
    Options {
        recipe: "drawn.toml".into(),
        tables: vec![table.to_owned()],
        out,
        init: None,
        resume,
        device: Device::cpu(),
    }
}

fn train_lungs(table: &Path, out: &Path, resume: bool, watcher: &mut Watcher) -> Outcome {
    let recipe = written(out, LUNGS, |path| LungRecipe::read(path).unwrap());
    lungs::train(&recipe, &options(table, out.to_owned(), resume), watcher).unwrap()
}

fn written<T>(out: &Path, recipe: &str, read: impl Fn(&Path) -> T) -> T {
    let path = out.with_extension("toml");
    fs::write(&path, recipe).unwrap();
    read(&path)
}

#[test]
fn both_networks_learn_resume_and_read() {
    let folder = tempfile::tempdir().unwrap();
    // A fixed name: how patients are dealt depends on that of their set.
    let films = folder.path().join("drawn");
    fs::create_dir(&films).unwrap();
    let table = draw_films(&films);
    let whole = folder.path().join("whole");
    let mut watcher = Watcher::default();
    let outcome = train_lungs(&table, &whole, false, &mut watcher);
    let dice = outcome.figures[0].estimate;
    assert!(dice.value > 0.9 && dice.n >= 10, "{:?}", outcome.figures);
    assert!(watcher.notes.iter().any(|n| n.contains("broken.png")), "{:?}", watcher.notes);
    for file in ["split.csv", "log.jsonl", "curves.svg", "recipe.toml", "test.csv"] {
        assert!(whole.join(file).is_file(), "{file}");
    }

    // The same run, cut off in its eleventh epoch, right after the size changed.
    let cut = folder.path().join("cut");
    let mut watcher = Watcher { falls_in_epoch: Some(10), ..Watcher::default() };
    let fell = catch_unwind(AssertUnwindSafe(|| train_lungs(&table, &cut, false, &mut watcher)));
    assert!(fell.is_err() && !cut.join("lungs.toml").exists());
    let recipe = written(&cut, LUNGS, |path| LungRecipe::read(path).unwrap());
    let again = lungs::train(&recipe, &options(&table, cut.clone(), false), &mut watcher);
    assert!(again.unwrap_err().to_string().contains("--resume"));
    train_lungs(&table, &cut, true, &mut Watcher::default());
    let weights = |run: &Path| fs::read(run.join("drawn-lungs.safetensors")).unwrap();
    assert!(weights(&whole) == weights(&cut), "a resumed run must give the same weights");

    // The second stage on the first, and both in the reader that ships.
    let out = folder.path().join("sick");
    let recipe = written(&out, CLASSIFIER, |path| ClassifierRecipe::read(path).unwrap());
    let source = classifier::LungSource { models: whole.clone(), cache: folder.path().join("c") };
    let (outcome, scored) =
        classifier::train(&recipe, &options(&table, out.clone(), false), &source, &mut watcher)
            .unwrap();
    assert!(outcome.figures[0].estimate.value > 0.9, "{:?}", outcome.figures);
    fs::copy(whole.join("lungs.toml"), out.join("lungs.toml")).unwrap();
    fs::copy(whole.join("drawn-lungs.safetensors"), out.join("drawn-lungs.safetensors")).unwrap();
    let reader = load_reader(&out, &Device::cpu(), None).unwrap();
    for film in scored.iter().take(3) {
        // Too small for a real reading: the rooms one by one, as training used them.
        let bytes = fs::read(films.join(format!("{}.png", film.id))).unwrap();
        let raw = reader.decode(&bytes).unwrap();
        let radiograph = koniscope::normalize::normalize(&raw).unwrap();
        let mask = reader.segmenter.lungs(&radiograph).unwrap();
        let crop = reader.crop(&radiograph, &mask).unwrap();
        let class = reader.grading.paper().unwrap().classify(&crop).unwrap();
        let calibration =
            koniscope::calibration::Calibration::of(reader.grading.manifest()).unwrap();
        let p = calibration.probabilities(&class.logits)[1];
        assert!((p - film.probabilities[1]).abs() < 1e-4, "{} {p} {film:?}", film.id);
    }

    // The zone grader, from zone grades and from stages alone, and a reader with it.
    let out = folder.path().join("zones");
    let recipe = written(&out, ZONES, |path| ZoneRecipe::read(path).unwrap());
    let (outcome, staged) =
        zones::train(&recipe, &options(&table, out.clone(), false), &source, &mut watcher).unwrap();
    let figure = |name: &str| {
        outcome.figures.iter().find(|f| f.name.starts_with(name)).unwrap().estimate.value
    };
    assert!(figure("AUC") > 0.9 && figure("accuracy") > 0.6, "{:?}", outcome.figures);
    assert!(staged.iter().any(|film| film.zones.is_some()));
    assert!(staged.iter().any(|film| film.zones.is_none()), "films with a stage alone count too");
    fs::copy(whole.join("lungs.toml"), out.join("lungs.toml")).unwrap();
    fs::copy(whole.join("drawn-lungs.safetensors"), out.join("drawn-lungs.safetensors")).unwrap();
    let reader = load_reader(&out, &Device::cpu(), None).unwrap();
    for film in staged.iter().take(3) {
        let bytes = fs::read(films.join(format!("{}.png", film.id))).unwrap();
        let radiograph = koniscope::normalize::normalize(&reader.decode(&bytes).unwrap()).unwrap();
        let mask = reader.segmenter.lungs(&radiograph).unwrap();
        let zones = koniscope::zones::Zones::of(&mask).unwrap();
        let grader = reader.grading.zones().unwrap();
        let input = &grader.manifest().input;
        let crops =
            koniscope::crop::ZoneCrops::new(&radiograph, &mask, &zones, input.width, input.height);
        let outputs = grader.grade(&crops.unwrap()).unwrap();
        let calibration = koniscope::grading::ZoneCalibration::of(grader.manifest()).unwrap();
        let grades = koniscope::grading::Grades::of(&outputs, &calibration).unwrap();
        let off = grades.stage().disease() - film.disease();
        assert!(off.abs() < 1e-4, "{} {off} {film:?}", film.id);
    }
}
