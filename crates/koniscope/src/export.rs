//! Networks for other programs.

mod onnx;
mod protobuf;

pub use onnx::to_onnx;
