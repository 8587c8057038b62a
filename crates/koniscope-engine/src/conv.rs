//! One convolution over a batch: the choice between plain sums and Winograd's, and its run.

mod plain;
mod winograd;
mod work;

use plain::Plain;
use winograd::Winograd;
use work::Work;

use crate::{
    geometry::{Finish, Reads, Writes},
    kernels::Kernels,
    weights::Packed,
};

/// A convolution's geometry, cut for a level's tiles.
#[derive(Clone, Debug)]
pub(crate) struct Convolution {
    reads: Reads,
    writes: Writes,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Plain(Plain),
    Winograd(Winograd),
}

impl Convolution {
    /// In the way that the cost model takes for the faster one.
    pub(crate) fn new(kernels: &Kernels, reads: Reads, writes: Writes, packed: &Packed) -> Self {
        let winograd = Winograd::new(kernels, (&reads, &writes), packed)
            .filter(|w| w.pays(&reads, &writes, packed));
        Self::by(winograd, kernels, reads, writes, packed)
    }

    /// By Winograd's sums wherever that can be done.
    #[cfg(test)]
    pub(crate) fn winograd(
        kernels: &Kernels,
        reads: Reads,
        writes: Writes,
        packed: &Packed,
    ) -> Self {
        let winograd = Winograd::new(kernels, (&reads, &writes), packed);
        Self::by(winograd, kernels, reads, writes, packed)
    }

    /// By plain sums.
    #[cfg(test)]
    pub(crate) fn plain(kernels: &Kernels, reads: Reads, writes: Writes, packed: &Packed) -> Self {
        Self::by(None, kernels, reads, writes, packed)
    }

    fn by(
        winograd: Option<Winograd>,
        kernels: &Kernels,
        reads: Reads,
        writes: Writes,
        packed: &Packed,
    ) -> Self {
        let plain = || Way::Plain(Plain::new(kernels, (&reads, &writes), packed));
        let way = winograd.map_or_else(plain, Way::Winograd);
        Self { reads, writes, way }
    }

    #[cfg(test)]
    pub(crate) fn is_winograd(&self) -> bool {
        matches!(self.way, Way::Winograd(_))
    }

    /// Runs on the current thread pool, from input `x` to output `y`.
    ///
    /// # Panics
    /// If a slice is smaller than the geometry says, or two outputs share a word.
    #[allow(unsafe_code)]
    pub(crate) fn run(
        &self,
        kernels: &Kernels,
        packed: &Packed,
        x: &[f32],
        finish: Finish,
        y: &mut [f32],
    ) {
        let work = Work::checked(kernels, (&self.reads, &self.writes), packed, x, &finish, y);
        match &self.way {
            // SAFETY: the work was checked, and `y` is borrowed for it alone.
            Way::Plain(plain) => unsafe { plain.run(&work) },
            // SAFETY: as above.
            Way::Winograd(winograd) => unsafe { winograd.run(&work) },
        }
    }
}
