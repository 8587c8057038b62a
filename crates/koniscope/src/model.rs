//! The networks, in burn, and the two traits' real implementations. Only this room and
//! [`weights`](crate::weights) know the tensor framework.

mod device;
mod input;
pub mod lungs;
pub mod resnet;
pub mod stages;
pub mod unet;

pub use device::Device;
pub use input::{gray_batch, planes_of};
