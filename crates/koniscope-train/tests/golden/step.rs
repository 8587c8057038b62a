//! Training steps: loss, every gradient, and parameters and running statistics after AdamW.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleMapper, Param},
    optim::{AdamWConfig, GradientsParams},
    tensor::{Device, IndexingUpdateOp, Int, Tensor, TensorData, activation::log_softmax},
};
use koniscope_train::network::{described::Described, resnet::ResNet, to_safetensors, unet::UNet};

use super::{
    compare::{TOLERANCE, assert_close, relative_error},
    fill::fill,
    formula::{data, uniform},
    input,
    tensors::{Shaped, read_tensors},
};

const LEARNING_RATE: f64 = 1e-3;
const WEIGHT_DECAY: f32 = 1.0; // large, so that its absence would show

/// A network whose parameters are the gradients, so that they get PyTorch's names and layout.
fn gradients_of<M: Module + Described>(
    network: &M,
    gradients: &GradientsParams,
) -> BTreeMap<String, Shaped> {
    struct Swap<'a>(&'a GradientsParams);
    impl ModuleMapper for Swap<'_> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            match self.0.get(param.id) {
                Some(gradient) => Param::initialized(param.id, gradient),
                None => param,
            }
        }
    }
    let swapped = network.valid().map(&mut Swap(gradients));
    let mut tensors = read_tensors(&to_safetensors(&swapped, false).unwrap());
    tensors.retain(|name, _| !name.contains("running_"));
    assert_eq!(tensors.len(), gradients.len(), "every parameter has a gradient");
    tensors
}

struct Trained {
    losses: Vec<f32>,
    gradients: BTreeMap<String, Shaped>,
    after: BTreeMap<String, Shaped>,
}

/// As reference/golden_networks.py: losses of all steps, the rest of the first.
fn train<M: Module + Described>(
    mut net: M,
    steps: usize,
    loss_of: impl Fn(&M) -> Tensor<1>,
) -> Trained {
    let mut optimizer =
        AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(WEIGHT_DECAY).init();
    let mut losses = Vec::new();
    let mut first = None;
    for _ in 0..steps {
        let loss = loss_of(&net);
        let gradients = GradientsParams::from_grads(loss.backward(), &net);
        losses.push(loss.into_scalar());
        let named = first.is_none().then(|| gradients_of(&net, &gradients));
        net = optimizer.step(LEARNING_RATE, net, gradients);
        if let Some(gradients) = named {
            first = Some((gradients, read_tensors(&to_safetensors(&net.valid(), false).unwrap())));
        }
    }
    let (gradients, after) = first.unwrap();
    Trained { losses, gradients, after }
}

/// 0.75 soft Dice of the classes but the background, over the batch, + 1.25 cross-entropy.
pub(super) fn unet_loss(logits: Tensor<4>, target: Tensor<4, Int>, counts: Tensor<4>) -> Tensor<1> {
    let log_p = log_softmax(logits, 1);
    let picked = log_p.clone().gather(1, target.clone());
    let cross_entropy = (picked * counts.clone()).sum().neg() / counts.clone().sum();
    let p = log_p.exp() * counts.clone();
    let truth = Tensor::zeros(p.dims(), &counts.device());
    let truth = truth.scatter(1, target, counts, IndexingUpdateOp::Add);
    let of_class = |t: &Tensor<4>, c: usize| t.clone().slice([0..2, c..c + 1]).sum();
    let dice = |c: usize| {
        let both = of_class(&(p.clone() * truth.clone()), c) * 2.0 + 1.0;
        both / (of_class(&p, c) + of_class(&truth, c) + 1.0)
    };
    let dice = (dice(1) + dice(2)) / 2.0;
    (dice.neg() + 1.0) * 0.75 + cross_entropy * 1.25
}

#[test]
fn unet_steps() {
    let device = Device::flex().autodiff();
    let mut net = UNet::new(4, 3, 3, &device);
    fill(&mut net, false);
    let shape = [2, 1, 64, 48];
    let film = input("film", shape, &device);
    let target: Vec<i64> =
        uniform("target", 2 * 64 * 48).iter().map(|u| ((u + 1.0) * 1.5) as i64).collect();
    let target = Tensor::<4, Int>::from_data(TensorData::new(target, shape), &device);
    let counts: Vec<f32> =
        uniform("counts", 2 * 64 * 48).iter().map(|u| f32::from(u8::from(*u < 0.8))).collect();
    let counts = Tensor::<4>::from_data(TensorData::new(counts, shape), &device);
    let trained =
        train(net, 5, |net| unet_loss(net.forward(film.clone()), target.clone(), counts.clone()));

    let golden = read_tensors(&data("golden/unet_step.safetensors"));
    assert_eq!(golden.len(), 1 + trained.gradients.len() + trained.after.len());
    let mut worst = Worst::default();
    worst.note("loss", assert_close("losses", &trained.losses, &golden["losses"]));
    for (name, ours) in &trained.gradients {
        let golden = &golden[&format!("grad.{name}")];
        assert_eq!(ours.shape, golden.shape);
        worst.note("gradient", assert_close(name, &ours.values, golden));
    }
    for (name, ours) in &trained.after {
        let golden = &golden[&format!("after.{name}")];
        assert_eq!(ours.shape, golden.shape);
        if name.contains("running_") {
            worst.statistic(name, ours, golden, 2 * 64 * 48 / scale_of(name));
        } else {
            worst.note("parameter", assert_close(name, &ours.values, golden));
        }
    }
    worst.print("unet, five steps");
}

