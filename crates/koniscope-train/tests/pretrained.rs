//! Weights in the layouts they come in, the errors of those that do not fit, and the ImageNet file;
//! networks as the reader's graphs.
//!
//! The reader's tests/data/weights is written by torch: reference/tiny_weights.py.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "golden/fill.rs"]
mod fill;
#[path = "../../koniscope/tests/golden/formula.rs"]
mod formula;
#[path = "pretrained/graph.rs"]
mod graph;
#[path = "pretrained/imagenet.rs"]
mod imagenet;
#[path = "../../koniscope/tests/golden/tensors.rs"]
mod tensors;

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use koniscope::Error;
use koniscope_train::network::{
    Missing, load_pretrained, resnet::ResNet, to_safetensors, unet::UNet,
};

use fill::fill;
use formula::{data, uniform};
use tensors::{header, read_tensors, write_tensors};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../koniscope/tests/data/weights").join(name)
}

fn tiny(classes: usize) -> UNet {
    UNet::new(2, 1, classes, &Device::flex())
}

/// The network as reference/tiny_weights.py fills it.
fn filled() -> UNet {
    let mut net = tiny(3);
    fill(&mut net, false);
    net
}

fn outputs(net: &UNet) -> Vec<f32> {
    let film = TensorData::new(uniform("film", 2 * 16 * 12), [2, 1, 16, 12]);
    net.forward(Tensor::from_data(film, &Device::flex())).into_data().try_to_vec().unwrap()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).fold(0.0, |m, (a, b)| m.max((a - b).abs()))
}

fn refusal(result: Result<(), Error>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), "model");
    error.to_string()
}

#[test]
fn every_layout_gives_the_same_network() {
    let expected = outputs(&filled());
    for name in ["plain.pth", "module.pth", "checkpoint.pth", "legacy.pth", "module.safetensors"] {
        let mut net = tiny(3);
        assert!(largest_difference(&outputs(&net), &expected) > 0.1, "not loaded yet");
        load_pretrained(&mut net, &file(name), Missing::Refuse).unwrap();
        assert_eq!(outputs(&net), expected, "{name}");
    }
}

#[test]
fn more_names_and_prefixes_of_training_programs() {
    let expected = outputs(&filled());
    let folder = tempfile::tempdir().unwrap();
    let tar = folder.path().join("model_best.pth.tar");
    std::fs::copy(file("checkpoint.pth"), &tar).unwrap();
    let written = read_tensors(&to_safetensors(&filled(), false).unwrap());
    let mut files = vec![tar];
    for prefix in ["model.", "model.module.", "module.model.", "state_dict.model."] {
        let path = folder.path().join(format!("{prefix}safetensors"));
        let named =
            written.iter().map(|(name, values)| (format!("{prefix}{name}"), values.clone()));
        std::fs::write(&path, write_tensors(&named.collect())).unwrap();
        files.push(path);
    }
    for path in files {
        let mut net = tiny(3);
        load_pretrained(&mut net, &path, Missing::Refuse).unwrap();
        assert_eq!(outputs(&net), expected, "{}", path.display());
    }
}

#[test]
fn one_value_that_is_not_finite_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    let mut tensors = read_tensors(&to_safetensors(&filled(), false).unwrap());
    let value = tensors["up.0.bias"].values[1];
    for broken in [f32::NAN, f32::INFINITY] {
        tensors.get_mut("up.0.bias").unwrap().values[1] = broken;
        std::fs::write(&path, write_tensors(&tensors)).unwrap();
        let mut net = tiny(3);
        let before = outputs(&net);
        let why = refusal(load_pretrained(&mut net, &path, Missing::KeepHead));
        assert!(why.contains(&format!("up.0.bias holds {broken}")), "{why}");
        assert_eq!(outputs(&net), before, "a network that was not loaded is as it was");
    }
    tensors.get_mut("up.0.bias").unwrap().values[1] = value;
    tensors.get_mut("head.bias").unwrap().values[0] = f32::NAN;
    std::fs::write(&path, write_tensors(&tensors)).unwrap();
    let why = refusal(load_pretrained(&mut tiny(3), &path, Missing::KeepHead));
    assert!(why.contains("head.bias holds NaN"), "a head that fits is not left random: {why}");
    // The same value in a file by PyTorch, which has no check sum in the old format.
    let mut bytes = std::fs::read(file("legacy.pth")).unwrap();
    let at = bytes.windows(4).position(|four| four == value.to_le_bytes()).unwrap();
    bytes[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    let path = folder.path().join("legacy.pth");
    std::fs::write(&path, bytes).unwrap();
    let why = refusal(load_pretrained(&mut tiny(3), &path, Missing::Refuse));
    assert!(why.contains("up.0.bias holds NaN"), "{why}");
}

