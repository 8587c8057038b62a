//! The inner loops for each kind of processor, and the choice among them at run time.

mod gradient;
mod instantiate;
mod level;
pub(crate) mod pairs;
mod portable;
pub(crate) mod rows;
mod tile;
mod vector;
pub(crate) mod winograd;

#[cfg(not(all(target_arch = "x86_64", not(feature = "portable"))))]
mod plain;
#[cfg(all(target_arch = "x86_64", not(feature = "portable")))]
mod x86;

#[cfg(not(all(target_arch = "x86_64", not(feature = "portable"))))]
use plain as arch;
#[cfg(all(target_arch = "x86_64", not(feature = "portable")))]
use x86 as arch;

pub(crate) use gradient::GradientTile;
pub(crate) use level::Supported;
pub use level::{Level, Precision};
pub(crate) use pairs::Pairs;
pub(crate) use tile::Tile;
pub(crate) use winograd::{OutputSquare, Square, Transforms};

use crate::Error;

/// A convolution's inner loop. To be called as [`tile::convolve`] demands.
pub(crate) type TileFn = unsafe fn(&Tile);

/// A weight gradient's inner loop. To be called as [`gradient::gradient`] demands.
pub(crate) type GradientFn = unsafe fn(&GradientTile);

/// Loops for other precisions than f32 throughout, by that of input and output; then as
/// [`Kernels::tile`].
pub(crate) type Narrow = fn([Precision; 2], usize, usize, usize, usize, usize) -> Option<TileFn>;

/// The inner loops of a level that this processor has.
#[derive(Clone, Copy)]
pub(crate) struct Kernels {
    /// Private: nobody outside this module makes loops without the proof.
    supported: Supported,
    /// Blocks of 16 output channels that a tile computes at most.
    pub(crate) blocks: usize,
    /// Inputs of a weight gradient's tile.
    pub(crate) inputs: usize,
    /// Widths of tiles that there are, for words of an input pixel and rows.
    pub(crate) widths: fn(lanes: usize, rows: usize) -> &'static [usize],
    /// The loop for rows, width, blocks, step and words of an input pixel.
    pub(crate) tile: fn(usize, usize, usize, usize, usize) -> Option<TileFn>,
    /// [`tile`](Self::tile) where the input, the output or both are bf16.
    narrow: Narrow,
    /// The loop for inputs, blocks, and whether the inputs are neighbors.
    pub(crate) gradient: fn(usize, usize, bool) -> Option<GradientFn>,
    /// Weight gradients on bf16, where that was asked for.
    pub(crate) pairs: Option<Pairs>,
    /// The transforms of Winograd's convolution.
    pub(crate) transforms: Transforms,
}

impl Kernels {
    /// The inner loops of a level.
    ///
    /// # Errors
    /// [`Error::Kernels`] if this processor lacks it.
    pub(crate) fn of(level: Level, precision: Precision) -> Result<Self, Error> {
        Supported::detect(level, precision).map(arch::kernels)
    }

    /// All loops that this processor has, and AMX's with its instructions emulated.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        let there = Supported::all().map(arch::kernels);
        #[cfg(all(target_arch = "x86_64", not(feature = "portable")))]
        let there = there.chain(x86::emulated_amx());
        there.collect()
    }

    pub(crate) fn level(&self) -> Level {
        self.supported.level()
    }

    /// What this processor was found to have.
    pub(crate) fn supported(&self) -> Supported {
        self.supported
    }

    /// The loop for precisions of input and output, rows, width, blocks, step and words of an
    /// input pixel.
    pub(crate) fn select(
        &self,
        precision: [Precision; 2],
        [rows, width, blocks, step, lanes]: [usize; 5],
    ) -> Option<TileFn> {
        match precision {
            [Precision::F32, Precision::F32] => (self.tile)(rows, width, blocks, step, lanes),
            _ => (self.narrow)(precision, rows, width, blocks, step, lanes),
        }
    }
}

/// Of levels that compute in f32 alone.
fn no_narrow(
    _: [Precision; 2],
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
) -> Option<TileFn> {
    None
}
