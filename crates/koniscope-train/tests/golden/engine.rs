//! The engine: the gradients of one step, against PyTorch.

use burn::tensor::{Device, Int, Tensor, TensorData, activation::log_softmax};
use koniscope_engine::{
    Options,
    train::{Named, Trainer},
};
use koniscope_train::network::{described::Described, resnet::ResNet, unet::UNet};

use super::{
    compare::{TOLERANCE, assert_close},
    fill::fill,
    formula::{data, uniform},
    step::{sampled_error, unet_loss},
    tensors::read_tensors,
};

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
