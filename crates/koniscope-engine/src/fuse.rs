//! A graph's nodes joined to units that are computed at once: a convolution with what follows it.

use crate::{Error, Graph, NodeId, Op};

/// What a unit begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// The network's input.
    Input,
    /// A convolution, and the batch normalization after it.
    Conv { conv: usize, norm: Option<usize> },
    /// A transposed convolution.
    Upsample(usize),
    /// A maximum over squares.
    MaxPool(usize),
    /// Inputs after one another.
    Concat,
    /// Mean over rows and columns.
    GlobalAveragePool,
    /// A fully connected layer.
    Linear(usize),
}

/// Nodes computed at once. Values are named by the node whose value they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) head: Head,
    pub(crate) inputs: Vec<usize>,
    /// Added after the convolution and its normalization.
    pub(crate) residual: Option<usize>,
    /// max(x, 0) at the end.
    pub(crate) relu: bool,
    /// The node whose value the unit gives.
    pub(crate) output: usize,
}

impl Unit {
    /// Values that it reads.
    pub(crate) fn reads(&self) -> impl Iterator<Item = usize> + '_ {
        self.inputs.iter().copied().chain(self.residual)
    }
}

/// The units that the named outputs need, in an order in which each follows its inputs.
///
/// # Errors
/// [`Error::Graph`] for a node that follows no convolution but must: batch normalization,
/// addition and ReLU are computed with a convolution.
pub(crate) fn fuse(graph: &Graph, outputs: &[NodeId]) -> Result<Vec<Unit>, Error> {
    let nodes = graph.nodes();
    let mut consumers: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (i, node) in nodes.iter().enumerate() {
        for input in &node.inputs {
            consumers[input.0].push(i);
        }
    }
    let is_output = |i: usize| outputs.iter().any(|o| o.0 == i);
    let mut taken = vec![false; nodes.len()];
    // The only consumer of a value, where that is one that may be joined to it.
    let next = |i: usize, taken: &[bool]| match consumers[i].as_slice() {
        [only] if !is_output(i) && !taken[*only] => Some((*only, &nodes[*only].op)),
        _ => None,
    };
    let mut units = Vec::new();
    for (i, node) in nodes.iter().enumerate() {
        if taken[i] {
            continue;
        }
        let inputs = node.inputs.iter().map(|n| n.0).collect();
        let mut unit = Unit { head: Head::Input, inputs, residual: None, relu: false, output: i };
        match node.op {
            Op::Input { .. } => {}
            Op::Upsample { .. } => unit.head = Head::Upsample(i),
            Op::MaxPool { .. } => unit.head = Head::MaxPool(i),
            Op::Concat => unit.head = Head::Concat,
            Op::GlobalAveragePool => unit.head = Head::GlobalAveragePool,
            Op::Linear { .. } => unit.head = Head::Linear(i),
            Op::Conv { .. } => {
                let mut norm = None;
                if let Some((n, Op::BatchNorm { .. })) = next(unit.output, &taken) {
                    norm = Some(n);
                    unit.output = n;
                }
                if let Some((n, Op::Add)) = next(unit.output, &taken)
                    && let [a, b] = nodes[n].inputs[..]
                    && a != b
                {
                    unit.residual = Some(if a.0 == unit.output { b.0 } else { a.0 });
                    unit.output = n;
                    taken[n] = true;
                }
                if let Some((n, Op::Relu)) = next(unit.output, &taken) {
                    unit.relu = true;
                    unit.output = n;
                    taken[n] = true;
                }
                if let Some(norm) = norm {
                    taken[norm] = true;
                }
                unit.head = Head::Conv { conv: i, norm };
            }
            Op::BatchNorm { .. } | Op::Relu | Op::Add => {
                return Err(Error::Graph {
                    node: node.name.clone(),
                    detail: "it is computed only right after a convolution whose value nobody \
                             else uses"
                        .into(),
                });
            }
        }
        units.push(unit);
    }
    units.sort_by_key(|unit| unit.output);
    let mut needed: Vec<bool> = (0..nodes.len()).map(is_output).collect();
    for unit in units.iter().rev() {
        if needed[unit.output] {
            unit.reads().for_each(|value| needed[value] = true);
        }
    }
    units.retain(|unit| needed[unit.output]);
    Ok(units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tensor;

    #[test]
    fn a_residual_block_is_three_units() {
        let (mut g, x) = Graph::new(16);
        let conv = || Op::Conv {
            weight: Tensor::zeros([16, 16, 3, 3]),
            bias: None,
            stride: 1,
            padding: 1,
        };
        let norm = || Op::BatchNorm {
            weight: Tensor::zeros([16]),
            bias: Tensor::zeros([16]),
            running_mean: Tensor::zeros([16]),
            running_var: Tensor::zeros([16]),
            epsilon: 1e-5,
        };
        let a = g.push("a", conv(), &[x]);
        let a = g.push("a.bn", norm(), &[a]);
        let a = g.push("a.relu", Op::Relu, &[a]);
        let b = g.push("b", conv(), &[a]);
        let b = g.push("b.bn", norm(), &[b]);
        let c = g.push("c", conv(), &[x]);
        let c = g.push("c.bn", norm(), &[c]);
        let sum = g.push("sum", Op::Add, &[b, c]);
        let out = g.push("relu", Op::Relu, &[sum]);
        let units = fuse(&g, &[out]).expect("it fuses");
        let summary: Vec<_> =
            units.iter().map(|u| (u.output, u.residual, u.relu, u.inputs.clone())).collect();
        assert_eq!(
            summary,
            [
                (0, None, false, vec![]),
                (a.0, None, true, vec![x.0]),
                (c.0, None, false, vec![x.0]),
                (out.0, Some(c.0), true, vec![a.0]),
            ]
        );
        // A value that is an output is not joined away, and what nobody needs is left out.
        assert_eq!(fuse(&g, &[a]).expect("it fuses").len(), 2);
        assert!(fuse(&g, &[b, c, out]).is_err(), "nothing is left to add with");
    }
}
