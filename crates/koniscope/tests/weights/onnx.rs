//! A graph of all operations as ONNX, byte for byte as the `onnx` package writes it:
//! reference/onnx_golden.py, which also runs the file.

use koniscope::{export::to_onnx, manifest::Manifest};
use koniscope_engine::{Graph, Op, Tensor};

use crate::formula::{data, uniform};

const MANIFEST: &str = r#"
id = "every-operation"
file = "none.safetensors"
sha256 = "00"
notice = "A test."
target = "nothing"
classes = ["no", "yes"]
network = { kind = "resnet", layers = 18 }
input = { width = 24, height = 16, channels = 3, mean = 0.5, std = 0.25 }
calibration = { temperature = 1.5, films = 9 }

[training]
recipe = "none.toml"
init = "random"

[[training.data]]
name = "First"
films = 3
patients = 2
licence = "CC BY 4.0"

[[training.data]]
name = "Second"
films = 1
patients = 1
licence = "public domain"
"#;

fn tensor<const D: usize>(name: &str, shape: [usize; D]) -> Tensor {
    Tensor::new(shape, uniform(name, shape.iter().product()))
}

fn every_operation() -> Graph {
    let (mut g, x) = Graph::new(3);
    let conv =
        |name: &str, shape: [usize; 4], bias: bool, stride: usize, padding: usize| Op::Conv {
            weight: tensor(&format!("{name}.weight"), shape),
            bias: bias.then(|| tensor(&format!("{name}.bias"), [shape[0]])),
            stride,
            padding,
        };
    let a = g.push("a", conv("a", [4, 3, 3, 3], false, 2, 1), &[x]);
    let variance = tensor("bn.running_var", [4]);
    let norm = Op::BatchNorm {
        weight: tensor("bn.weight", [4]),
        bias: tensor("bn.bias", [4]),
        running_mean: tensor("bn.running_mean", [4]),
        running_var: Tensor::new([4], variance.data.iter().map(|v| 1.0 + 0.5 * v).collect()),
        epsilon: 1e-5,
    };
    let bn = g.push("bn", norm, &[a]);
    let relu = g.push("relu", Op::Relu, &[bn]);
    let pool = g.push("pool", Op::MaxPool { kernel: 3, stride: 2, padding: 1 }, &[relu]);
    let b = g.push("b", conv("b", [4, 4, 3, 3], true, 1, 1), &[pool]);
    let add = g.push("add", Op::Add, &[b, pool]);
    let up = Op::Upsample {
        weight: tensor("up.weight", [4, 2, 2, 2]),
        bias: Some(tensor("up.bias", [2])),
    };
    let up = g.push("up", up, &[add]);
    let concat = g.push("concat", Op::Concat, &[relu, up]);
    let mean = g.push("mean", Op::GlobalAveragePool, &[concat]);
    let fc = Op::Linear { weight: tensor("fc.weight", [2, 6]), bias: tensor("fc.bias", [2]) };
    let logits = g.push("fc", fc, &[mean]);
    let maps = g.push("maps", conv("maps", [2, 6, 1, 1], true, 1, 0), &[concat]);
    g.output("logits", logits);
    g.output("class_maps", maps);
    g.shapes([1, 3, 16, 24]).unwrap();
    g
}

#[test]
fn the_file_is_what_the_onnx_package_writes() {
    let manifest: Manifest = toml::from_str(MANIFEST).unwrap();
    let written = to_onnx(&every_operation(), &manifest);
    // Of the version alone the golden file does not know.
    let version = |text: &str| [&[0x1a, text.len() as u8], text.as_bytes()].concat();
    let (from, to) = (version("VERSION"), version(env!("CARGO_PKG_VERSION")));
    let golden = data("onnx/every_operation.onnx");
    let at = golden.windows(from.len()).position(|bytes| bytes == from).unwrap();
    let expected = [&golden[..at], &to, &golden[at + from.len()..]].concat();
    let differs = written.iter().zip(&expected).position(|(a, b)| a != b);
    assert_eq!((differs, written.len()), (None, expected.len()));
}
