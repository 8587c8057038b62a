//! What can go wrong, all of it before anything is computed.

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
    /// Kernels were asked for that this processor lacks.
    #[error("this processor has no {wanted}; it has {there}")]
    Kernels {
        /// The level asked for.
        wanted: String,
        /// The levels there are.
        there: String,
    },
}
