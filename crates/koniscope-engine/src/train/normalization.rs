//! Batch normalization while it learns: statistics of the batch, forward and backward
//! (Ioffe and Szegedy, ICML 2015).
#![allow(unsafe_code)]

use std::sync::Mutex;

use crate::{
    LANES,
    kernels::{
        Supported,
        rows::{Lanes, training as rows},
    },
    layout::Layout,
    pool::for_planes,
    shared::Shared,
};

/// Statistics of a batch and what follows from them, per slot of whole blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct Statistics {
    /// Mean over the batch.
    pub(super) mean: Vec<f32>,
    /// Variance over the batch, divided by the number of values.
    pub(super) variance: Vec<f32>,
    /// `1 / sqrt(variance + epsilon)`.
    pub(super) inverse: Vec<f32>,
    /// Values of a channel in the batch.
    pub(super) count: usize,
}

/// Sums of planes, added in the planes' order whatever thread is first: results do not depend on
/// the number of threads.
struct PlaneSums<T>(Mutex<Vec<Option<T>>>);

impl<T: Clone> PlaneSums<T> {
    fn new(layout: &Layout) -> Self {
        Self(Mutex::new(vec![None; layout.n * layout.blocks()]))
    }

    fn set(&self, layout: &Layout, n: usize, block: usize, sums: T) {
        let mut all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all[n * layout.blocks() + block] = Some(sums);
    }

    /// Every plane's sums with its block, picture by picture.
    fn in_order(self, layout: &Layout) -> impl Iterator<Item = (usize, T)> {
        let blocks = layout.blocks();
        let all = self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.into_iter().flatten().enumerate().map(move |(i, sums)| (i % blocks, sums))
    }
}

impl Statistics {
    /// Statistics of a batch. Rows are summed in f32 about their own mean and joined in f64
    /// (Chan, Golub, LeVeque 1983).
    pub(super) fn of_batch(supported: Supported, layout: &Layout, z: &[f32], epsilon: f32) -> Self {
        let planes = PlaneSums::new(layout);
        for_planes(layout, |n, block| {
            let mut all = [(0.0, 0.0); LANES];
            for y in 0..layout.h {
                let (mut sum, mut squares) = ([0.0; LANES], [0.0; LANES]);
                let row = &z[layout.at(n, block, y)..][..layout.pixels()];
                rows::moments(supported, row, &mut sum, &mut squares);
                for i in 0..LANES {
                    let (sum, squares) = (f64::from(sum[i]), f64::from(squares[i]));
                    all[i] = join(all[i], y * layout.w, (sum, squares), layout.w);
                }
            }
            planes.set(layout, n, block, all);
        });
        let slots = layout.blocks() * LANES;
        let plane = layout.h * layout.w;
        let mut total = vec![(0.0, 0.0); slots];
        for (i, (block, sums)) in planes.in_order(layout).enumerate() {
            let before = i / layout.blocks() * plane;
            for (total, sums) in total[block * LANES..].iter_mut().zip(sums) {
                *total = join(*total, before, sums, plane);
            }
        }
        let count = layout.n * plane;
        let mean = total.iter().map(|(sum, _)| (sum / count as f64) as f32).collect();
        let variance: Vec<f32> =
            total.iter().map(|(_, squares)| (squares / count as f64) as f32).collect();
        Self::new(mean, variance, epsilon, count)
    }

    /// Statistics that are given.
    pub(super) fn new(mean: Vec<f32>, variance: Vec<f32>, epsilon: f32, count: usize) -> Self {
        let inverse = variance.iter().map(|v| 1.0 / (v + epsilon).sqrt()).collect();
        Self { mean, variance, inverse, count }
    }
}

/// Sum and squared distances from the mean of two sets together.
fn join(a: (f64, f64), n: usize, b: (f64, f64), m: usize) -> (f64, f64) {
    if n == 0 {
        return b;
    }
    let (nf, mf) = (n as f64, m as f64);
    let apart = a.0 / nf - b.0 / mf;
    (a.0 + b.0, a.1 + b.1 + apart * apart * nf * mf / (nf + mf))
}

/// `y = z * scale + shift`, plus `residual`, at least 0 with `relu`.
pub(super) fn apply(
    supported: Supported,
    (zl, z): (&Layout, &[f32]),
    (scale, shift): (&[f32], &[f32]),
    residual: Option<(&Layout, &[f32])>,
    relu: bool,
    (yl, y): (&Layout, &mut [f32]),
) {
    let y = Shared::new(y);
    for_planes(yl, |n, block| {
        let (scale, shift) = (lanes(scale, block), lanes(shift, block));
        for row in 0..yl.h {
            // SAFETY: each row of each plane is written by one call only.
            let y = unsafe { y.range(yl.at(n, block, row), yl.pixels()) };
            let z = &z[zl.at(n, block, row)..][..zl.pixels()];
            let residual = residual.map(|(l, r)| &r[l.at(n, block, row)..][..l.pixels()]);
            rows::affine(supported, y, z, &scale, &shift, residual, relu);
        }
    });
}

/// Sums over the batch of `dy` and of `dy * (z - mean)`, per slot.
pub(super) fn sums(
    supported: Supported,
    (dl, dy): (&Layout, &[f32]),
    (zl, z): (&Layout, &[f32]),
    mean: &[f32],
) -> (Vec<f64>, Vec<f64>) {
    let planes = PlaneSums::new(dl);
    for_planes(dl, |n, block| {
        let mean = lanes(mean, block);
        let mut all = [(0.0, 0.0); LANES];
        for row in 0..dl.h {
            let (mut sum, mut product) = ([0.0; LANES], [0.0; LANES]);
            let dy = &dy[dl.at(n, block, row)..][..dl.pixels()];
            let z = &z[zl.at(n, block, row)..][..zl.pixels()];
            rows::normalization_sums(supported, dy, z, &mean, &mut sum, &mut product);
            for i in 0..LANES {
                all[i].0 += f64::from(sum[i]);
                all[i].1 += f64::from(product[i]);
            }
        }
        planes.set(dl, n, block, all);
    });
    let (mut sum, mut product) = (vec![0.0; dl.blocks() * LANES], vec![0.0; dl.blocks() * LANES]);
    for (block, all) in planes.in_order(dl) {
        for (i, (a, b)) in all.iter().enumerate() {
            sum[block * LANES + i] += a;
            product[block * LANES + i] += b;
        }
    }
    (sum, product)
}

/// `dy = dy * scale + z * slope + shift`, in place.
pub(super) fn gradient(
    supported: Supported,
    (dl, dy): (&Layout, &mut [f32]),
    (zl, z): (&Layout, &[f32]),
    [scale, slope, shift]: [&[f32]; 3],
) {
    let dy = Shared::new(dy);
    for_planes(dl, |n, block| {
        let (a, b, c) = (lanes(scale, block), lanes(slope, block), lanes(shift, block));
        for row in 0..dl.h {
            // SAFETY: each row of each plane is written by one call only.
            let dy = unsafe { dy.range(dl.at(n, block, row), dl.pixels()) };
            let z = &z[zl.at(n, block, row)..][..zl.pixels()];
            rows::normalization_gradient(supported, dy, z, &a, &b, &c);
        }
    });
}

fn lanes(values: &[f32], block: usize) -> Lanes {
    std::array::from_fn(|i| values[block * LANES + i])
}
