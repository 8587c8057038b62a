//! One convolution of a batch, checked: what all of its tasks share.

use crate::{
    LANES,
    geometry::{self, Finish, Reads, Writes},
    kernels::Kernels,
    shared::Shared,
    weights::Packed,
};

/// Where a convolution reads and writes, every address shown to lie within its slice.
///
/// # Safety
/// Functions that take one promise nothing else: whoever calls them must have made it by
/// [`checked`](Self::checked), and must let nobody else use the output meanwhile.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) kernels: &'a Kernels,
    pub(super) reads: &'a Reads,
    pub(super) writes: &'a Writes,
    pub(super) packed: &'a Packed,
    pub(super) x: &'a [f32],
    pub(super) finish: &'a Finish<'a>,
    pub(super) y: Shared<'a>,
}

impl<'a> Work<'a> {
    /// Checks all addresses.
    ///
    /// # Panics
    /// If one lies outside of its slice, or two outputs share a word.
    pub(super) fn checked(
        kernels: &'a Kernels,
        (reads, writes): (&'a Reads, &'a Writes),
        packed: &'a Packed,
        x: &'a [f32],
        finish: &'a Finish<'a>,
        y: &'a mut [f32],
    ) -> Self {
        let (blocks, panel) = (packed.blocks, packed.panel * LANES);
        let inputs = reads.blocks * reads.taps.len() * reads.lanes;
        assert_eq!(packed.inputs(), inputs, "inputs of the weights, and of the convolution");
        let apart = blocks <= packed.panel || panel.is_multiple_of(writes.precision.per_block());
        assert!(apart, "two panels of weights share no word of the output");
        let end = geometry::check((reads, writes), blocks, x, y);
        assert!(
            finish.residual.is_none_or(|r| end <= r.len()),
            "a residual as large as the output"
        );
        assert!(finish.bias.is_none_or(|b| b.len() >= blocks * LANES), "a bias for whole blocks");
        Self { kernels, reads, writes, packed, x, finish, y: Shared::new(y) }
    }
}
