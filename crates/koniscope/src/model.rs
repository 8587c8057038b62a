//! The networks as graphs of the engine, and the traits' real implementations.

mod builder;
pub mod compute;
mod device;
mod input;
pub mod lungs;
pub mod resnet;
pub mod stages;
pub mod unet;
pub mod zone_grades;

pub use builder::Source;
pub use device::Device;
pub(crate) use input::{GAINS, SQUARES};
pub use input::{gray_batch, local_means};
