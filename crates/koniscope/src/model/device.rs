//! Where tensors live. Chosen at the door and passed in.

use koniscope_engine::{Level, Options, Precision};

use crate::Error;

/// A device to compute on.
#[derive(Clone, Debug)]
pub struct Device {
    burn: burn::tensor::Device,
    /// The engine's options, on the processor.
    engine: Option<Options>,
    /// Those for gradients.
    learning: Options,
}

impl Device {
    /// The processor: always there.
    pub fn cpu() -> Self {
        let options = Options::default();
        Self { burn: burn::tensor::Device::flex(), engine: Some(options), learning: options }
    }

    /// The processor, with numbers of 16 bits between layers: about twice as fast, where it has
    /// instructions for it.
    ///
    /// # Errors
    /// [`Error::Model`] where it has none.
    pub fn cpu_bf16() -> Result<Self, Error> {
        Ok(Self { engine: Some(bf16()?), ..Self::cpu() })
    }

    /// The processor, that learns with numbers of 16 bits and reads with 32.
    ///
    /// # Errors
    /// [`Error::Model`] where it has no instructions for them.
    pub fn cpu_learning_bf16() -> Result<Self, Error> {
        Ok(Self { learning: bf16()?, ..Self::cpu() })
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
            Self { burn: device, engine: None, learning: Options::default() }
        })
        .map_err(|_| Error::Model {
            detail: "no GPU answers; install its driver or leave out --gpu".into(),
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

    /// How the engine computes gradients, on the processor.
    pub fn learning(&self) -> Options {
        self.learning
    }
}

fn bf16() -> Result<Options, Error> {
    let precision = Precision::Bf16;
    let options = Options { level: Level::best(precision), precision };
    let there = precision.is_there(options.level);
    there.then_some(options).ok_or_else(|| Error::Model {
        detail: "this processor has no instructions for bf16; leave out --bf16".into(),
    })
}
