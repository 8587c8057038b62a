//! Runs and trains small convolutional networks on the processor, near its limit.

mod bf16;
mod buffer;
mod conv;
mod error;
mod fuse;
mod geometry;
pub mod graph;
mod kernels;
mod layout;
mod network;
mod place;
mod plan;
mod pool;
mod split;
#[cfg(test)]
mod tests_conv;
#[cfg(test)]
mod tests_gradient;
#[cfg(all(test, unix))]
mod tests_guard;
pub mod train;
mod weight_gradient;
mod weights;
mod winograd;

pub use error::Error;
pub use graph::{Graph, Node, NodeId, Op, Tensor};
pub use kernels::{Level, Precision};
pub use network::{Network, Options};

/// Channels that stand together in memory, and floats of a vector.
const LANES: usize = 16;
