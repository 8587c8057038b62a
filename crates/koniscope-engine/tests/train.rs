//! Gradients against finite differences of plain sums in f64.
#![allow(clippy::unwrap_used)]

mod common;

use common::{naive, resnet, unet, values};
use koniscope_engine::{
    Graph, Level, Op, Options, Precision, Tensor,
    train::{Named, Trainer},
};

/// A loss whose gradient is known: a fixed weight on every output value.
fn loss(outputs: &[f64], weights: &[f32]) -> f64 {
    outputs.iter().zip(weights).map(|(o, w)| o * f64::from(*w)).sum()
}

fn gradients_agree(graph: &Graph, shape: [usize; 4]) {
    those_agree(graph, shape, false);
}

/// With `frozen`, normalizations keep their running statistics.
fn those_agree(graph: &Graph, shape: [usize; 4], frozen: bool) {
    let input = values(shape.iter().product(), 9);
    let wide: Vec<f64> = input.iter().map(|v| f64::from(*v)).collect();
    let expected = naive(graph, &wide, shape, !frozen).remove(0);
    let weights = values(expected.len(), 11);
    for level in Level::ALL.into_iter().filter(|l| Precision::F32.is_there(*l)) {
        let mut trainer = Trainer::new(
            graph,
            &["logits"],
            shape,
            &Options { level, ..Options::default() },
            &|_| frozen,
        )
        .expect("it compiles");
        let mut gradients = Named::new();
        // Twice: a step must not depend on the one before.
        for _ in 0..2 {
            let outputs = trainer.forward(graph, &input);
            let scale = expected.iter().fold(0.0f64, |m, v| m.max(v.abs()));
            for (f, e) in outputs[0].data.iter().zip(&expected) {
                assert!((f64::from(*f) - e).abs() < 1e-4 * scale, "{level:?}: {f}, expected {e}");
            }
            gradients = trainer.backward(graph, &[&weights]);
        }
        let mut checked = 0;
        for (n, node) in graph.nodes().iter().enumerate() {
            let trained =
                node.op.parameters().into_iter().filter(|(name, _)| !name.starts_with('r'));
            for (which, (name, tensor)) in trained.enumerate() {
                let full = format!("{}.{name}", node.name);
                let Some(found) = gradients.get(&full) else {
                    assert_eq!(node.name, "maps", "{full} has a gradient");
                    continue;
                };
                assert_eq!(found.len(), tensor.data.len(), "{full}");
                let norm = (found.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>()
                    / found.len() as f64)
                    .sqrt();
                for pick in [0, tensor.data.len() / 2, tensor.data.len() - 1] {
                    let difference = |by: f64| {
                        let (moved, step) = nudged(graph, n, which, pick, by as f32);
                        (loss(&naive(&moved, &wide, shape, !frozen)[0], &weights), step)
                    };
                    let ((up, a), (down, b)) = (difference(1e-4), difference(-1e-4));
                    let slope = (up - down) / (a - b);
                    let off = (slope - f64::from(found[pick])).abs();
                    assert!(
                        off < 0.02 * slope.abs().max(norm).max(1e-3),
                        "{level:?} {full}[{pick}]: {}, expected {slope}",
                        found[pick]
                    );
                    checked += 1;
                }
            }
        }
        let nodes = graph.nodes().iter().filter(|node| node.name != "maps");
        let trained = nodes.flat_map(|node| node.op.parameters()).filter(|p| !p.0.starts_with('r'));
        assert_eq!(checked, 3 * trained.count(), "three values of every parameter");
    }
}

/// The graph with one value of node `n` moved, and by how much after rounding.
fn nudged(graph: &Graph, n: usize, which: usize, pick: usize, by: f32) -> (Graph, f64) {
    let mut moved = Graph::default();
    let mut step = 0.0;
    for (i, node) in graph.nodes().iter().enumerate() {
        let mut op = node.op.clone();
        if i == n {
            let value = &mut op.parameters_mut()[which].1.data[pick];
            let before = *value;
            *value += by;
            step = f64::from(*value) - f64::from(before);
        }
        moved.push(&node.name, op, &node.inputs);
    }
    for (name, id) in graph.outputs() {
        moved.output(name, *id);
    }
    (moved, step)
}

#[test]
fn a_unets_gradients_are_its_differences() {
    gradients_agree(&unet(4, 1), [2, 1, 8, 12]);
    gradients_agree(&unet(17, 2), [2, 1, 8, 8]);
}

#[test]
fn a_resnets_gradients_are_its_differences() {
    gradients_agree(&resnet(8, 1), [2, 3, 20, 16]);
    gradients_agree(&resnet(20, 2), [3, 3, 18, 22]);
}

/// A window of 3 x 3 without padding: its gradient reaches beyond the output's own border.
#[test]
fn gradients_without_padding_are_differences() {
    let (mut b, x) = common::Builder::new(3, 7);
    let a = b.conv("a", x, [20, 3, 3, 1], true);
    let a = b.relu(a);
    let weight = Tensor::new([4, 20, 3, 3], values(4 * 20 * 9, 3));
    let narrow = Op::Conv { weight, bias: None, stride: 1, padding: 0 };
    let y = b.graph.push("narrow", narrow, &[a]);
    b.graph.output("logits", y);
    gradients_agree(&b.graph, [2, 3, 9, 7]);
}

