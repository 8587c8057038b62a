//! Runs and trains small convolutional networks on the processor, near its limit.

mod buffer;
mod conv;
mod error;
mod geometry;
pub mod graph;
mod kernels;
mod layout;
mod split;
mod weights;
#[cfg(test)]
mod tests_conv;

pub use error::Error;
pub use graph::{Graph, Node, NodeId, Op, Tensor};
pub use kernels::Level;

/// Channels that stand together in memory, and floats of a vector.
const LANES: usize = 16;
