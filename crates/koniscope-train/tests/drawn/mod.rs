//! Drawn films, recipes for them and an observer: what tests of whole runs share.

use std::{
    fs,
    path::{Path, PathBuf},
};

use image::{GrayImage, Luma};
use koniscope_train::{
    network::Device,
    run::Options,
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
pub(crate) fn draw_films(folder: &Path) -> PathBuf {
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

pub(crate) const LUNGS: &str = r#"
    id = "drawn-lungs"
    network = { kind = "unet", width = 4, depth = 4 }
    scaling = { mean = 0.5, std = 0.25 }
    sizes = [{ from_epoch = 0, pixels = 32 }, { from_epoch = 10, pixels = 64 }]
    split = { folds = 4, fold = 0, seed = 1 }
    training = { epochs = 16, batch = 4, lr = 1e-2, warmup = 0.5, seed = 3 }
    loss = { dice = 1.0, cross_entropy = 1.0 }
    augment = { shift = 0.05, rotate = 3.0, noise = 0.01 }
"#;

pub(crate) const CLASSIFIER: &str = r#"
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

pub(crate) const ZONES: &str = r#"
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
pub(crate) struct Watcher {
    pub(crate) notes: Vec<String>,
    pub(crate) falls_in_epoch: Option<usize>,
    pub(crate) epoch: usize,
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

pub(crate) fn options(table: &Path, out: PathBuf, resume: bool) -> Options {
    Options {
        recipe: "drawn.toml".into(),
        tables: vec![table.to_owned()],
        out,
        init: None,
        init_split: None,
        resume,
        device: Device::cpu(),
        commit: Some("c0ffee".into()),
    }
}

pub(crate) fn written<T>(out: &Path, recipe: &str, read: impl Fn(&Path) -> T) -> T {
    let path = out.with_extension("toml");
    fs::write(&path, recipe).unwrap();
    read(&path)
}