/// Where statistics are frozen, a bias before the normalization is not lost in it.
#[test]
fn gradients_through_frozen_normalizations_are_differences() {
    let (mut b, x) = common::Builder::new(3, 7);
    let a = b.conv("a", x, [20, 3, 3, 1], true);
    let a = b.norm("a.norm", a, 20);
    let a = b.relu(a);
    let y = b.conv("y", a, [4, 20, 3, 1], false);
    b.graph.output("logits", y);
    those_agree(&b.graph, [2, 3, 9, 7], true);
}

#[test]
fn frozen_normalizations_take_running_statistics() {
    let (graph, shape) = (resnet(8, 3), [2, 3, 16, 16]);
    let input = values(shape.iter().product(), 9);
    let wide: Vec<f64> = input.iter().map(|v| f64::from(*v)).collect();
    let mut trainer =
        Trainer::new(&graph, &["logits"], shape, &Options::default(), &|_| true).expect("compiles");
    let outputs = trainer.forward(&graph, &input);
    for (f, e) in outputs[0].data.iter().zip(&naive(&graph, &wide, shape, false)[0]) {
        assert!((f64::from(*f) - e).abs() < 1e-4, "{f}, expected {e}");
    }
    assert!(trainer.statistics().is_empty());
}

/// In bf16 whole numbers up to 256 are kept as they are, so that all gradients of a network without
/// normalization are those of f32, to the bit.
fn exact_where_bf16_is(level: Level) {
    let few = |n: usize, seed: u64| -> Vec<f32> {
        values(n, seed).iter().map(|v| if v.abs() > 0.4 { v.signum() } else { 0.0 }).collect()
    };
    let weight =
        |shape: [usize; 4], seed| Tensor::new(shape.to_vec(), few(shape.iter().product(), seed));
    let (mut graph, x) = Graph::new(3);
    let conv = |shape, stride, padding, seed| Op::Conv {
        weight: weight(shape, seed),
        bias: None,
        stride,
        padding,
    };
    let x = graph.push("stem", conv([20, 3, 3, 3], 1, 1, 1), &[x]);
    let x = graph.push("relu", Op::Relu, &[x]);
    let down = graph.push("down", conv([37, 20, 1, 1], 2, 0, 2), &[x]);
    let up = Op::Upsample { weight: weight([37, 18, 2, 2], 3), bias: None };
    let up = graph.push("up", up, &[down]);
    let both = graph.push("both", Op::Concat, &[up, x]);
    let head = graph.push("head", conv([2, 38, 1, 1], 1, 0, 4), &[both]);
    graph.output("logits", head);
    let shape = [2, 3, 10, 14];
    let input = few(shape.iter().product(), 5);
    let gradients = |options: Options| {
        let mut trainer = Trainer::new(&graph, &["logits"], shape, &options, &|_| false).unwrap();
        let logits = trainer.forward(&graph, &input).remove(0).data;
        trainer.backward(&graph, &[&few(logits.len(), 6)])
    };
    let expected = gradients(Options::default());
    assert!(expected["stem.weight"].iter().filter(|v| **v != 0.0).count() > 100);
    let found = gradients(Options { level, precision: Precision::Bf16 });
    for (name, gradient) in &expected {
        assert_eq!(&found[name], gradient, "{level:?} {name}");
    }
}

/// Elsewhere they are near: a step of the same length in nearly the same direction.
fn near_those_of_f32(level: Level) {
    let graph = resnet(20, 2);
    let shape = [8, 3, 66, 70];
    let input = values(shape.iter().product(), 9);
    let gradients = |options: Options| {
        let mut trainer = Trainer::new(&graph, &["logits"], shape, &options, &|_| false).unwrap();
        let logits = trainer.forward(&graph, &input).remove(0).data;
        trainer.backward(&graph, &[&values(logits.len(), 11)])
    };
    let expected = gradients(Options::default());
    let found = gradients(Options { level, precision: Precision::Bf16 });
    let mut products = [0.0; 3];
    for (name, gradient) in &expected {
        for (a, b) in gradient.iter().zip(&found[name]) {
            let (a, b) = (f64::from(*a), f64::from(*b));
            products.iter_mut().zip([a * a, b * b, a * b]).for_each(|(to, v)| *to += v);
        }
    }
    let [aa, bb, ab] = products;
    let cosine = ab / (aa * bb).sqrt();
    assert!(cosine > 0.99 && (bb / aa - 1.0).abs() < 0.05, "{level:?} {cosine} {}", bb / aa);
}

#[test]
#[ignore = "needs bf16"]
fn gradients_in_bf16_are_those_of_f32() {
    exact_where_bf16_is(Level::Avx512);
    near_those_of_f32(Level::Avx512);
}

#[test]
#[ignore = "needs AMX"]
fn gradients_on_amx_are_those_of_f32() {
    exact_where_bf16_is(Level::Amx);
    near_those_of_f32(Level::Amx);
}
