//! Kernel size, step and padding of a convolution or a pooling.

use crate::Op;

/// Kernel size, step and padding of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) kh: usize,
    pub(crate) kw: usize,
    pub(crate) stride: usize,
    pub(crate) padding: usize,
}

impl Window {
    /// A square window of 1 pixel.
    pub(crate) const POINT: Self = Self { kh: 1, kw: 1, stride: 1, padding: 0 };

    /// The window of a convolution or a fully connected layer, that being one on single pixels.
    pub(crate) fn of(op: &Op) -> Self {
        match op {
            Op::Conv { weight, stride, padding, .. } => Self {
                kh: weight.shape[2],
                kw: weight.shape[3],
                stride: *stride,
                padding: *padding,
            },
            Op::MaxPool { kernel, stride, padding } => {
                Self { kh: *kernel, kw: *kernel, stride: *stride, padding: *padding }
            }
            _ => Self::POINT,
        }
    }

    /// Taps, row by row.
    pub(crate) fn taps(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let kw = self.kw;
        (0..self.kh * kw).map(move |i| (i / kw, i % kw))
    }
}
