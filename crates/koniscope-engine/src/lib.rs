//! Runs and trains small convolutional networks on the processor, near its limit.

mod error;
pub mod graph;

pub use error::Error;
pub use graph::{Graph, Node, NodeId, Op, Tensor};
