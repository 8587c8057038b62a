//! Operations and their parameters.

use super::Tensor;

/// What a node computes. Parameters are PyTorch's, in its axis order.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The input, `[n, channels, h, w]`.
    Input {
        /// Channels.
        channels: usize,
    },
    /// Cross-correlation of `[n, in, h, w]`, with zeros around it: `[n, out, (h + 2 * padding - kh)
    /// / stride + 1, (w + 2 * padding - kw) / stride + 1]`, rounded down.
    Conv {
        /// `[out, in, kh, kw]`.
        weight: Tensor,
        /// `[out]`.
        bias: Option<Tensor>,
        /// Step, the same along rows and columns: 1 or 2.
        stride: usize,
        /// Width of the border of zeros, on all sides.
        padding: usize,
    },
    /// Transposed convolution of 2 x 2, step 2: from `[n, in, h, w]` to `[n, out, 2 * h, 2 * w]`.
    Upsample {
        /// `[in, out, 2, 2]`.
        weight: Tensor,
        /// `[out]`.
        bias: Option<Tensor>,
    },
    /// Batch normalization (Ioffe and Szegedy, ICML 2015) over `n`, `h`, `w`.
    BatchNorm {
        /// `[c]`, gamma.
        weight: Tensor,
        /// `[c]`, beta.
        bias: Tensor,
        /// `[c]`, taken where the network does not learn.
        running_mean: Tensor,
        /// `[c]`, taken where the network does not learn.
        running_var: Tensor,
        /// Added to the variance.
        epsilon: f32,
    },
    /// max(x, 0).
    Relu,
    /// Largest value of each square; what lies outside of the image never wins.
    MaxPool {
        /// Side of the square.
        kernel: usize,
        /// Step.
        stride: usize,
        /// Width of the outside on all sides.
        padding: usize,
    },
    /// Sum of two inputs of one shape.
    Add,
    /// Its inputs one after the other along the channels.
    Concat,
    /// Mean over rows and columns: from `[n, c, h, w]` to `[n, c]`.
    GlobalAveragePool,
    /// `x W^T + b`: from `[n, in]` to `[n, out]`.
    Linear {
        /// `[out, in]`.
        weight: Tensor,
        /// `[out]`.
        bias: Tensor,
    },
}

impl Op {
    /// Parameters with their names after the node's: `weight`, `bias`, `running_mean`,
    /// `running_var`.
    pub fn parameters(&self) -> Vec<(&'static str, &Tensor)> {
        match self {
            Self::Conv { weight, bias, .. } | Self::Upsample { weight, bias } => {
                let bias = bias.iter().map(|bias| ("bias", bias));
                std::iter::once(("weight", weight)).chain(bias).collect()
            }
            Self::Linear { weight, bias } => vec![("weight", weight), ("bias", bias)],
            Self::BatchNorm { weight, bias, running_mean, running_var, .. } => vec![
                ("weight", weight),
                ("bias", bias),
                ("running_mean", running_mean),
                ("running_var", running_var),
            ],
            _ => Vec::new(),
        }
    }

    /// [`parameters`](Self::parameters), to change them.
    pub fn parameters_mut(&mut self) -> Vec<(&'static str, &mut Tensor)> {
        match self {
            Self::Conv { weight, bias, .. } | Self::Upsample { weight, bias } => {
                let bias = bias.iter_mut().map(|bias| ("bias", bias));
                std::iter::once(("weight", weight)).chain(bias).collect()
            }
            Self::Linear { weight, bias } => vec![("weight", weight), ("bias", bias)],
            Self::BatchNorm { weight, bias, running_mean, running_var, .. } => vec![
                ("weight", weight),
                ("bias", bias),
                ("running_mean", running_mean),
                ("running_var", running_var),
            ],
            _ => Vec::new(),
        }
    }
}
