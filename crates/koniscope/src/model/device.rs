//! Where tensors live. Chosen at the door and passed in.

use crate::Error;

/// A device to compute on.
#[derive(Clone, Debug)]
pub struct Device {
    burn: burn::tensor::Device,
    is_cpu: bool,
}

impl Device {
    /// The processor: always there.
    pub fn cpu() -> Self {
        Self { burn: burn::tensor::Device::flex(), is_cpu: true }
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
            Self { burn: device, is_cpu: false }
        })
        .map_err(|_| Error::Model {
            detail: "no Vulkan device answers; install its driver or leave out --gpu".into(),
        })
    }

    /// The framework's own handle.
    pub fn burn(&self) -> &burn::tensor::Device {
        &self.burn
    }

    /// Whether it is the processor, on which the engine computes.
    pub fn is_cpu(&self) -> bool {
        self.is_cpu
    }
}
