//! AMX: products of 16 pixels by 16 outputs over 32 channels at once.
//!
//! Memory is as for [`super::bf16`]: a pixel's 16 words are one row of a tile of inputs, and the
//! packed weights of a block and tap are one tile of weights per 16 outputs.
#![allow(unsafe_code)]

mod detect;
#[cfg(test)]
mod emulated;
mod registers;

pub(super) use detect::is_there;
#[cfg(test)]
pub(super) use emulated::Memory;
pub(super) use registers::Registers;

use super::{
    avx512, bf16, pairs,
    tiles::{ROWS, Tiles},
};
use crate::kernels::{Kernels, Precision, Supported, Tile, TileFn, vector::Vector};

/// One row of `P` pixels, of up to 32.
///
/// # Safety
/// As of [`tile::convolve`](crate::kernels::tile::convolve).
#[inline(always)]
unsafe fn convolve<T: Tiles, const OUTPUT: bool, const P: usize, const N: usize, const S: usize>(
    t: &Tile,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut tiles = T::zeros::<P>();
        let mut w = t.weights;
        for block in 0..t.blocks {
            let x = t.x.add(block * t.x_block);
            for tap in t.taps {
                let x = x.add(*tap);
                tiles.add::<P, N>([x, x.wrapping_add(ROWS * S * 16)], S * 64, w);
                w = w.add(16 * 16 * N);
            }
        }
        let mut sums = [0.0; 1024];
        tiles.store::<P, N>(&mut sums);
        for (p, sums) in sums.chunks_exact(16 * N).take(P).enumerate() {
            let at = p * t.y_pixel;
            let residual = if t.residual.is_null() { t.residual } else { t.residual.add(at) };
            let mut pixel = [bf16::Sum::<true, OUTPUT>::splat(0.0); N];
            for (j, pixel) in pixel.iter_mut().enumerate() {
                *pixel = bf16::Sum::load(sums.as_ptr().add(16 * j));
                if !t.bias.is_null() {
                    *pixel = pixel.add(bf16::Sum::load(t.bias.add(16 * j)));
                }
            }
            bf16::Sum::finish::<N>(pixel, residual, t.relu, t.y.add(at), t.y_block);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn run<T: Tiles, const OUTPUT: bool, const P: usize, const N: usize, const S: usize>(
    t: &Tile,
) {
    // SAFETY: the caller's promise.
    unsafe { convolve::<T, OUTPUT, P, N, S>(t) }
}

/// Widths of tiles: what fills registers, and what is left of a row.
const WIDTHS: &[usize] = &[1, 2, 4, 7, 8, 14, 16, 28, 32];

fn widths(lanes: usize, rows: usize) -> &'static [usize] {
    match (lanes, rows) {
        (16, 1) => WIDTHS,
        (16, _) => &[],
        _ => avx512::widths(lanes, rows),
    }
}

fn sized<T: Tiles, const OUTPUT: bool, const N: usize, const S: usize>(
    width: usize,
) -> Option<TileFn> {
    Some(match width {
        1 => run::<T, OUTPUT, 1, N, S>,
        2 => run::<T, OUTPUT, 2, N, S>,
        4 => run::<T, OUTPUT, 4, N, S>,
        7 => run::<T, OUTPUT, 7, N, S>,
        8 => run::<T, OUTPUT, 8, N, S>,
        14 => run::<T, OUTPUT, 14, N, S>,
        16 => run::<T, OUTPUT, 16, N, S>,
        28 => run::<T, OUTPUT, 28, N, S>,
        32 => run::<T, OUTPUT, 32, N, S>,
        _ => return None,
    })
}

fn stepped<T: Tiles, const OUTPUT: bool>(
    width: usize,
    blocks: usize,
    step: usize,
) -> Option<TileFn> {
    match (blocks, step) {
        (1, 1) => sized::<T, OUTPUT, 1, 1>(width),
        (1, 2) => sized::<T, OUTPUT, 1, 2>(width),
        (2, 1) => sized::<T, OUTPUT, 2, 1>(width),
        (2, 2) => sized::<T, OUTPUT, 2, 2>(width),
        _ => None,
    }
}

fn narrow<T: Tiles>(
    [input, output]: [Precision; 2],
    rows: usize,
    width: usize,
    blocks: usize,
    step: usize,
    lanes: usize,
) -> Option<TileFn> {
    match (input, output) {
        (Precision::Bf16, Precision::Bf16) => stepped::<T, true>(width, blocks, step),
        (Precision::Bf16, Precision::F32) => stepped::<T, false>(width, blocks, step),
        _ => bf16::narrow([input, output], rows, width, blocks, step, lanes),
    }
}

/// The loops on tiles of a kind; f32 is computed as on AVX-512.
pub(super) fn kernels<T: Tiles>(supported: Supported) -> Kernels {
    Kernels {
        narrow: narrow::<T>,
        widths,
        pairs: Some(pairs::with_tiles::<T>()),
        ..avx512::kernels(supported)
    }
}
