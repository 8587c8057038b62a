//! The networks, defined in burn, computed by the engine where there is no GPU, and the
//! traits' real implementations. Only this room and
//! [`weights`](crate::weights) know the tensor framework.

pub mod compute;
pub mod described;
mod device;
mod input;
pub mod lungs;
pub mod resnet;
pub mod stages;
pub mod unet;
pub mod zone_grades;

pub use device::Device;
pub(crate) use input::{GAINS, SQUARES};
pub use input::{gray_batch, local_means};
