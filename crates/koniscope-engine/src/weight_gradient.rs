//! Gradient of a convolution's weight: products of input and output gradient over all pixels.

mod floats;
mod strips;
mod tasks;
mod unpack;
mod winograd;

use crate::{
    buffer::Buffer,
    geometry::{self, Reads, Writes},
    kernels::Kernels,
    weights::Slots,
};
use floats::Segment;
use strips::Strips;
use tasks::Shape;
pub(crate) use unpack::Grad;
use winograd::Winograd;

/// A convolution seen from its weight.
#[derive(Clone, Debug)]
pub(crate) struct WeightGradient {
    shape: Shape,
    way: Way,
}

/// How the gradient is computed.
#[derive(Clone, Debug)]
enum Way {
    /// In f32, from memory as it lies, in parts of the batch.
    Plain(Vec<Vec<Segment>>),
    /// In f32, by Winograd's sums.
    Winograd(Winograd),
    /// In bf16, from copies.
    Pairs(Strips),
}

/// Memory for gradients, one after the other.
#[derive(Default)]
pub(crate) struct Workspace {
    /// The last gradient.
    pub(crate) dw: Buffer,
    /// Copies of the input, or its factors.
    x: Buffer,
    /// Copies of the output's gradient, or gradients of products.
    dy: Buffer,
    /// Gradients of windows' factors.
    factors: Buffer,
}

impl WeightGradient {
    /// For the reads and writes of the convolution forward, with `blocks` blocks of outputs, in the
    /// way that the cost model takes for the fastest.
    pub(crate) fn new(kernels: &Kernels, reads: Reads, writes: Writes, blocks: usize) -> Self {
        let winograd = Winograd::new(&reads, &writes, blocks);
        let winograd = winograd.filter(|winograd| winograd.pays(&reads, &writes, blocks));
        Self::by(winograd, kernels, reads, writes, blocks)
    }

    /// By Winograd's sums wherever that can be done.
    #[cfg(test)]
    pub(crate) fn winograd(kernels: &Kernels, reads: Reads, writes: Writes, blocks: usize) -> Self {
        let winograd = Winograd::new(&reads, &writes, blocks);
        Self::by(winograd, kernels, reads, writes, blocks)
    }

    /// By plain sums.
    #[cfg(test)]
    pub(crate) fn plain(kernels: &Kernels, reads: Reads, writes: Writes, blocks: usize) -> Self {
        Self::by(None, kernels, reads, writes, blocks)
    }

    #[cfg(test)]
    pub(crate) fn is_winograd(&self) -> bool {
        matches!(self.way, Way::Winograd(_))
    }

    /// In bf16 where the loops have it; else by Winograd's sums, if given.
    fn by(
        winograd: Option<Winograd>,
        kernels: &Kernels,
        reads: Reads,
        writes: Writes,
        blocks: usize,
    ) -> Self {
        let panel = kernels.blocks.min(blocks);
        let inputs = (reads.taps.len() * reads.lanes).next_multiple_of(kernels.inputs);
        let shape = Shape { reads, writes, blocks, panel, inputs };
        let way = match (kernels.pairs, winograd) {
            (Some(pairs), _) => Way::Pairs(Strips::new(pairs, &shape)),
            (None, Some(winograd)) => Way::Winograd(winograd),
            (None, None) => Way::Plain(floats::parts(&shape)),
        };
        Self { shape, way }
    }

    fn parts(&self) -> usize {
        match &self.way {
            Way::Plain(parts) => parts.len(),
            Way::Winograd(_) => 1,
            Way::Pairs(strips) => strips.parts(),
        }
    }

    /// Computes the gradient into `workspace.dw`, from input and output gradient.
    ///
    /// # Panics
    /// If a slice is smaller than the geometry says.
    #[allow(unsafe_code)]
    pub(crate) fn run(&self, kernels: &Kernels, x: &[f32], dy: &[f32], workspace: &mut Workspace) {
        let shape = &self.shape;
        geometry::check((&shape.reads, &shape.writes), shape.blocks, x, dy);
        let (size, parts) = (shape.size(), self.parts());
        workspace.dw.grow(size * parts);
        match &self.way {
            Way::Plain(all) => shape.for_tasks(&mut workspace.dw, (parts, 1), |task, dw| {
                for segment in &all[task.part] {
                    let at = (task.blocks.start, task.panel);
                    // SAFETY: every address was shown to lie within its slice.
                    unsafe { segment.pass(shape, kernels, at, x, dy, dw) };
                }
            }),
            // SAFETY: as above.
            Way::Winograd(winograd) => unsafe { winograd.run(shape, kernels, (x, dy), workspace) },
            Way::Pairs(strips) => {
                // SAFETY: as above.
                unsafe { strips.pack(shape, (x, dy), (&mut workspace.x, &mut workspace.dy)) };
                let (x, dy) = (&workspace.x, &workspace.dy);
                shape.for_tasks(&mut workspace.dw, (parts, strips::BLOCKS), |task, dw| {
                    strips.pass(shape, &task, x, dy, dw);
                });
            }
        }
        let (sum, rest) = workspace.dw[..size * parts].split_at_mut(size);
        for part in rest.chunks_exact(size) {
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
    }

    /// The gradient `dw` of [`run`](Self::run) in PyTorch's order.
    pub(crate) fn unpack(&self, dw: &[f32], inputs: Slots, outputs: usize, to: &mut Grad) {
        self.shape.unpack(dw, inputs, outputs, to);
    }
}
