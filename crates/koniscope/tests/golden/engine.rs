//! The engine: forward at every level, and the gradients of one step, against PyTorch.

use burn::tensor::{Device, Int, Tensor, TensorData, activation::log_softmax};
use koniscope::model::{described::Described, resnet::ResNet, unet::UNet};
use koniscope_engine::{
    Level, Network, Options, Precision,
    train::{Named, Trainer},
};

use super::{
    compare::{TOLERANCE, assert_close, relative_error},
    formula::{data, fill, uniform},
    step::{sampled_error, unet_loss},
    tensors::{Shaped, read_tensors},
};

/// bf16 has 8 bits: after 34 layers, errors of some thousandths of the largest value.
const BF16: f64 = 1e-2;

/// Every output of a network at every level that there is, against golden ones.
fn forward_agrees(network: &dyn Described, shape: [usize; 4], input: &str, golden: &[&Shaped]) {
    let input = uniform(input, shape.iter().product());
    let all = Level::ALL.into_iter().flat_map(|l| [(l, Precision::F32), (l, Precision::Bf16)]);
    for (level, precision) in all {
        if !precision.is_there(level) {
            println!("skipped: this processor has no {} {}", level.name(), precision.name());
            continue;
        }
        let options = Options { level, precision };
        let engine = Network::new(network.graph(), &options).unwrap();
        let outputs = engine.run(&input, shape).unwrap();
        for (found, golden) in outputs.iter().zip(golden) {
            assert_eq!(found.shape, golden.shape);
            let error = relative_error(&found.data, &golden.values);
            println!("{} {}: {error:.1e}", level.name(), precision.name());
            let tolerance = if precision == Precision::F32 { TOLERANCE } else { BF16 };
            assert!(error <= tolerance, "{level:?} {precision:?}: {error:.2e}");
        }
    }
}

#[test]
fn engine_unet_forward() {
    let mut net = UNet::new(4, 3, 3, &Device::flex());
    fill(&mut net, false);
    let golden = read_tensors(&data("golden/unet.safetensors"));
    forward_agrees(&net, [2, 1, 64, 48], "film", &[&golden["logits"]]);
}

#[test]
fn engine_resnet_forward() {
    for layers in [18, 34] {
        let mut net = ResNet::new(layers, 4, &Device::flex()).unwrap();
        fill(&mut net, false);
        let golden = read_tensors(&data(&format!("golden/resnet{layers}.safetensors")));
        forward_agrees(&net, [2, 3, 64, 96], "picture", &[&golden["logits"]]);
    }
}

/// Gradients by name of one step, from burn's gradient of the loss.
fn gradients(
    network: &impl Described,
    input: &str,
    shape: [usize; 4],
    loss: impl Fn(Tensor<4>) -> Tensor<1>,
) -> (f32, Named, Trainer) {
    let graph = network.graph();
    let input = uniform(input, shape.iter().product());
    let mut trainer =
        Trainer::new(&graph, &["logits"], shape, &Options::default(), &|_| false).unwrap();
    let logits = trainer.forward(&graph, &input).remove(0);
    let [h, w] = [2, 3].map(|axis| logits.shape.get(axis).copied().unwrap_or(1));
    let values = TensorData::new(logits.data, [logits.shape[0], logits.shape[1], h, w]);
    let logits = Tensor::<4>::from_data(values, &Device::flex().autodiff()).require_grad();
    let loss = loss(logits.clone());
    let gradient = logits.grad(&loss.backward()).unwrap();
    let gradient: Vec<f32> = gradient.into_data().try_to_vec().unwrap();
    let named = trainer.backward(&graph, &[&gradient]);
    (loss.into_scalar(), named, trainer)
}

#[test]
fn engine_unet_gradients() {
    let device = Device::flex().autodiff();
    let mut net = UNet::new(4, 3, 3, &device);
    fill(&mut net, false);
    let shape = [2, 1, 64, 48];
    let target: Vec<i64> =
        uniform("target", 2 * 64 * 48).iter().map(|u| ((u + 1.0) * 1.5) as i64).collect();
    let target = Tensor::<4, Int>::from_data(TensorData::new(target, shape), &device);
    let counts: Vec<f32> =
        uniform("counts", 2 * 64 * 48).iter().map(|u| f32::from(u8::from(*u < 0.8))).collect();
    let counts = Tensor::<4>::from_data(TensorData::new(counts, shape), &device);
    let (loss, named, trainer) =
        gradients(&net, "film", shape, |logits| unet_loss(logits, target.clone(), counts.clone()));
    let golden = read_tensors(&data("golden/unet_step.safetensors"));
    assert!((loss / golden["losses"].values[0] - 1.0).abs() < 1e-5);
    let wanted = golden.keys().filter(|name| name.starts_with("grad."));
    assert_eq!(wanted.count(), named.len());
    for (name, values) in &named {
        assert_close(name, values, &golden[&format!("grad.{name}")]);
    }
    // PyTorch's running statistics, its unbiased variance included.
    for batch in trainer.statistics() {
        for (kind, values) in [("running_mean", &batch.mean), ("running_var", &batch.variance)] {
            let name = format!("{}.{kind}", batch.name);
            let (start, slope) = if kind == "running_var" { (1.0, 0.5) } else { (0.0, 0.125) };
            let before = uniform(&name, values.len()).into_iter().map(|u| start + slope * u);
            let moved: Vec<f32> =
                values.iter().zip(before).map(|(b, r)| 0.9 * r + 0.1 * b).collect();
            assert_close(&name, &moved, &golden[&format!("after.{name}")]);
        }
    }
}

#[test]
fn engine_resnet34_gradients() {
    let device = Device::flex().autodiff();
    let mut net = ResNet::new(34, 4, &device).unwrap();
    fill(&mut net, true);
    let target = Tensor::<1, Int>::from_data([2, 0, 3, 1], &device);
    let weights = Tensor::<1>::from_data([0.5f32, 2.0, 1.0, 1.0], &device); // of those classes
    let (loss, named, _) = gradients(&net, "picture", [4, 3, 64, 96], |logits| {
        let log_p = log_softmax(logits.reshape([4, 4]), 1);
        let picked = log_p.gather(1, target.clone().unsqueeze_dim(1)).squeeze_dim::<1>(1);
        (picked * weights.clone()).sum().neg() / weights.clone().sum()
    });
    let golden = read_tensors(&data("golden/resnet34_step.safetensors"));
    assert!((loss / golden["losses"].values[0] - 1.0).abs() < 1e-4);
    let wanted = golden.keys().filter(|name| name.starts_with("grad."));
    assert_eq!(wanted.count(), named.len());
    for (name, values) in &named {
        let error = sampled_error(values, &golden[&format!("grad.{name}")].values);
        assert!(error <= TOLERANCE, "gradient of {name}: {error:.2e}");
    }
}
