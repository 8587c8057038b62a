//! The networks in burn, to learn with: what the reader runs as graphs of the engine.

mod compute;
pub mod described;
mod device;
mod pretrained;
pub mod resnet;
pub mod unet;

pub use compute::Compute;
pub use device::Device;
pub use pretrained::{Missing, load_pretrained, to_safetensors};
