//! A folder of models with random weights: real files, no skill.

use std::{fs, path::Path};

use koniscope::{
    model::{Device, resnet::ResNet, unet::UNet},
    weights::{sha256, to_safetensors},
};

/// Writes `lungs.toml`, `classifier.toml` and their weights into `folder`.
pub(crate) fn write(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let device = Device::cpu();
    let unet = to_safetensors(&UNet::new(4, 2, 3, device.burn()), true).unwrap();
    let resnet = to_safetensors(&ResNet::new(18, 2, device.burn()).unwrap(), true).unwrap();
    let lungs = r#"classes = ["background", "right lung", "left lung"]
network = { kind = "unet", width = 4, depth = 2 }
input = { width = 64, height = 64, channels = 1, mean = 0.5, std = 0.25 }"#;
    let classifier = r#"classes = ["normal", "tuberculosis"]
target = "tuberculosis"
stand_in = true
network = { kind = "resnet", layers = 18 }
input = { width = 64, height = 64, channels = 3, mean = 0.5, std = 0.25 }
calibration = { temperature = 1.0, films = 10 }"#;
    for (name, weights, rest) in [("lungs", unet, lungs), ("classifier", resnet, classifier)] {
        let hash = sha256(&weights);
        let manifest = format!(
            "id = \"tiny-{name}\"\nfile = \"{name}.safetensors\"\nsha256 = \"{hash}\"\n{rest}\n"
        );
        fs::write(folder.join(format!("{name}.safetensors")), weights).unwrap();
        fs::write(folder.join(format!("{name}.toml")), manifest).unwrap();
    }
}
