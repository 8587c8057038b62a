//! Runs and trains small convolutional networks on the processor, near its limit.
//!
//! A [`Graph`] says what is computed; a [`Network`] runs it, a [`Trainer`](train::Trainer) gives
//! its gradients. Work is shared among the threads of the rayon pool that they are called in.
//!
//! ```
//! use koniscope_engine::{Graph, Network, Op, Options, Tensor};
//!
//! // Rising edges of an image: its right neighbor less its left one, where that is above 0.
//! let (mut graph, image) = Graph::new(1);
//! let weight = Tensor::new([1, 1, 1, 3], vec![-1.0, 0.0, 1.0]);
//! let weight = Op::Conv { weight, bias: None, stride: 1, padding: 1 };
//! let edges = graph.push("edges", weight, &[image]);
//! let rising = graph.push("rising", Op::Relu, &[edges]);
//! graph.output("rising", rising);
//!
//! let network = Network::new(graph, &Options::default())?;
//! let outputs = network.run(&[0.0, 0.0, 1.0, 1.0], [1, 1, 1, 4])?;
//! assert_eq!(outputs[0].shape, [1, 1, 3, 4]);
//! assert_eq!(outputs[0].data[4..8], [0.0, 1.0, 1.0, 0.0]);
//! # Ok::<(), koniscope_engine::Error>(())
//! ```
//!
//! Loops are there for AVX-512, AVX2, AVX512-BF16 and AMX, chosen when the program runs; any other
//! processor, as ARM, runs plain code. The feature `portable` leaves plain code alone on x86-64
//! too, for tests of what other processors run.

mod bf16;
mod buffer;
mod conv;
mod error;
mod fuse;
mod geometry;
pub mod graph;
mod kernels;
mod layout;
mod memory_plan;
mod network;
mod pool;
mod shared;
#[cfg(test)]
mod tests;
mod tiling;
pub mod train;
mod weight_gradient;
mod weights;
mod window;
mod winograd;

pub use error::Error;
pub use graph::{Graph, Node, NodeId, Op, Tensor};
pub use kernels::{Level, Precision};
pub use network::{Network, Options};

/// Channels that stand together in memory, and floats of a vector.
const LANES: usize = 16;
