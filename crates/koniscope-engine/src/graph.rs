//! A network as a list of operations: what is computed, not how.
//!
//! Nodes stand in an order in which each follows its inputs. Activations are `[n, c, h, w]`, or
//! `[n, c]` after [`Op::GlobalAveragePool`].

mod check;
mod op;
mod shapes;
mod tensor;

pub use op::Op;
pub use tensor::Tensor;
pub(crate) use tensor::count;

/// A node of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) usize);

/// An operation with its name and its inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The layer's name; a parameter's name is `{name}.weight`, `{name}.bias` and so on.
    pub name: String,
    /// What it computes.
    pub op: Op,
    /// The nodes whose values it takes.
    pub inputs: Vec<NodeId>,
}

/// A network: one input, any number of outputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    nodes: Vec<Node>,
    outputs: Vec<(String, NodeId)>,
}

impl Graph {
    /// A graph with its input, `[n, channels, h, w]`.
    pub fn new(channels: usize) -> (Self, NodeId) {
        let mut graph = Self::default();
        let input = graph.push("input", Op::Input { channels }, &[]);
        (graph, input)
    }

    /// Appends a node.
    ///
    /// # Panics
    /// If an input is not of this graph.
    pub fn push(&mut self, name: impl Into<String>, op: Op, inputs: &[NodeId]) -> NodeId {
        assert!(inputs.iter().all(|i| i.0 < self.nodes.len()), "inputs come before a node");
        self.nodes.push(Node { name: name.into(), op, inputs: inputs.to_vec() });
        NodeId(self.nodes.len() - 1)
    }

    /// Names a node's value as an output.
    ///
    /// # Panics
    /// If the node is not of this graph.
    pub fn output(&mut self, name: impl Into<String>, node: NodeId) {
        assert!(node.0 < self.nodes.len(), "an output is a node of the graph");
        self.outputs.push((name.into(), node));
    }

    /// All nodes, each after its inputs.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// Outputs with their names.
    pub fn outputs(&self) -> &[(String, NodeId)] {
        &self.outputs
    }

    /// Drops the values of all parameters; their shapes stay.
    pub(crate) fn forget_parameters(&mut self) {
        (0..self.nodes.len()).for_each(|node| self.forget_parameters_of(node));
    }

    /// Drops the values of a node's parameters; their shapes stay.
    pub(crate) fn forget_parameters_of(&mut self, node: usize) {
        for (_, parameter) in self.nodes[node].op.parameters_mut() {
            parameter.data = Vec::new();
        }
    }
}
