//! Kinds of processors, and the proof that this one has what a kind needs.

use super::arch;
use crate::Error;

/// A kind of processor, from the plainest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Any processor.
    Portable,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// x86-64 with AVX-512F, AVX2 and FMA.
    Avx512,
    /// x86-64 with AMX, for bf16; f32 is computed as on [`Avx512`](Self::Avx512).
    Amx,
}

impl Level {
    /// All levels, the plainest first.
    pub const ALL: [Self; 4] = [Self::Portable, Self::Avx2, Self::Avx512, Self::Amx];

    /// Its name, as `avx512`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Amx => "amx",
        }
    }

    /// Registers that hold sixteen floats.
    pub(crate) fn registers_per_vector(self) -> usize {
        match self {
            Self::Portable => 4,
            Self::Avx2 => 2,
            Self::Avx512 | Self::Amx => 1,
        }
    }

    /// The levels that this processor has, in one precision at least; the widest last.
    pub fn available() -> Vec<Self> {
        let is_there = |level: &Self| Precision::ALL.iter().any(|p| p.is_there(*level));
        Self::ALL.into_iter().filter(is_there).collect()
    }

    /// The level that computes fastest here.
    pub fn best(precision: Precision) -> Self {
        let found = Self::ALL.into_iter().rfind(|level| precision.is_there(*level));
        found.unwrap_or(Self::Portable)
    }
}

fn absent(wanted: &str) -> Error {
    let there: Vec<&str> = Level::available().into_iter().map(Level::name).collect();
    Error::Kernels { wanted: wanted.to_owned(), there: there.join(", ") }
}

/// How numbers are kept between layers. Sums are always made in f32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// 16 bits: the upper half of f32, rounded to the nearest.
    Bf16,
}

impl Precision {
    /// Both, the wider one first.
    pub(crate) const ALL: [Self; 2] = [Self::F32, Self::Bf16];

    /// Its name, as `bf16`.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }

    /// Channels in 16 words of memory.
    pub(crate) fn per_block(self) -> usize {
        match self {
            Self::F32 => crate::LANES,
            Self::Bf16 => 2 * crate::LANES,
        }
    }

    /// Whether this processor computes in this precision at a level.
    pub fn is_there(self, level: Level) -> bool {
        arch::has(level, self)
    }
}

/// Proof that this processor has every instruction that the loops of a level and precision are
/// compiled for. Only detection makes one, so whoever holds one may call those loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Supported {
    level: Level,
    precision: Precision,
}

impl Supported {
    /// Asks the processor.
    ///
    /// # Errors
    /// [`Error::Kernels`] if it lacks an instruction.
    pub(crate) fn detect(level: Level, precision: Precision) -> Result<Self, Error> {
        if arch::has(level, precision) {
            Ok(Self { level, precision })
        } else {
            Err(absent(&format!("{} with {}", level.name(), precision.name())))
        }
    }

    pub(crate) fn level(self) -> Level {
        self.level
    }

    pub(super) fn precision(self) -> Precision {
        self.precision
    }

    /// All that this processor has.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let pairs = Level::ALL.into_iter().flat_map(|l| Precision::ALL.map(|p| (l, p)));
        pairs.filter_map(|(level, precision)| Self::detect(level, precision).ok())
    }

    /// AMX for loops that emulate its instructions, where those around them are there.
    #[cfg(all(test, target_arch = "x86_64", not(feature = "portable")))]
    pub(super) fn emulated_amx() -> Option<Self> {
        let around = Self::detect(Level::Avx512, Precision::Bf16).ok()?;
        Some(Self { level: Level::Amx, ..around })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_what_detection_says() {
        assert!(Precision::F32.is_there(Level::Portable));
        assert!(!Precision::Bf16.is_there(Level::Portable) && !Precision::F32.is_there(Level::Amx));
    }

    /// What runs on processors without loops of their own, as on ARM.
    #[test]
    #[cfg(any(feature = "portable", not(target_arch = "x86_64")))]
    fn plain_code_is_all_there_is() {
        assert_eq!(Level::available(), [Level::Portable]);
        assert_eq!(Level::best(Precision::F32), Level::Portable);
    }
}