#[test]
fn half_precision_is_read_as_f32() {
    let expected = outputs(&filled());
    for name in ["half.pth", "half.safetensors"] {
        let mut net = tiny(3);
        load_pretrained(&mut net, &file(name), Missing::Refuse).unwrap();
        let difference = largest_difference(&outputs(&net), &expected);
        assert!(difference > 0.0 && difference < 5e-3, "{name}: {difference}");
    }
}

#[test]
fn what_was_written_is_read_again() {
    let net = filled();
    for (half, tolerance) in [(false, 0.0), (true, 5e-3)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights.safetensors");
        std::fs::write(&path, to_safetensors(&net, half).unwrap()).unwrap();
        let mut again = tiny(3);
        load_pretrained(&mut again, &path, Missing::Refuse).unwrap();
        let difference = largest_difference(&outputs(&again), &outputs(&net));
        assert!(difference <= tolerance, "half {half}: {difference}");
    }
}

#[test]
fn written_names_are_torchvisions() {
    // Of torchvision 0.29.2: resnet18().state_dict(), shapes [out, in, ...].
    let expected: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&data("weights/resnet18_names.json")).unwrap();
    let net = ResNet::new(18, 1000, &Device::flex()).unwrap();
    for half in [false, true] {
        let bytes = to_safetensors(&net, half).unwrap();
        let (ours, _) = header(&bytes);
        let shapes: serde_json::Map<_, _> =
            ours.iter().map(|(name, entry)| (name.clone(), entry["shape"].clone())).collect();
        assert_eq!(shapes, expected);
        let kind = |name: &str| ours[name]["dtype"].as_str().unwrap();
        let weights = if half { "F16" } else { "F32" };
        assert_eq!(kind("layer2.0.downsample.0.weight"), weights);
        assert_eq!(kind("fc.weight"), weights);
        assert_eq!(kind("bn1.running_var"), "F32");
    }
}

#[test]
fn a_new_head_keeps_its_parameters_and_the_rest_loads() {
    let mut net = tiny(2);
    let head = |net: &UNet| {
        let mut all = read_tensors(&to_safetensors(net, false).unwrap());
        (
            all.remove("head.weight").unwrap().values,
            all.remove("encoder.1.conv2.weight").unwrap().values,
        )
    };
    let (fresh, before) = head(&net);
    let why = refusal(load_pretrained(&mut tiny(2), &file("plain.pth"), Missing::Refuse));
    assert!(why.contains("head.weight has shape [3, 2, 1, 1], expected [2, 2, 1, 1]"), "{why}");
    load_pretrained(&mut net, &file("plain.pth"), Missing::KeepHead).unwrap();
    let (kept, loaded) = head(&net);
    assert_eq!(kept, fresh);
    assert_ne!(loaded, before);
    assert_eq!(loaded, head(&filled()).1);
}

#[test]
fn a_new_linear_head_keeps_its_parameters_and_the_rest_loads() {
    let device = Device::flex();
    let mut source = ResNet::new(18, 5, &device).unwrap();
    fill(&mut source, false);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("five.safetensors");
    std::fs::write(&path, to_safetensors(&source, false).unwrap()).unwrap();
    let mut net = ResNet::new(18, 2, &device).unwrap();
    let fresh = read_tensors(&to_safetensors(&net, false).unwrap());
    load_pretrained(&mut net, &path, Missing::KeepHead).unwrap();
    let source = read_tensors(&to_safetensors(&source, false).unwrap());
    for (name, tensor) in read_tensors(&to_safetensors(&net, false).unwrap()) {
        let expected = if name.starts_with("fc.") { &fresh } else { &source };
        assert_eq!(tensor.values, expected[&name].values, "{name}");
    }
    let why = refusal(load_pretrained(&mut net, &path, Missing::Refuse));
    assert!(why.contains("fc.weight has shape [5, 512], expected [2, 512]"), "{why}");
}

