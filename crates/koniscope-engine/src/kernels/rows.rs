//! Loops over rows of values in blocks of 16 lanes: plain code, compiled once for each level.
//!
//! All slices hold whole blocks of 16 lanes, and as many as the first.
#![allow(unsafe_code)]

pub(crate) mod training;

use crate::LANES;

/// One value per lane.
pub(crate) type Lanes = [f32; LANES];

/// Compiles each function for every level and calls the one that was detected.
macro_rules! for_every_level {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $body:block)*) => {$(
        $(#[$doc])*
        #[allow(clippy::too_many_arguments, clippy::match_single_binding)]
        pub(crate) fn $name(supported: $crate::kernels::Supported, $($arg: $ty),*) {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn plain($($arg: $ty),*) $body

            #[cfg(all(target_arch = "x86_64", not(feature = "portable")))]
            #[target_feature(enable = "avx2,fma")]
            #[allow(clippy::too_many_arguments)]
            fn avx2($($arg: $ty),*) {
                plain($($arg),*);
            }

            #[cfg(all(target_arch = "x86_64", not(feature = "portable")))]
            #[target_feature(enable = "avx512f,avx2,fma")]
            #[allow(clippy::too_many_arguments)]
            fn avx512($($arg: $ty),*) {
                plain($($arg),*);
            }

            match supported.level() {
                // SAFETY: `Supported` proves that the processor has these instructions.
                #[cfg(all(target_arch = "x86_64", not(feature = "portable")))]
                $crate::Level::Avx2 => unsafe { avx2($($arg),*) },
                // SAFETY: as above.
                #[cfg(all(target_arch = "x86_64", not(feature = "portable")))]
                $crate::Level::Avx512 | $crate::Level::Amx => unsafe { avx512($($arg),*) },
                _ => plain($($arg),*),
            }
        }
    )*};
}
use for_every_level;

for_every_level! {
    /// `y = max(y, x)`, `x` stepping `step` pixels for each of `y`.
    fn max_into(y: &mut [f32], x: &[f32], step: usize) {
        let x = x.chunks(LANES * step);
        for (y, x) in y.chunks_exact_mut(LANES).zip(x) {
            for (y, x) in y.iter_mut().zip(&x[..LANES]) {
                *y = if *x > *y { *x } else { *y };
            }
        }
    }

    /// [`max_into`] of words of two bf16.
    fn max_into_bf16(y: &mut [f32], x: &[f32], step: usize) {
        let x = x.chunks(LANES * step);
        for (y, x) in y.chunks_exact_mut(LANES).zip(x) {
            for (y, x) in y.iter_mut().zip(&x[..LANES]) {
                let (a, b) = (y.to_bits(), x.to_bits());
                let larger = |a: u32, b: u32| {
                    if f32::from_bits(b) > f32::from_bits(a) { b } else { a }
                };
                let high = larger(a & 0xffff_0000, b & 0xffff_0000);
                let low = larger(a << 16, b << 16) >> 16;
                *y = f32::from_bits(high | low);
            }
        }
    }

    /// Words of two bf16, rounded to the nearest: the lower halves from `low`, the upper from
    /// `high`, lane by lane. NaN may come out as another number.
    fn pair_up(words: &mut [f32], low: &[f32], high: &[f32]) {
        let round = |v: f32| {
            let bits = v.to_bits();
            bits.wrapping_add(0x7fff + (bits >> 16 & 1))
        };
        for ((word, low), high) in words.iter_mut().zip(low).zip(high) {
            *word = f32::from_bits(round(*low) >> 16 | round(*high) & 0xffff_0000);
        }
    }

    /// Sums of a row of words of two bf16, added: of the lower halves and of the upper.
    fn sum_into_bf16(z: &[f32], low: &mut Lanes, high: &mut Lanes) {
        for z in z.chunks_exact(LANES) {
            for i in 0..LANES {
                low[i] += f32::from_bits(z[i].to_bits() << 16);
                high[i] += f32::from_bits(z[i].to_bits() & 0xffff_0000);
            }
        }
    }

    /// Sum of a row, added.
    fn sum_into(z: &[f32], sum: &mut Lanes) {
        let mut total = [0.0; LANES];
        for z in z.chunks_exact(LANES) {
            for i in 0..LANES {
                total[i] += z[i];
            }
        }
        for i in 0..LANES {
            sum[i] += total[i];
        }
    }
}
