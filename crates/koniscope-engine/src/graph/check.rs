//! What must hold of a graph whatever it is fed.

use super::{Graph, Node, NodeId, Op, Tensor, tensor::count};
use crate::Error;

impl Graph {
    /// One input, outputs, and every node with its inputs and parameters in order.
    ///
    /// # Errors
    /// [`Error::Graph`] for the first node that is not in order.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let fault = |node: &str, detail: &str| {
            Err(Error::Graph { node: node.to_owned(), detail: detail.to_owned() })
        };
        let inputs = self.nodes().iter().filter(|node| matches!(node.op, Op::Input { .. }));
        if inputs.count() != 1 {
            return fault("input", "a network has one input");
        }
        if self.outputs().is_empty() {
            return fault("output", "a network needs an output; name one by Graph::output");
        }
        for n in self.nodes() {
            node(n)?;
            for (name, tensor) in n.op.parameters() {
                if count(&tensor.shape) != Some(tensor.data.len()) {
                    let detail =
                        format!("{name} {:?} has {} values", tensor.shape, tensor.data.len());
                    return fault(&n.name, &detail);
                }
            }
        }
        Ok(())
    }

    /// The nodes of outputs.
    ///
    /// # Errors
    /// [`Error::Graph`] for a name that no output has.
    pub(crate) fn outputs_named(&self, names: &[&str]) -> Result<Vec<NodeId>, Error> {
        let find = |name: &&str| {
            let found = self.outputs().iter().find(|(own, _)| own == name).map(|(_, id)| *id);
            let there: Vec<&str> = self.outputs().iter().map(|(own, _)| own.as_str()).collect();
            let detail = format!("no output has this name; there are {}", there.join(", "));
            found.ok_or_else(|| Error::Graph { node: (*name).to_owned(), detail })
        };
        names.iter().map(find).collect()
    }
}

/// A node has the inputs and the shapes of parameters that its operation needs.
///
/// # Errors
/// [`Error::Graph`] if not.
pub(super) fn node(node: &Node) -> Result<(), Error> {
    let fault = |detail: String| Err(Error::Graph { node: node.name.clone(), detail });
    let wanted = match node.op {
        Op::Input { .. } => 0,
        Op::Add => 2,
        Op::Concat => node.inputs.len().max(1),
        _ => 1,
    };
    if node.inputs.len() != wanted {
        return fault(format!("inputs: {wanted} expected, {} given", node.inputs.len()));
    }
    let is_bias = |bias: &Option<Tensor>, out| bias.as_ref().is_none_or(|b| b.shape == [out]);
    let fits = match &node.op {
        Op::Conv { weight, bias, stride, .. } => match *weight.shape.as_slice() {
            [out, _, kh, kw] => kh > 0 && kw > 0 && (1..=2).contains(stride) && is_bias(bias, out),
            _ => false,
        },
        Op::Upsample { weight, bias } => match *weight.shape.as_slice() {
            [_, out, 2, 2] => is_bias(bias, out),
            _ => false,
        },
        Op::Linear { weight, bias } => match *weight.shape.as_slice() {
            [out, _] => bias.shape == [out],
            _ => false,
        },
        Op::BatchNorm { weight, bias, running_mean, running_var, .. } => {
            weight.shape.len() == 1
                && [bias, running_mean, running_var].iter().all(|p| p.shape == weight.shape)
        }
        Op::MaxPool { kernel, stride, padding } => *stride > 0 && padding < kernel,
        _ => true,
    };
    match fits {
        true => Ok(()),
        false => fault(format!("{} cannot be computed", described(&node.op))),
    }
}

/// An operation with the shapes of its parameters.
fn described(op: &Op) -> String {
    let shapes: Vec<String> =
        op.parameters().iter().map(|(name, p)| format!("{name} {:?}", p.shape)).collect();
    let shapes = shapes.join(", ");
    match op {
        Op::Conv { stride, .. } => format!("a convolution of step {stride} with {shapes}"),
        Op::MaxPool { kernel, stride, padding } => {
            format!("a maximum of {kernel} x {kernel}, step {stride}, padding {padding}")
        }
        _ => format!("an operation with {shapes}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conv(shape: [usize; 4], bias: usize, stride: usize) -> Op {
        let bias = Some(Tensor::zeros([bias]));
        Op::Conv { weight: Tensor::zeros(shape), bias, stride, padding: 0 }
    }

    #[test]
    fn what_cannot_be_computed_is_named() {
        let lacking = Tensor { shape: vec![4, 1, 1, 1], data: vec![0.0; 3] };
        let lacking = Op::Conv { weight: lacking, bias: None, stride: 1, padding: 0 };
        let two = Op::Linear { weight: Tensor::zeros([2, 3, 1]), bias: Tensor::zeros([2]) };
        let pool = Op::MaxPool { kernel: 2, stride: 0, padding: 0 };
        let cases = [
            (conv([4, 1, 3, 3], 4, 3), 1, "step 3"),
            (conv([4, 1, 3, 3], 5, 1), 1, "bias [5]"),
            (conv([4, 1, 0, 3], 4, 1), 1, "weight [4, 1, 0, 3]"),
            (lacking, 1, "3 values"),
            (two, 1, "weight [2, 3, 1]"),
            (pool, 1, "step 0"),
            (Op::Relu, 0, "inputs: 1 expected, 0 given"),
            (Op::Add, 1, "inputs: 2 expected, 1 given"),
            (Op::Concat, 0, "inputs: 1 expected, 0 given"),
            (Op::Input { channels: 1 }, 0, "one input"),
        ];
        for (op, inputs, words) in cases {
            let (mut graph, x) = Graph::new(1);
            let y = graph.push("it", op, &vec![x; inputs]);
            graph.output("y", y);
            let error = graph.check().expect_err(words).to_string();
            assert!(error.contains(words), "{words}: {error}");
        }
        let (graph, _) = Graph::new(1);
        let error = graph.check().expect_err("no output").to_string();
        assert!(error.contains("needs an output"), "{error}");
    }
}