#[test]
fn another_depth_is_refused() {
    let device = Device::flex();
    let folder = tempfile::tempdir().unwrap();
    for (from, to, word) in
        [(18, 34, "layer1.2.bn1.bias is missing"), (34, 18, "layer1.2.bn1.bias has no place in it")]
    {
        let path = folder.path().join(format!("{from}.safetensors"));
        let source = ResNet::new(from, 2, &device).unwrap();
        std::fs::write(&path, to_safetensors(&source, true).unwrap()).unwrap();
        let mut net = ResNet::new(to, 2, &device).unwrap();
        for missing in [Missing::Refuse, Missing::KeepHead] {
            let why = refusal(load_pretrained(&mut net, &path, missing));
            assert!(why.contains(word) && why.contains("more"), "{why}");
        }
    }
}

#[test]
fn what_is_missing_is_named_as_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gap.safetensors");
    let all = to_safetensors(&filled(), false).unwrap();
    for gone in ["encoder.0.bn1.weight", "decoder.0.bn2.running_var", "up.0.bias"] {
        let mut tensors = read_tensors(&all);
        tensors.remove(gone).unwrap();
        std::fs::write(&path, write_tensors(&tensors)).unwrap();
        let why = refusal(load_pretrained(&mut tiny(3), &path, Missing::KeepHead));
        assert!(why.ends_with(&format!("does not fit the network: {gone} is missing")), "{why}");
        assert!(why.contains("gap.safetensors"), "{why}");
    }
}

#[test]
fn damaged_and_foreign_files_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let sources = ["plain.pth", "legacy.pth", "checkpoint.pth", "module.safetensors"];
    for (name, bytes) in sources.map(|n| (n, std::fs::read(file(n)).unwrap())) {
        for kept in [0, 1, 9, bytes.len() / 3, bytes.len() * 2 / 3, bytes.len() - 1] {
            let path = folder.path().join(name);
            std::fs::write(&path, &bytes[..kept]).unwrap();
            let why = refusal(load_pretrained(&mut tiny(3), &path, Missing::KeepHead));
            assert!(why.contains(name), "{kept} bytes of {name}: {why}");
        }
    }
    for name in ["picture.pth", "picture.safetensors", "picture.pt"] {
        let path = folder.path().join(name);
        std::fs::write(&path, b"\x89PNG\r\n\x1a\n not weights, but long enough to look into")
            .unwrap();
        let why = refusal(load_pretrained(&mut tiny(3), &path, Missing::KeepHead));
        assert!(why.contains(name), "{why}");
    }
    // Each kind under the other's name.
    for (name, other) in [("plain.pth", "a.safetensors"), ("module.safetensors", "a.pth")] {
        std::fs::copy(file(name), folder.path().join(other)).unwrap();
        let why =
            refusal(load_pretrained(&mut tiny(3), &folder.path().join(other), Missing::Refuse));
        assert!(why.contains(other), "{why}");
    }
    let why = refusal(load_pretrained(&mut tiny(3), Path::new("none.pth"), Missing::Refuse));
    assert!(why.contains("none.pth: there is no such file"), "{why}");
    let why = refusal(load_pretrained(&mut tiny(3), &file("resnet18_names.json"), Missing::Refuse));
    assert!(why.contains(".safetensors, .pth, .pt or .pth.tar file was expected"), "{why}");
}

#[test]
fn random_damage_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let mut refused = 0;
    for name in ["plain.pth", "legacy.pth", "module.safetensors"] {
        let bytes = std::fs::read(file(name)).unwrap();
        for round in 0..60 {
            let mut broken = bytes.clone();
            for u in uniform(&format!("{name} {round}"), 8) {
                let at = ((u + 1.0) / 2.0 * broken.len() as f32) as usize;
                broken[at] = broken[at].wrapping_add(1 + round);
            }
            let path = folder.path().join(name);
            std::fs::write(&path, &broken).unwrap();
            refused += usize::from(load_pretrained(&mut tiny(3), &path, Missing::Refuse).is_err());
        }
    }
    assert!(refused > 60, "{refused} of 180 refused; the rest changed values alone");
}
