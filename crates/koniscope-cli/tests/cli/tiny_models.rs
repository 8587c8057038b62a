//! A folder of models without skill: real files, random weights, and lungs that are never found.

use std::{fs, path::Path};

use koniscope::{
    digest::sha256,
    grading::OUTPUTS,
    model::{Device, resnet::ResNet, unet::UNet},
    weights::to_safetensors,
};

/// Writes `lungs.toml`, `classifier.toml` and their weights into `folder`.
pub(crate) fn write(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let device = Device::cpu();
    // One class for the whole film, whatever it shows: of random weights some see two lungs.
    let unet = to_safetensors(&UNet::blank(4, 2, 3, device.burn()), true).unwrap();
    let resnet = to_safetensors(&ResNet::new(18, 2, device.burn()).unwrap(), true).unwrap();
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
    let network = ResNet::sized([18, 8], OUTPUTS.len(), Device::cpu().burn()).unwrap();
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

fn write_model(folder: &Path, name: &str, weights: &[u8], rest: &str) {
    let hash = sha256(weights);
    let manifest = format!(
        "id = \"tiny-{name}\"\nfile = \"{name}.safetensors\"\nsha256 = \"{hash}\"\n{rest}\n"
    );
    fs::write(folder.join(format!("{name}.safetensors")), weights).unwrap();
    fs::write(folder.join(format!("{name}.toml")), manifest).unwrap();
}
