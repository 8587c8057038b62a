//! Gradients against finite differences of plain sums in f64.

mod common;

use common::{naive, resnet, unet, values};
use koniscope_engine::{
    Graph, Level, Op, Options, Precision,
    train::{Named, Trainer},
};

/// A loss whose gradient is known: a fixed weight on every output value.
fn loss(outputs: &[f64], weights: &[f32]) -> f64 {
    outputs.iter().zip(weights).map(|(o, w)| o * f64::from(*w)).sum()
}

fn gradients_agree(graph: &Graph, shape: [usize; 4]) {
    let input = values(shape.iter().product(), 9);
    let wide: Vec<f64> = input.iter().map(|v| f64::from(*v)).collect();
    let expected = naive(graph, &wide, shape, true).remove(0);
    let weights = values(expected.len(), 11);
    for level in Level::ALL.into_iter().filter(|l| Precision::F32.is_there(*l)) {
        let mut trainer = Trainer::new(
            graph,
            &["logits"],
            shape,
            &Options { level, ..Options::default() },
            &|_| false,
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
                        let mut moved = graph.clone();
                        let step = nudge(&mut moved.nodes_mut()[n].op, which, pick, by as f32);
                        (loss(&naive(&moved, &wide, shape, true)[0], &weights), step)
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
        assert!(checked > 30);
    }
}

/// Moves one value and says by how much, after rounding.
fn nudge(op: &mut Op, which: usize, pick: usize, by: f32) -> f64 {
    let mut parameters = op.parameters_mut();
    let value = &mut parameters[which].1.data[pick];
    let before = *value;
    *value += by;
    f64::from(*value) - f64::from(before)
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