/// Pixels a value of this layer stands for.
fn scale_of(name: &str) -> usize {
    let (part, level) = (name.split('.').next().unwrap(), name.split('.').nth(1).unwrap());
    let level: usize = level.parse().unwrap();
    let halvings = if part == "encoder" { level } else { 2 - level };
    4usize.pow(halvings as u32)
}

#[test]
fn resnet34_step() {
    let device = Device::flex().autodiff();
    let mut net = ResNet::new(34, 4, &device).unwrap();
    fill(&mut net, true);
    let picture = input("picture", [4, 3, 64, 96], &device);
    let target = Tensor::<1, Int>::from_data([2, 0, 3, 1], &device);
    let weights = Tensor::<1>::from_data([0.5f32, 2.0, 1.0, 1.0], &device); // of those classes
    let trained = train(net, 1, |net| {
        let log_p = log_softmax(net.forward(picture.clone()).logits, 1);
        let picked = log_p.gather(1, target.clone().unsqueeze_dim(1)).squeeze_dim::<1>(1);
        (picked * weights.clone()).sum().neg() / weights.clone().sum()
    });

    let golden = read_tensors(&data("golden/resnet34_step.safetensors"));
    assert_eq!(golden.len(), 1 + trained.gradients.len() + trained.after.len());
    let mut worst = Worst::default();
    worst.note("loss", assert_close("losses", &trained.losses, &golden["losses"]));
    for (name, ours) in &trained.gradients {
        let error = sampled_error(&ours.values, &golden[&format!("grad.{name}")].values);
        assert!(error <= TOLERANCE, "gradient of {name}: {error:.2e}");
        worst.note("gradient", error);
    }
    for (name, ours) in &trained.after {
        let golden = &golden[&format!("after.{name}")];
        if name.contains("running_") {
            let halvings = match name.split('.').next().unwrap() {
                "bn1" => 1,
                layer => 1 + layer.trim_start_matches("layer").parse::<u32>().unwrap(),
            };
            worst.statistic(name, ours, golden, 4 * 64 * 96 / 4usize.pow(halvings));
        } else {
            let error = sampled_error(&ours.values, &golden.values);
            assert!(error <= TOLERANCE, "{name} after the step: {error:.2e}");
            worst.note("parameter", error);
        }
    }
    worst.print("resnet34, one step");
}

/// A clone shares running statistics with its original, and follows it as it trains on: a network
/// kept as the best one must be kept as its `valid()`.
#[test]
fn a_kept_network_keeps_its_statistics() {
    let device = Device::flex().autodiff();
    let mut net = UNet::new(2, 1, 3, &device);
    fill(&mut net, false);
    let mean = |net: &UNet| {
        let mut tensors = read_tensors(&to_safetensors(&net.valid(), false).unwrap());
        tensors.remove("encoder.0.bn1.running_mean").unwrap().values
    };
    net.forward(input("film", [2, 1, 16, 16], &device));
    let (cloned, kept) = (net.clone(), net.valid().train());
    let then = mean(&net);
    assert_eq!(mean(&kept), then);
    net.forward(input("another film", [2, 1, 16, 16], &device));
    assert_ne!(mean(&net), then);
    assert_eq!(mean(&kept), then);
    assert_eq!(mean(&cloned), mean(&net), "burn no longer shares: a clone is enough now");
}

/// Evenly spaced values, then the largest magnitude and the L2 norm of the whole tensor, which
/// is how the golden file keeps 21 million values small.
pub(super) fn sampled_error(ours: &[f32], golden: &[f32]) -> f64 {
    let (samples, whole) = golden.split_at(golden.len() - 2);
    let (largest, norm) = (f64::from(whole[0]), f64::from(whole[1]));
    let off = |i: usize, g: f32| {
        (f64::from(ours[i * ours.len() / samples.len()]) - f64::from(g)).abs() / largest
    };
    let samples = samples.iter().enumerate().map(|(i, g)| off(i, *g)).fold(0.0, f64::max);
    let our_largest = ours.iter().fold(0.0f64, |m, v| m.max(f64::from(*v).abs()));
    let our_norm = ours.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    samples.max((our_largest / largest - 1.0).abs()).max((our_norm / norm - 1.0).abs())
}

/// The largest error of each kind.
#[derive(Default)]
struct Worst(BTreeMap<&'static str, f64>);

impl Worst {
    fn note(&mut self, kind: &'static str, error: f64) {
        let worst = self.0.entry(kind).or_default();
        *worst = worst.max(error);
    }

    /// Running mean and variance over `n` values a channel. burn feeds the biased variance of a
    /// batch to the running one, PyTorch the unbiased: a known difference of a factor
    /// (n - 1) / n in a tenth of the value, taken out here, printed as it is.
    fn statistic(&mut self, name: &str, ours: &Shaped, golden: &Shaped, n: usize) {
        if name.ends_with("running_mean") {
            return self.note("running mean", assert_close(name, &ours.values, golden));
        }
        let before = uniform(name, ours.values.len()).into_iter().map(|u| 1.0 + 0.5 * u);
        let biased = golden.values.iter().zip(before).map(|(g, before)| {
            let kept = 0.9 * before;
            kept + (g - kept) * (n - 1) as f32 / n as f32
        });
        let biased = Shaped { shape: ours.shape.clone(), values: biased.collect() };
        self.note("running variance", assert_close(name, &ours.values, &biased));
        self.note("(unbiased)", relative_error(&ours.values, &golden.values));
    }

    fn print(&self, of: &str) {
        let errors: Vec<String> =
            self.0.iter().map(|(kind, e)| format!("{kind} {e:.1e}")).collect();
        println!("{of}: {}", errors.join(", "));
    }
}
