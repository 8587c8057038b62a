//! A small network of every kind of layer, read and learnt by plain code: Miri can run it.

use super::values;
use crate::{Graph, Level, Network, Op, Options, Precision, Tensor, train::Trainer};

fn tensor(shape: &[usize], seed: u64) -> Tensor {
    Tensor::new(shape, values(shape.iter().product(), seed))
}

#[test]
fn a_small_network_reads_as_it_learns() {
    let (mut graph, x) = Graph::new(3);
    let conv = |shape: [usize; 4], padding, seed| Op::Conv {
        weight: tensor(&shape, seed),
        bias: Some(tensor(&shape[..1], seed + 1)),
        stride: 1,
        padding,
    };
    let norm = Op::BatchNorm {
        weight: tensor(&[17], 3),
        bias: tensor(&[17], 4),
        running_mean: tensor(&[17], 5),
        running_var: Tensor::new([17], vec![0.5; 17]),
        epsilon: 1e-5,
    };
    let a = graph.push("a", conv([17, 3, 3, 3], 1, 1), &[x]);
    let a = graph.push("a.norm", norm, &[a]);
    let a = graph.push("a.relu", Op::Relu, &[a]);
    let down = graph.push("pool", Op::MaxPool { kernel: 2, stride: 2, padding: 0 }, &[a]);
    let up = Op::Upsample { weight: tensor(&[17, 2, 2, 2], 6), bias: None };
    let up = graph.push("up", up, &[down]);
    let both = graph.push("both", Op::Concat, &[a, up]);
    let b = graph.push("b", conv([17, 19, 1, 1], 0, 8), &[both]);
    let c = graph.push("c", conv([17, 17, 3, 3], 1, 10), &[b]);
    let sum = graph.push("sum", Op::Add, &[c, b]);
    let sum = graph.push("sum.relu", Op::Relu, &[sum]);
    let mean = graph.push("mean", Op::GlobalAveragePool, &[sum]);
    let linear = Op::Linear { weight: tensor(&[2, 17], 12), bias: tensor(&[2], 13) };
    let logits = graph.push("logits", linear, &[mean]);
    graph.output("logits", logits);

    let (shape, input) = ([1, 3, 4, 6], values(72, 14));
    let options = Options { level: Level::Portable, precision: Precision::F32 };
    let mut trainer =
        Trainer::new(&graph, &["logits"], shape, &options, &|_| true).expect("it compiles");
    let learnt = trainer.forward(&graph, &input);
    let gradients = trainer.backward(&graph, &[&[1.0, -1.0]]);
    assert!(gradients["a.weight"].iter().any(|v| *v != 0.0));
    assert_eq!(gradients.len(), 11, "one for every weight and bias");
    let network = Network::new(graph, &options).expect("it compiles");
    let read = network.run(&input, shape).expect("it runs");
    for (a, b) in read[0].data.iter().zip(&learnt[0].data) {
        assert!((a - b).abs() < 1e-4 * b.abs().max(1.0), "{read:?} and {learnt:?}");
    }
}
