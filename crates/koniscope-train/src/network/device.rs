//! Where networks learn. Chosen at the door and passed in.

use koniscope::{Error, model};
use koniscope_engine::Options;

/// A device to learn on.
#[derive(Clone, Debug)]
pub struct Device {
    burn: burn::tensor::Device,
    /// How the engine computes gradients, on the processor.
    learning: Option<Options>,
}

impl Device {
    /// The processor: always there.
    pub fn cpu() -> Self {
        Self { burn: burn::tensor::Device::flex(), learning: Some(Options::default()) }
    }

    /// The processor, that learns with numbers of 16 bits and reads with 32.
    ///
    /// # Errors
    /// [`Error::Model`] where it has no instructions for them.
    pub fn cpu_learning_bf16() -> Result<Self, Error> {
        Ok(Self { learning: Some(model::Device::cpu_bf16()?.options()), ..Self::cpu() })
    }

    /// A GPU, through wgpu.
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

    /// A GPU, through wgpu.
    ///
    /// # Errors
    /// [`Error::Model`] if none answers.
    #[cfg(feature = "gpu")]
    pub fn gpu() -> Result<Self, Error> {
        std::panic::catch_unwind(|| {
            let device = burn::tensor::Device::wgpu(burn::tensor::DeviceKind::DefaultDevice);
            let probe = burn::tensor::Tensor::<1>::zeros([1], &device) + 1.0;
            probe.into_data();
            Self { burn: device, learning: None }
        })
        .map_err(|_| Error::Model {
            detail: "no GPU answers; install its driver or leave out --gpu".into(),
        })
    }

    /// The framework's own handle.
    pub fn burn(&self) -> &burn::tensor::Device {
        &self.burn
    }

    /// How the engine computes gradients; nothing on a GPU, where burn does.
    pub fn learning(&self) -> Option<Options> {
        self.learning
    }
}
