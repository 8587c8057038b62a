//! A folder of models without skill: real files, random weights, and lungs that are never found.

use std::{fs, path::Path};

use koniscope::{
    digest::sha256,
    grading::OUTPUTS,
    model::{resnet, unet},
    weights::to_safetensors,
};
use koniscope_engine::{Graph, Tensor};

/// Writes `lungs.toml`, `classifier.toml` and their weights into `folder`.
pub(crate) fn write(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    // One class for the whole film, whatever it shows: of random weights some see two lungs.
    let unet = to_safetensors(&unet::graph([4, 2], 3, &mut |_, shape| Tensor::zeros(shape)), true)
        .unwrap();
    let resnet = to_safetensors(&random([18, 64], 2), true).unwrap();
    let lungs = r#"classes = ["background", "right lung", "left lung"]
network = { kind = "unet", width = 4, depth = 2 }
input = { width = 64, height = 64, channels = 1, mean = 0.5, std = 0.25 }"#;
    let classifier = r#"classes = ["normal", "tuberculosis"]
target = "tuberculosis"
trained_on = "stand_in"
network = { kind = "resnet", layers = 18 }
input = { width = 64, height = 64, channels = 3, mean = 0.5, std = 0.25 }
calibration = { temperature = 1.0, films = 10 }"#;
    write_model(folder, "lungs", &unet, lungs);
    write_model(folder, "classifier", &resnet, classifier);
}

/// Writes `zones.toml` and its weights into `folder`.
pub(crate) fn write_zones(folder: &Path) {
    let network = random([18, 8], OUTPUTS.len());
    let outputs = vec!["{ slope = 1.0, intercept = 0.0 }"; OUTPUTS.len()].join(", ");
    let rest = format!(
        r#"trained_on = "simulated"
classes = {OUTPUTS:?}
network = {{ kind = "resnet", layers = 18, width = 8 }}
region = "zones"
input = {{ width = 64, height = 64, channels = 3, mean = 0.5, std = 0.25 }}
[calibration]
temperature = 1.0
films = 10
correlation = 0.5
stages = [0.5, 0.0, -0.25]
outputs = [{outputs}]"#
    );
    write_model(folder, "zones", &to_safetensors(&network, true).unwrap(), &rest);
}

/// A ResNet of `[layers, width]` with weights of any kind.
fn random(size: [usize; 2], classes: usize) -> Graph {
    let mut seed = 1u64;
    let mut any = |name: &str, shape: &[usize]| {
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 40) as f32 / (1 << 24) as f32 // in [0, 1)
        };
        let inputs: usize = shape[1..].iter().product();
        let spread = (6.0 / inputs as f32).sqrt(); // He et al., ICCV 2015
        let value = |_| match (shape.len(), name.rsplit('.').next()) {
            (1, Some("weight" | "running_var")) => 1.0,
            (1, _) => 0.0,
            _ => (2.0 * next() - 1.0) * spread,
        };
        Tensor::new(shape, (0..shape.iter().product()).map(value).collect())
    };
    resnet::graph(size, classes, &mut any).unwrap()
}

fn write_model(folder: &Path, name: &str, weights: &[u8], rest: &str) {
    let hash = sha256(weights);
    let manifest = format!(
        "id = \"tiny-{name}\"\nfile = \"{name}.safetensors\"\nsha256 = \"{hash}\"\n{rest}\n"
    );
    fs::write(folder.join(format!("{name}.safetensors")), weights).unwrap();
    fs::write(folder.join(format!("{name}.toml")), manifest).unwrap();
}
