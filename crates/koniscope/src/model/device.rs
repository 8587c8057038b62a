//! Where tensors live. Chosen at the door and passed in.

use crate::Error;

/// A device to compute on.
#[derive(Clone, Debug)]
pub struct Device(burn::tensor::Device);

impl Device {
    /// The processor: always there.
    pub fn cpu() -> Self {
        Self(burn::tensor::Device::flex())
    }

    /// A GPU through Vulkan.
    ///
    /// # Errors
    /// [`Error::Model`] if this program was built without the feature `gpu`.
    #[cfg(not(feature = "gpu"))]
    pub fn gpu() -> Result<Self, Error> {
        Err(Error::Model {
            detail: "this program was built without GPU support; build it with --features gpu \
                     or leave out --gpu"
                .into(),
        })
    }

    /// A GPU through Vulkan.
    ///
    /// # Errors
    /// [`Error::Model`] if no Vulkan device answers.
    #[cfg(feature = "gpu")]
    pub fn gpu() -> Result<Self, Error> {
        std::panic::catch_unwind(|| {
            let device = burn::tensor::Device::vulkan(burn::tensor::DeviceKind::DefaultDevice);
            let probe = burn::tensor::Tensor::<1>::zeros([1], &device) + 1.0;
            probe.into_data();
            Self(device)
        })
        .map_err(|_| Error::Model {
            detail: "no Vulkan device answers; install its driver or leave out --gpu".into(),
        })
    }

    /// The framework's own handle.
    pub fn burn(&self) -> &burn::tensor::Device {
        &self.0
    }
}
