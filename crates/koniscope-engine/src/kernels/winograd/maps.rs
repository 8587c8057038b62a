//! The five linear maps of Winograd's convolution, of a column or a row.
//!
//! The six points are 0, 3/4, -3/4, 3/2, -3/2 and infinity. With the usual 1 and 2 in place of 3/4
//! and 3/2 the largest error of a sum in f32 is four times as large; fractions of powers of two are
//! exact.
//!
//! Sources: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016; the
//! matrices for given points after Toom and Cook.
#![allow(unsafe_code)]

use super::{INPUT, Map, OUTPUT, WINDOW};
use crate::kernels::vector::Vector;

/// The points that are neither 0 nor infinite, and their squares.
const A: f32 = 0.75;
const B: f32 = 1.5;
const AA: f32 = A * A;
const BB: f32 = B * B;
/// Products of a point's distances from the others.
const AT_0: f32 = AA * BB;
const AT_A: f32 = 2.0 * AA * (AA - BB);
const AT_B: f32 = 2.0 * BB * (BB - AA);

/// From input to factors: `B^T d` of the paper.
pub(in crate::kernels) struct Input;
/// From a window to factors: `G g`.
pub(in crate::kernels) struct Filter;
/// From products to output: `A^T m`.
pub(super) struct Output;
/// From an output's gradient to that of products: the transpose of [`Output`].
pub(in crate::kernels) struct OutputGradient;
/// From the gradient of a window's factors to its own: the transpose of [`Filter`].
pub(in crate::kernels) struct FilterGradient;

/// `x * k`.
///
/// # Safety
/// As of [`Vector`]'s methods: so of all below.
#[inline(always)]
unsafe fn times<V: Vector>(x: V, k: f32) -> V {
    // SAFETY: the caller's promise.
    unsafe { V::splat(0.0).fma(x, V::splat(k)) }
}

/// `sum + x * k`.
#[inline(always)]
unsafe fn plus<V: Vector>(sum: V, x: V, k: f32) -> V {
    // SAFETY: the caller's promise.
    unsafe { sum.fma(x, V::splat(k)) }
}

/// Sums and differences of what belongs to a point and to its negative.
#[inline(always)]
unsafe fn even_and_odd<V: Vector>(v: [V; INPUT]) -> [(V, V); 2] {
    // SAFETY: the caller's promise.
    unsafe { [(v[1].add(v[2]), plus(v[1], v[2], -1.0)), (v[3].add(v[4]), plus(v[3], v[4], -1.0))] }
}

impl<V: Vector> Map<V, INPUT, INPUT> for Input {
    #[inline(always)]
    unsafe fn map(x: [V; INPUT]) -> [V; INPUT] {
        // SAFETY: the caller's promise.
        unsafe {
            let (even_a, odd_a) = (plus(x[4], x[2], -BB), plus(x[3], x[1], -BB));
            let (even_b, odd_b) = (plus(x[4], x[2], -AA), plus(x[3], x[1], -AA));
            [
                plus(plus(x[4], x[2], -(AA + BB)), x[0], AT_0),
                plus(even_a, odd_a, A),
                plus(even_a, odd_a, -A),
                plus(even_b, odd_b, B),
                plus(even_b, odd_b, -B),
                plus(plus(x[5], x[3], -(AA + BB)), x[1], AT_0),
            ]
        }
    }
}

impl<V: Vector> Map<V, WINDOW, INPUT> for Filter {
    #[inline(always)]
    unsafe fn map(g: [V; WINDOW]) -> [V; INPUT] {
        // SAFETY: the caller's promise.
        unsafe {
            let ends_a = plus(times(g[0], 1.0 / AT_A), g[2], AA / AT_A);
            let ends_b = plus(times(g[0], 1.0 / AT_B), g[2], BB / AT_B);
            let (a, minus_a) = (plus(ends_a, g[1], A / AT_A), plus(ends_a, g[1], -A / AT_A));
            let (b, minus_b) = (plus(ends_b, g[1], B / AT_B), plus(ends_b, g[1], -B / AT_B));
            [times(g[0], 1.0 / AT_0), a, minus_a, b, minus_b, g[2]]
        }
    }
}

impl<V: Vector> Map<V, INPUT, OUTPUT> for Output {
    #[inline(always)]
    unsafe fn map(m: [V; INPUT]) -> [V; OUTPUT] {
        // SAFETY: the caller's promise.
        unsafe {
            let [(even_a, odd_a), (even_b, odd_b)] = even_and_odd(m);
            [
                m[0].add(even_a).add(even_b),
                plus(times(odd_a, A), odd_b, B),
                plus(times(even_a, AA), even_b, BB),
                plus(plus(m[5], odd_a, A * AA), odd_b, B * BB),
            ]
        }
    }
}

impl<V: Vector> Map<V, OUTPUT, INPUT> for OutputGradient {
    #[inline(always)]
    unsafe fn map(y: [V; OUTPUT]) -> [V; INPUT] {
        // SAFETY: the caller's promise.
        unsafe {
            let (even_a, odd_a) = (plus(y[0], y[2], AA), plus(y[1], y[3], AA));
            let (even_b, odd_b) = (plus(y[0], y[2], BB), plus(y[1], y[3], BB));
            [
                y[0],
                plus(even_a, odd_a, A),
                plus(even_a, odd_a, -A),
                plus(even_b, odd_b, B),
                plus(even_b, odd_b, -B),
                y[3],
            ]
        }
    }
}

impl<V: Vector> Map<V, INPUT, WINDOW> for FilterGradient {
    #[inline(always)]
    unsafe fn map(u: [V; INPUT]) -> [V; WINDOW] {
        // SAFETY: the caller's promise.
        unsafe {
            let [(even_a, odd_a), (even_b, odd_b)] = even_and_odd(u);
            [
                plus(plus(times(u[0], 1.0 / AT_0), even_a, 1.0 / AT_A), even_b, 1.0 / AT_B),
                plus(times(odd_a, A / AT_A), odd_b, B / AT_B),
                plus(plus(u[5], even_a, AA / AT_A), even_b, BB / AT_B),
            ]
        }
    }
}
