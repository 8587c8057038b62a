//! Parity of the networks in burn with PyTorch and torchvision: forward, training steps, and the
//! gradients of the engine.
//!
//! Golden files are written by reference/golden_networks.py, in f64. Error of a tensor is
//! `max|a - b| / max|b|`; all must lie within 1e-4. Run with `--nocapture` to see them.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../../koniscope/tests/golden/compare.rs"]
mod compare;
#[path = "golden/engine.rs"]
mod engine;
#[path = "golden/fill.rs"]
mod fill;
#[path = "../../koniscope/tests/golden/formula.rs"]
mod formula;
#[path = "golden/step.rs"]
mod step;
#[path = "../../koniscope/tests/golden/tensors.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod tensors;

use burn::tensor::{Device, Tensor, TensorData};
use koniscope_train::network::{resnet::ResNet, unet::UNet};

use compare::assert_close;
use fill::fill;
use formula::{data, uniform};
use tensors::read_tensors;

fn input(name: &str, shape: [usize; 4], device: &Device) -> Tensor<4> {
    let values = uniform(name, shape.iter().product());
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

#[test]
fn unet_forward() {
    let device = Device::flex();
    let mut net = UNet::new(4, 3, 3, &device);
    fill(&mut net, false);
    let logits = net.forward(input("film", [2, 1, 64, 48], &device));
    let golden = &read_tensors(&data("golden/unet.safetensors"))["logits"];
    assert_eq!(golden.shape, logits.dims());
    println!("unet: logits {:.1e}", assert_close("logits", &floats(logits), golden));
}

#[test]
fn resnet_forward() {
    let device = Device::flex();
    for layers in [18, 34] {
        let mut net = ResNet::new(layers, 4, &device).unwrap();
        fill(&mut net, false);
        let out = net.forward(input("picture", [2, 3, 64, 96], &device));
        let golden = read_tensors(&data(&format!("golden/resnet{layers}.safetensors")));
        assert_eq!(golden["features"].shape, out.features.dims());
        assert_eq!(golden["logits"].shape, out.logits.dims());
        let features = assert_close("features", &floats(out.features), &golden["features"]);
        let logits = assert_close("logits", &floats(out.logits), &golden["logits"]);
        println!("resnet{layers}: features {features:.1e}, logits {logits:.1e}");
    }
}
