//! Parameters of a graph's nodes, as the caller holds them.

use crate::{Graph, LANES};

/// Parameters of a graph's nodes.
#[derive(Clone, Copy)]
pub(super) struct Parameters<'a>(pub(super) &'a Graph);

impl<'a> Parameters<'a> {
    /// A parameter by its name after the node's, as `weight`.
    ///
    /// # Panics
    /// If the graph is another than was planned for.
    pub(super) fn of(&self, node: usize, name: &str) -> &'a [f32] {
        let parameters = self.0.nodes()[node].op.parameters();
        let found = parameters.into_iter().find(|(n, _)| *n == name);
        &found.expect("the graph is the one that was planned for").1.data
    }
}

/// Values per channel, with zeros to whole blocks.
pub(super) fn padded(values: &[f32]) -> Vec<f32> {
    let mut padded = values.to_vec();
    padded.resize(values.len().next_multiple_of(LANES), 0.0);
    padded
}
