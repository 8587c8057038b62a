//! Weights by name and with their manifest, the errors of those that do not fit, and networks as ONNX.
//!
//! tests/data/weights is written by torch: reference/tiny_weights.py.
#![allow(clippy::unwrap_used)]

#[path = "golden/formula.rs"]
mod formula;
#[path = "weights/manifest.rs"]
mod manifest;
#[path = "weights/onnx.rs"]
mod onnx;
#[path = "golden/tensors.rs"]
mod tensors;

use koniscope::{
    model::{resnet, unet},
    weights::{Parameters, to_safetensors},
};
use koniscope_engine::{Graph, Tensor};

use formula::{data, parameter};
use tensors::{header, read_tensors, write_tensors};

/// The network as reference/tiny_weights.py fills it.
fn filled() -> Graph {
    unet::graph([2, 1], 3, &mut |name, shape| parameter(name, shape, false))
}

/// The same network with the parameters of a file.
fn read(bytes: &[u8]) -> Result<Graph, String> {
    let mut parameters = Parameters::parse(bytes).map_err(|e| e.to_string())?;
    let graph = unet::graph([2, 1], 3, &mut |name, shape| parameters.take(name, shape));
    parameters.finish().map_err(|e| e.to_string())?;
    Ok(graph)
}

#[test]
fn a_file_by_torch_is_the_network() {
    assert!(read(&data("weights/module.safetensors")).unwrap() == filled());
    let half = read(&data("weights/half.safetensors")).unwrap();
    for (half, whole) in half.nodes().iter().zip(filled().nodes()) {
        for ((name, half), (_, whole)) in half.op.parameters().iter().zip(whole.op.parameters()) {
            let near = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-3 * b.abs().max(1e-3);
            assert!(half.data.iter().zip(&whole.data).all(near), "{name}");
        }
    }
}

#[test]
fn what_was_written_is_read_again() {
    let whole = to_safetensors(&filled(), false).unwrap();
    assert!(read(&whole).unwrap() == filled());
    let once = read(&to_safetensors(&filled(), true).unwrap()).unwrap();
    assert!(once != filled(), "16 bits hold less");
    assert!(read(&to_safetensors(&once, true).unwrap()).unwrap() == once);
}

#[test]
fn written_names_are_torchvisions() {
    // Of torchvision 0.29.2: resnet18().state_dict(), shapes [out, in, ...].
    let expected: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&data("weights/resnet18_names.json")).unwrap();
    let graph = resnet::graph([18, 64], 1000, &mut |_, shape| Tensor::zeros(shape)).unwrap();
    for half in [false, true] {
        let bytes = to_safetensors(&graph, half).unwrap();
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
fn what_does_not_fit_is_named() {
    let all = to_safetensors(&filled(), false).unwrap();
    type Change = fn(&mut std::collections::BTreeMap<String, tensors::Shaped>);
    let cases: [(Change, &str); 8] = [
        (|t| drop(t.remove("up.0.bias")), "up.0.bias is missing"),
        (
            |t| t.get_mut("head.weight").unwrap().shape = vec![2, 3, 1, 1],
            "head.weight has shape [2, 3, 1, 1], expected [3, 2, 1, 1]",
        ),
        (
            |t| drop(t.insert("encoder.2.conv1.weight".into(), t["head.bias"].clone())),
            "encoder.2.conv1.weight has no place in it",
        ),
        (
            |t| drop(t.insert("module.head.bias".into(), t["head.bias"].clone())),
            "head.bias is there twice",
        ),
        (|t| t.get_mut("up.0.weight").unwrap().values[3] = f32::NAN, "up.0.weight holds NaN"),
        (|t| t.get_mut("head.bias").unwrap().values[0] = f32::INFINITY, "head.bias holds inf"),
        (
            |t| t.get_mut("encoder.0.bn1.running_mean").unwrap().values[1] = f32::NEG_INFINITY,
            "encoder.0.bn1.running_mean holds -inf",
        ),
        (
            |t| t.get_mut("decoder.0.bn2.running_var").unwrap().values[0] = -1.0,
            "decoder.0.bn2.running_var holds -1, expected variances of at least 0",
        ),
    ];
    for (change, told) in cases {
        let mut tensors = read_tensors(&all);
        change(&mut tensors);
        let why = read(&write_tensors(&tensors)).unwrap_err();
        assert!(why.contains("does not fit the network") && why.contains(told), "{told}: {why}");
        assert!(!why.contains("; "), "one fault: {why}");
    }
    // What is no part of the network is not asked for.
    let mut tensors = read_tensors(&all);
    tensors.insert("loss.weight".into(), tensors["head.bias"].clone());
    assert!(read(&write_tensors(&tensors)).is_ok());
}

#[test]
fn damaged_and_foreign_files_are_errors() {
    let all = to_safetensors(&filled(), true).unwrap();
    for kept in [0, 1, 9, all.len() / 3, all.len() - 1] {
        assert!(read(&all[..kept]).is_err(), "{kept} bytes");
    }
    let why = read(b"\x89PNG\r\n\x1a\n not weights, but long enough").unwrap_err();
    assert!(why.contains("no safetensors file"), "{why}");
}

#[test]
fn a_value_that_cannot_be_written_is_refused() {
    for (value, half, told) in
        [(f32::NAN, false, "holds NaN"), (70000.0, true, "holds 70000; f16 ends at 65504")]
    {
        let graph = unet::graph([2, 1], 3, &mut |name, shape| {
            let mut tensor = parameter(name, shape, false);
            if name == "up.0.bias" {
                tensor.data[0] = value;
            }
            tensor
        });
        let why = to_safetensors(&graph, half).unwrap_err().to_string();
        assert!(why.contains("up.0.bias") && why.contains(told), "{why}");
    }
}
