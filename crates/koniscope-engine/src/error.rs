//! What can go wrong: all of it is found before anything is computed.

/// Why a network cannot run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A node does not fit its inputs.
    #[error("layer {node}: {detail}")]
    Graph {
        /// Name of the node.
        node: String,
        /// What was found.
        detail: String,
    },
    /// The input has not as many values as its shape says.
    #[error("{found} values do not fill an input of shape {shape:?}; give the product of its axes")]
    Input {
        /// `[n, c, h, w]`, as it was given.
        shape: [usize; 4],
        /// Values that were given.
        found: usize,
    },
    /// Kernels were asked for that this processor lacks.
    #[error("this processor has no {wanted}; it has {there}")]
    Kernels {
        /// The level asked for.
        wanted: String,
        /// The levels there are.
        there: String,
    },
}
