//! The transforms of Winograd's convolution F(4 x 4, 3 x 3), written once for all processors over
//! [`Vector`]: each is a linear map of a square's columns, then of its rows.
//!
//! The six points are 0, 3/4, -3/4, 3/2, -3/2 and infinity. With the usual 1 and 2 in place of 3/4 and 3/2 the
//! largest error of a sum in f32 is four times as large; fractions of powers of two are exact.
//! Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016; the matrices for
//! given points after Toom and Cook.
#![allow(unsafe_code)]

use super::tile::Vector;
use crate::LANES;

/// Pixels of a square of output, of input, and of a window, along a side.
pub(crate) const OUTPUT: usize = 4;
pub(crate) const INPUT: usize = 6;
pub(crate) const WINDOW: usize = 3;
/// Products for a square of output, where the plain sum has 9 * 16.
pub(crate) const POSITIONS: usize = INPUT * INPUT;

/// The points that are neither 0 nor infinite, and their squares.
const A: f32 = 0.75;
const B: f32 = 1.5;
const AA: f32 = A * A;
const BB: f32 = B * B;
/// Products of a point's distances from the others.
const AT_0: f32 = AA * BB;
const AT_A: f32 = 2.0 * AA * (AA - BB);
const AT_B: f32 = 2.0 * BB * (BB - AA);

/// A square of vectors of 16 floats that becomes another one: where both lie, in floats.
pub(crate) struct Square {
    pub(crate) from: *const f32,
    pub(crate) from_row: isize,
    pub(crate) from_column: isize,
    pub(crate) to: *mut f32,
    pub(crate) to_row: isize,
    pub(crate) to_column: isize,
}

/// Products that become a square of output, finished: where they lie, in floats.
pub(crate) struct Sums {
    /// The first of 36 vectors, each `position` after the one before.
    pub(crate) from: *const f32,
    pub(crate) position: usize,
    /// Pixel `(r, p)` lies at `y + r * y_row + p * 16`.
    pub(crate) y: *mut f32,
    pub(crate) y_row: usize,
    /// Rows and columns that there are, up to 4.
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// Sixteen floats, or null.
    pub(crate) bias: *const f32,
    /// Added to each pixel, at the same offsets as `y`; or null.
    pub(crate) residual: *const f32,
    pub(crate) relu: bool,
}

/// The transforms of a level, to be called as [`transform`] and [`sums_of`] demand.
#[derive(Clone, Copy)]
pub(crate) struct Squares {
    /// Input, 6 x 6, to products' factors, 6 x 6.
    pub(crate) image: unsafe fn(&Square),
    /// Window, 3 x 3, to products' factors, 6 x 6.
    pub(crate) window: unsafe fn(&Square),
    /// Products, 6 x 6, to output, 4 x 4.
    pub(crate) sums: unsafe fn(&Sums),
    /// The transposed of `sums`: gradient of the output, 4 x 4, to that of products, 6 x 6.
    pub(crate) spread: unsafe fn(&Square),
    /// The transposed of `window`: gradient of factors, 6 x 6, to that of the window, 3 x 3.
    pub(crate) gather: unsafe fn(&Square),
}

/// A linear map of a column or a row. A type, since a closure would not be compiled for a level.
pub(super) trait Map<V: Vector, const FROM: usize, const TO: usize> {
    /// # Safety
    /// As of [`Vector`]'s methods.
    unsafe fn map(values: [V; FROM]) -> [V; TO];
}

pub(super) struct Image;
pub(super) struct Window;
pub(super) struct Products;
pub(super) struct Spread;
pub(super) struct Gather;

/// Maps columns, then rows.
///
/// # Safety
/// All vectors that [`Square`] describes, `FROM` by `FROM` and `TO` by `TO`, must be valid, those of `to`
/// used by nobody else, and the processor must have the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn transform<
    M: Map<V, FROM, TO>,
    V: Vector,
    const FROM: usize,
    const TO: usize,
>(
    s: &Square,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let half = columns::<M, V, FROM, TO>(s.from, s.from_row, s.from_column);
        for (y, row) in half.into_iter().enumerate() {
            for (x, value) in M::map(row).into_iter().enumerate() {
                let at = y as isize * s.to_row + x as isize * s.to_column;
                value.store(s.to.offset(at));
            }
        }
    }
}

/// Maps columns, then rows, then finishes what becomes output.
///
/// # Safety
/// All vectors that [`Sums`] describes must be valid, those of `y` used by nobody else, and the processor must
/// have the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn sums_of<V: Vector>(s: &Sums) {
    // SAFETY: the caller's promise.
    unsafe {
        let position = s.position as isize;
        let half =
            columns::<Products, V, INPUT, OUTPUT>(s.from, INPUT as isize * position, position);
        let bias = if s.bias.is_null() { V::splat(0.0) } else { V::load(s.bias) };
        for (y, row) in half.into_iter().enumerate() {
            if y >= s.rows {
                break;
            }
            for (x, value) in Products::map(row).into_iter().enumerate() {
                if x < s.columns {
                    let at = y * s.y_row + x * LANES;
                    let residual =
                        if s.residual.is_null() { s.residual } else { s.residual.add(at) };
                    V::finish([value.add(bias)], residual, s.relu, s.y.add(at), 0);
                }
            }
        }
    }
}

/// # Safety
/// As of [`transform`].
#[inline(always)]
unsafe fn columns<M: Map<V, FROM, TO>, V: Vector, const FROM: usize, const TO: usize>(
    from: *const f32,
    row: isize,
    column: isize,
) -> [[V; FROM]; TO] {
    // SAFETY: the caller's promise.
    unsafe {
        let zero = V::splat(0.0);
        let mut half = [[zero; FROM]; TO];
        for x in 0..FROM {
            let mut values = [zero; FROM];
            for (y, value) in values.iter_mut().enumerate() {
                *value = V::load(from.offset(y as isize * row + x as isize * column));
            }
            for (half, value) in half.iter_mut().zip(M::map(values)) {
                half[x] = value;
            }
        }
        half
    }
}

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

impl<V: Vector> Map<V, INPUT, INPUT> for Image {
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

impl<V: Vector> Map<V, WINDOW, INPUT> for Window {
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

impl<V: Vector> Map<V, INPUT, OUTPUT> for Products {
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

impl<V: Vector> Map<V, OUTPUT, INPUT> for Spread {
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

impl<V: Vector> Map<V, INPUT, WINDOW> for Gather {
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
