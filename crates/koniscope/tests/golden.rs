//! Parity with PyTorch and torchvision: forward, at every level of the engine.
//!
//! Golden files are written by reference/golden_networks.py, in f64. Error of a tensor is
//! `max|a - b| / max|b|`; all must lie within 1e-4. Run with `--nocapture` to see them.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "golden/compare.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod compare;
#[path = "golden/formula.rs"]
mod formula;
#[path = "golden/tensors.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod tensors;

use koniscope::model::{resnet, unet};
use koniscope_engine::{Graph, Level, Network, Options, Precision};

use compare::{TOLERANCE, relative_error};
use formula::{data, parameter, uniform};
use tensors::{Shaped, read_tensors};

/// bf16 has 8 bits: each layer rounds by up to 2^-9 of a value, 34 of them by chance by some 2^-9 * 34^0.5 =
/// 0.011. Logits are means over all cells of a map, so less; a single cell of a map has that much, and
/// the largest of all cells more.
const BF16: [f64; 2] = [1e-2, 2e-2];

/// Every output of a network at every level that there is, against golden ones.
fn forward_agrees(graph: &Graph, shape: [usize; 4], input: &str, golden: &[&Shaped]) {
    let input = uniform(input, shape.iter().product());
    let all = Level::ALL.into_iter().flat_map(|l| [(l, Precision::F32), (l, Precision::Bf16)]);
    for (level, precision) in all {
        // That all are there on the machine that tests is told by the engine's tests/levels.rs.
        if !precision.is_there(level) {
            continue;
        }
        let options = Options { level, precision };
        let engine = Network::new(graph.clone(), &options).unwrap();
        let outputs = engine.run(&input, shape).unwrap();
        assert_eq!(outputs.len(), golden.len());
        for ((found, golden), bf16) in outputs.iter().zip(golden).zip(BF16) {
            assert_eq!(found.shape, golden.shape);
            let error = relative_error(&found.data, &golden.values);
            println!("{} {}: {error:.1e}", level.name(), precision.name());
            let tolerance = if precision == Precision::F32 { TOLERANCE } else { bf16 };
            assert!(error <= tolerance, "{level:?} {precision:?}: {error:.2e}");
        }
    }
}

#[test]
fn unet_forward() {
    let graph = unet::graph([4, 3], 3, &mut |name, shape| parameter(name, shape, false));
    let golden = read_tensors(&data("golden/unet.safetensors"));
    forward_agrees(&graph, [2, 1, 64, 48], "film", &[&golden["logits"]]);
}

#[test]
fn resnet_forward() {
    for layers in [18, 34] {
        let mut formula = |name: &str, shape: &[usize]| parameter(name, shape, false);
        let graph = resnet::graph([layers, 64], 4, &mut formula).unwrap();
        let golden = read_tensors(&data(&format!("golden/resnet{layers}.safetensors")));
        let golden = [&golden["logits"], &golden["class_maps"]];
        forward_agrees(&graph, [2, 3, 64, 96], "picture", &golden);
    }
}
