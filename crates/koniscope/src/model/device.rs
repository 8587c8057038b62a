//! How the engine computes. Chosen at the door and passed in.

use koniscope_engine::{Level, Options, Precision};

use crate::Error;

/// The processor, and in which numbers it computes.
#[derive(Clone, Copy, Debug)]
pub struct Device(Options);

impl Device {
    /// Numbers of 32 bits: always there.
    pub fn cpu() -> Self {
        Self(Options::default())
    }

    /// Numbers of 16 bits between layers: about twice as fast, where the processor has
    /// instructions for them.
    ///
    /// # Errors
    /// [`Error::Model`] where it has none.
    pub fn cpu_bf16() -> Result<Self, Error> {
        let precision = Precision::Bf16;
        let options = Options { level: Level::best(precision), precision };
        let there = precision.is_there(options.level);
        there.then_some(Self(options)).ok_or_else(|| Error::Model {
            detail: "this processor has no instructions for bf16; leave out --bf16".into(),
        })
    }

    /// The engine's own words for it.
    pub fn options(&self) -> Options {
        self.0
    }
}
