//! Shapes of all values of a graph.

use super::{Graph, Node, Op, check, tensor::count};
use crate::Error;

impl Graph {
    /// Shape of every node's value for an input `[n, c, h, w]`.
    ///
    /// # Errors
    /// [`Error::Graph`] with the node at which shapes do not fit, where an axis is empty, or where
    /// a value is larger than any memory.
    pub fn shapes(&self, input: [usize; 4]) -> Result<Vec<Vec<usize>>, Error> {
        let mut shapes: Vec<Vec<usize>> = Vec::with_capacity(self.nodes().len());
        for node in self.nodes() {
            check::node(node)?;
            let inputs: Vec<&[usize]> =
                node.inputs.iter().map(|id| shapes[id.0].as_slice()).collect();
            let shape = shape(node, &inputs, input)?;
            match count(&shape) {
                Some(0) => {
                    return Err(fault(node, format!("{shape:?} is empty; give 1 or more of each")));
                }
                Some(_) => shapes.push(shape),
                None => return Err(fault(node, format!("{shape:?} fits into no memory"))),
            }
        }
        Ok(shapes)
    }
}

/// Shape of a node's value. [`check::node`] has found its inputs and parameters in order.
fn shape(node: &Node, inputs: &[&[usize]], input: [usize; 4]) -> Result<Vec<usize>, Error> {
    Ok(match &node.op {
        Op::Input { channels } if input[1] == *channels => input.to_vec(),
        Op::Input { channels } => {
            return Err(fault(node, format!("{channels} channels expected, {} given", input[1])));
        }
        Op::Relu => inputs[0].to_vec(),
        Op::GlobalAveragePool => maps(node, inputs[0])?[..2].to_vec(),
        Op::Add if inputs[0] == inputs[1] => inputs[0].to_vec(),
        Op::Add => {
            let [a, b] = [inputs[0], inputs[1]];
            return Err(fault(node, format!("{a:?} + {b:?}: both must have one shape")));
        }
        Op::Linear { weight, .. } => match *inputs[0] {
            [n, c] if c == weight.shape[1] => vec![n, weight.shape[0]],
            _ => return Err(misfit(node, &weight.shape, inputs[0])),
        },
        Op::BatchNorm { weight, .. } => match maps(node, inputs[0])? {
            shape if weight.shape == [shape[1]] => shape.to_vec(),
            shape => return Err(misfit(node, &weight.shape, &shape)),
        },
        Op::Upsample { weight, .. } => match maps(node, inputs[0])? {
            [n, c, h, w] if c == weight.shape[0] => {
                vec![n, weight.shape[1], h.saturating_mul(2), w.saturating_mul(2)]
            }
            shape => return Err(misfit(node, &weight.shape, &shape)),
        },
        Op::Concat => {
            let [n, _, h, w] = maps(node, inputs[0])?;
            let mut channels = 0usize;
            for input in inputs {
                let other = maps(node, input)?;
                if [other[0], other[2], other[3]] != [n, h, w] {
                    let detail = "its inputs differ in images, rows or columns";
                    return Err(fault(node, format!("{detail}: {inputs:?}")));
                }
                channels = channels.saturating_add(other[1]);
            }
            vec![n, channels, h, w]
        }
        Op::Conv { weight, stride, padding, .. } => {
            let shape @ [n, c, ..] = maps(node, inputs[0])?;
            let [out, from, kh, kw] = [0, 1, 2, 3].map(|axis| weight.shape[axis]);
            if c != from {
                return Err(misfit(node, &weight.shape, &shape));
            }
            let [h, w] = windows(node, shape, [kh, kw], *stride, *padding)?;
            vec![n, out, h, w]
        }
        Op::MaxPool { kernel, stride, padding } => {
            let shape @ [n, c, ..] = maps(node, inputs[0])?;
            let [h, w] = windows(node, shape, [*kernel; 2], *stride, *padding)?;
            vec![n, c, h, w]
        }
    })
}

/// Rows and columns of windows on padded maps.
fn windows(
    node: &Node,
    shape @ [.., h, w]: [usize; 4],
    [kh, kw]: [usize; 2],
    stride: usize,
    padding: usize,
) -> Result<[usize; 2], Error> {
    let size = |side: usize, kernel: usize| {
        let padded = side.checked_add(padding.checked_mul(2)?)?;
        Some(padded.checked_sub(kernel)? / stride + 1)
    };
    match (size(h, kh), size(w, kw)) {
        (Some(h), Some(w)) => Ok([h, w]),
        _ => Err(fault(node, format!("a window of {kh} x {kw} does not fit on {shape:?}"))),
    }
}

fn maps(node: &Node, shape: &[usize]) -> Result<[usize; 4], Error> {
    shape.try_into().map_err(|_| fault(node, format!("[n, c, h, w] expected, {shape:?} given")))
}

fn misfit(node: &Node, weight: &[usize], shape: &[usize]) -> Error {
    fault(node, format!("a weight of {weight:?} does not fit {shape:?}"))
}

fn fault(node: &Node, detail: String) -> Error {
    Error::Graph { node: node.name.clone(), detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NodeId, Tensor};

    #[test]
    fn shapes_are_pytorchs() {
        let (mut g, x) = Graph::new(3);
        let conv = |out: usize, from: usize, k: usize, stride: usize| Op::Conv {
            weight: Tensor::zeros([out, from, k, k]),
            bias: None,
            stride,
            padding: k / 2,
        };
        let stem = g.push("stem", conv(64, 3, 7, 2), &[x]);
        let pool = g.push("pool", Op::MaxPool { kernel: 3, stride: 2, padding: 1 }, &[stem]);
        let down = g.push("down", conv(128, 64, 3, 2), &[pool]);
        let up_weight = Tensor::zeros([128, 64, 2, 2]);
        let up = g.push("up", Op::Upsample { weight: up_weight, bias: None }, &[down]);
        let cat = g.push("cat", Op::Concat, &[pool, up]);
        let mean = g.push("mean", Op::GlobalAveragePool, &[cat]);
        let shapes = g.shapes([2, 3, 224, 224]).expect("they fit");
        let expected: [(NodeId, &[usize]); 6] = [
            (stem, &[2, 64, 112, 112]),
            (pool, &[2, 64, 56, 56]),
            (down, &[2, 128, 28, 28]),
            (up, &[2, 64, 56, 56]),
            (cat, &[2, 128, 56, 56]),
            (mean, &[2, 128]),
        ];
        for (node, shape) in expected {
            assert_eq!(shapes[node.0], shape, "{}", g.node(node).name);
        }
        let error = g.shapes([2, 1, 224, 224]).expect_err("one channel").to_string();
        assert!(error.contains("input") && error.contains("3 channels"), "{error}");
        let error = g.shapes([2, 3, 226, 226]).expect_err("odd").to_string();
        assert!(error.contains("cat"), "{error}");
        for (shape, words) in [
            ([0, 3, 224, 224], "empty"),
            ([1, 3, 224, 0], "empty"),
            ([1, 3, 1 << 32, 1 << 32], "no memory"),
            ([1, 3, 1 << 30, 1 << 30], "no memory"),
        ] {
            let error = g.shapes(shape).expect_err(words).to_string();
            assert!(error.contains("input") && error.contains(words), "{error}");
        }
    }
}
