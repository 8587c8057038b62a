//! Where tensors live. Chosen at the door and passed in.

use koniscope_engine::{Level, Options, Precision};

use crate::Error;

/// A device to compute on.
#[derive(Clone, Debug)]
pub struct Device {
    burn: burn::tensor::Device,
    /// The engine's options, on the processor.
    engine: Option<Options>,
}

impl Device {
    /// The processor: always there.
    pub fn cpu() -> Self {
        Self { burn: burn::tensor::Device::flex(), engine: Some(Options::default()) }
    }

    /// The processor, with numbers of 16 bits between layers: about twice as fast, where it has
    /// instructions for it.
    ///
    /// # Errors
    /// [`Error::Model`] where it has none.
    pub fn cpu_bf16() -> Result<Self, Error> {
        let precision = Precision::Bf16;
        let options = Options { level: Level::best(precision), precision };
        if precision.is_there(options.level) {
            return Ok(Self { engine: Some(options), ..Self::cpu() });
        }
        Err(Error::Model {
            detail: "this processor has no instructions for bf16; leave out --bf16".into(),
        })
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
            Self { burn: device, engine: None }
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
        self.engine.is_some()
    }

    /// How the engine computes, on the processor.
    pub(super) fn engine(&self) -> Option<Options> {
        self.engine
    }
}
